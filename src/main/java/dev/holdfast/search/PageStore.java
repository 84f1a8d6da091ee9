package dev.holdfast.search;

import dev.holdfast.Damaged;
import dev.holdfast.Unreachable;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.format.Digest;
import dev.holdfast.os.FileLock;
import dev.holdfast.os.OsError;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What is known of the snapshots of one group and key: kept in a file of the cache directory as far
 * as there is one and nobody else writes to it, else in a temporary file. A file that is damaged or
 * foreign is made anew. Thread-safe.
 */
final class PageStore implements PageSink, AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(PageStore.class);

    /** Roots that nobody asked for are let be up to this many. */
    private static final int SPARE_ROOTS = 16;

    private final Optional<Path> file;
    private final Optional<BackupKey> key;

    /** All that was opened: items that callers hold may refer to pages of any of them. */
    private final List<IndexFile> files = new ArrayList<>();

    /** The one in the cache directory, and which file that was. */
    private Optional<IndexFile> kept = Optional.empty();

    private Optional<Object> identity = Optional.empty();
    private Optional<IndexFile> temporary = Optional.empty();
    private Optional<FileLock> lock = Optional.empty();

    /**
     * @param file where to keep it, which takes a key
     */
    PageStore(Optional<Path> file, Optional<BackupKey> key) {
        this.file = key.isPresent() ? file : Optional.empty();
        this.key = key;
        if (this.file.isPresent()) {
            open(false);
        }
    }

    /** Whether it contains a page. */
    synchronized boolean contains(Digest digest) {
        return files.stream().anyMatch(f -> f.contains(digest));
    }

    /** A page that it contains. */
    synchronized byte[] page(Digest digest) {
        for (IndexFile index : files) {
            if (index.contains(digest)) {
                try {
                    return index.page(digest);
                } catch (IOException e) {
                    throw unreachable(e);
                }
            }
        }
        throw new Damaged("the search index has lost a page");
    }

    synchronized Optional<Item> root(Digest digest) {
        return files.stream().flatMap(f -> f.root(digest).stream()).findFirst();
    }

    /** Takes the right to write to the file, if nobody has it, and reads what others wrote. */
    synchronized void begin() {
        if (file.isPresent() && lock.isEmpty()) {
            try {
                Files.createDirectories(
                        file.get().getParent(),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
                String path = file.get() + ".lock";
                lock =
                        FileLock.tryLock(
                                path.getBytes(StandardCharsets.UTF_8), FileLock.Kind.EXCLUSIVE);
                open(lock.isPresent());
            } catch (IOException | OsError e) {
                LOG.debug("the search index {} is not kept: {}", file.get(), e.getMessage());
            }
        }
    }

    /** Opens the file in the cache directory, or reads on in it. */
    private void open(boolean mayWrite) {
        Path path = file.orElseThrow();
        try {
            if (kept.isPresent() && identity.equals(identityOf(path))) {
                kept.get().readOn();
            } else {
                kept = Optional.empty();
                identity = identityOf(path);
                use(IndexFile.open(path, key.orElseThrow()));
            }
            return;
        } catch (NoSuchFileException e) {
            LOG.debug("there is no search index {} yet", path);
        } catch (IOException | Damaged e) {
            LOG.debug("search index {} cannot be used: {}", path, e.getMessage());
        }
        kept.ifPresent(files::remove);
        kept = Optional.empty();
        if (mayWrite) {
            try {
                Files.deleteIfExists(path); // whoever has the old one open keeps it
                use(IndexFile.create(path, key.orElseThrow()));
                identity = identityOf(path);
            } catch (IOException e) {
                LOG.debug("search index {} cannot be written: {}", path, e.getMessage());
            }
        }
    }

    private void use(IndexFile index) {
        kept = Optional.of(index);
        files.add(index);
    }

    private static Optional<Object> identityOf(Path path) throws IOException {
        return Optional.ofNullable(Files.getAttribute(path, "unix:ino"));
    }

    private IndexFile sink() {
        if (lock.isPresent() && kept.isPresent()) {
            return kept.get();
        }
        if (temporary.isEmpty()) {
            try {
                temporary = Optional.of(IndexFile.temporary());
            } catch (IOException e) {
                throw unreachable(e);
            }
            files.add(temporary.get());
        }
        return temporary.get();
    }

    @Override
    public synchronized Digest put(byte[] page) {
        try {
            return sink().put(page);
        } catch (UncheckedIOException e) {
            throw unreachable(e.getCause());
        }
    }

    synchronized void putRoot(Digest digest, Item root) {
        try {
            sink().putRoot(digest, root);
        } catch (UncheckedIOException e) {
            throw unreachable(e.getCause());
        }
    }

    /**
     * Writes what was put, and lets others write.
     *
     * @param live the roots of all snapshots that there are, if the caller knows; others go when
     *     they have become many
     */
    synchronized void end(Optional<? extends Collection<Digest>> live) {
        try {
            for (Optional<IndexFile> sink : List.of(kept, temporary)) {
                if (sink.isPresent() && (sink.equals(temporary) || lock.isPresent())) {
                    sink.get().flush();
                }
            }
            if (live.isPresent()
                    && kept.isPresent()
                    && kept.get().rootCount() > 2 * live.get().size() + SPARE_ROOTS) {
                begin();
                if (lock.isPresent() && kept.isPresent()) {
                    rewrite(live.get());
                }
            }
        } catch (IOException e) {
            throw unreachable(e);
        } finally {
            lock.ifPresent(FileLock::close);
            lock = Optional.empty();
        }
    }

    /** Replaces the file by one that has only these roots and their pages. */
    private void rewrite(Collection<Digest> live) throws IOException {
        Path path = file.orElseThrow();
        Path fresh = path.resolveSibling(path.getFileName() + ".new");
        IndexFile smaller = IndexFile.create(fresh, key.orElseThrow());
        files.add(smaller);
        IndexFile larger = kept.orElseThrow();
        for (Digest digest : live) {
            Optional<Item> root = larger.root(digest);
            if (root.isPresent()) {
                copy(root.get(), larger, smaller);
                smaller.putRoot(digest, root.get());
            }
        }
        smaller.flush();
        Files.move(fresh, path, StandardCopyOption.ATOMIC_MOVE);
        kept = Optional.of(smaller);
        identity = identityOf(path);
    }

    private static void copy(Item root, IndexFile from, IndexFile to) throws IOException {
        Deque<Digest> missing = new ArrayDeque<>(root.pages());
        while (!missing.isEmpty()) {
            Digest digest = missing.pop();
            if (to.contains(digest)) {
                continue;
            }
            byte[] page = from.page(digest);
            to.put(page);
            ItemInput in = new ItemInput(page);
            while (in.hasNext()) {
                missing.addAll(in.item().pages());
            }
        }
    }

    private Unreachable unreachable(IOException e) {
        String where =
                file.map(Path::toString).orElse("in " + System.getProperty("java.io.tmpdir"));
        return new Unreachable(
                "cannot read or write the search index " + where + ": " + e.getMessage(), e);
    }

    @Override
    public synchronized void close() {
        lock.ifPresent(FileLock::close);
        files.forEach(IndexFile::close);
    }
}
