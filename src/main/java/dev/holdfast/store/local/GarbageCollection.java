package dev.holdfast.store.local;

import dev.holdfast.Busy;
import dev.holdfast.Damaged;
import dev.holdfast.Refused;
import dev.holdfast.chunk.DigestTable;
import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.format.ChunkIndex;
import dev.holdfast.format.Digest;
import dev.holdfast.format.DynamicIndex;
import dev.holdfast.format.FixedIndex;
import dev.holdfast.format.FormatException;
import dev.holdfast.os.FileLock;
import dev.holdfast.os.OsError;
import dev.holdfast.os.RawFiles;
import dev.holdfast.os.Stat;
import dev.holdfast.store.GarbageOptions;
import dev.holdfast.store.GarbageProgress;
import dev.holdfast.store.GarbageReport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.locks.LockSupport;

/**
 * Mark and sweep (datastore.md §9). Phase 1 touches every chunk that any index file names; phase 2
 * removes the chunks whose access time is older than the cut-off. The exclusive process lock keeps
 * writers out meanwhile, on this host, in this process and in others.
 *
 * <p>Safe to kill anywhere: touching loses nothing, and phase 2 begins only when all of phase 1 is
 * done. Whatever makes the set of referenced chunks uncertain – an index that cannot be read, a
 * directory that cannot be listed – ends the collection before anything is removed.
 */
@SuppressWarnings("try") // Locks are held, not used.
final class GarbageCollection {
    /** Digests remembered as marked, so that what many snapshots share is touched once: 40 MB. */
    private static final int REMEMBERED = 700_000;

    private static final int ZERO_BYTES = 4 << 20;
    private static final Duration JOURNAL_WAIT = Duration.ofSeconds(10);
    private static final int PASSES = 10;

    private final Layout layout;
    private final StoreFiles files;
    private final ChunkDirectory chunks;
    private final StoreLocks locks;
    private final GarbageOptions options;
    private final GarbageProgress progress;
    private final DigestTable marked = new DigestTable();
    private int indexFiles;
    private long indexDataBytes;
    private long missingChunks;

    GarbageCollection(
            Layout layout,
            StoreFiles files,
            ChunkDirectory chunks,
            StoreLocks locks,
            GarbageOptions options,
            GarbageProgress progress) {
        this.layout = layout;
        this.files = files;
        this.chunks = chunks;
        this.locks = locks;
        this.options = options;
        this.progress = progress;
    }

    GarbageReport run() {
        try (ProcessLock.Held lock = ProcessLock.exclusive(layout.lock())) {
            if (options.checkAccessTimes()) {
                checkAccessTimes();
            }
            long startSeconds = Instant.now().getEpochSecond();
            markAll();
            ChunkSweep sweep =
                    new ChunkSweep(
                            layout,
                            startSeconds - options.cutoff().toSeconds(),
                            startSeconds,
                            options.dryRun(),
                            progress);
            sweep.run();
            GarbageReport report = sweep.report(indexFiles, indexDataBytes, missingChunks);
            if (!options.dryRun()) {
                GarbageStatus.write(files, layout, report);
            }
            return report;
        }
    }

    /**
     * Touches a chunk and looks whether its access time moves: on a file system that ignores this,
     * every chunk would look unused. The chunk is the one a server uses: 4 MiB of zeros.
     */
    private void checkAccessTimes() {
        byte[] zeros = new byte[ZERO_BYTES];
        Digest digest = BlobCodec.plain().digest(zeros, 0, zeros.length);
        byte[] blob = BlobCodec.plain().encode(zeros, true);
        chunks.put(digest, blob, blob.length, zeros.length);
        byte[] path = StoreFiles.raw(layout.chunk(digest));
        // Most file systems keep nanoseconds; those of whole seconds get the time they need.
        for (long pauseMillis : new long[] {20, 1100, 1100}) {
            Stat before = RawFiles.lstat(path);
            LockSupport.parkNanos(pauseMillis * 1_000_000);
            ChunkDirectory.touch(layout.chunk(digest));
            Stat after = RawFiles.lstat(path);
            if (after.inode() == before.inode() && isLater(after, before)) {
                return;
            }
        }
        throw new Refused(
                "access times of files in "
                        + layout.chunks()
                        + " do not change when they are set; garbage collection cannot tell what is"
                        + " in use on this file system");
    }

    private static boolean isLater(Stat after, Stat before) {
        return after.atimeSeconds() != before.atimeSeconds()
                ? after.atimeSeconds() > before.atimeSeconds()
                : after.atimeNanos() > before.atimeNanos();
    }

    /**
     * Marks what all index files refer to, wherever they lie. Snapshots may be moved or removed
     * meanwhile: the walk is repeated until it finds nothing new, and a server's journal of moves
     * is read last.
     */
    private void markAll() {
        Set<Path> seen = new HashSet<>();
        for (int pass = 0; ; pass++) {
            List<Path> found = new IndexFiles(layout, progress).find();
            found.removeIf(seen::contains);
            if (found.isEmpty()) {
                break;
            }
            if (pass == PASSES) {
                throw new Busy(
                        "snapshots of "
                                + layout.base()
                                + " keep being moved; try again when that is done");
            }
            for (int i = 0; i < found.size(); i++) {
                mark(found.get(i));
                progress.marked(i + 1, found.size());
            }
            seen.addAll(found);
        }
        markJournal(seen);
    }

    private void mark(Path file) {
        ChunkIndex index;
        try {
            byte[] bytes = readIndex(file);
            index =
                    file.toString().endsWith(".fidx")
                            ? FixedIndex.parse(bytes)
                            : DynamicIndex.parse(bytes);
        } catch (NoSuchFileException e) {
            return;
        } catch (IOException e) {
            throw StoreFiles.failed("read", file, e);
        } catch (FormatException e) {
            throw new Damaged(
                    "index "
                            + file
                            + " cannot be read ("
                            + e.getMessage()
                            + "), so that the chunks it needs are unknown; nothing was removed."
                            + " Restore the file, or forget the snapshot, and repeat",
                    e);
        }
        indexFiles++;
        indexDataBytes += index.sizeBytes();
        for (int i = 0; i < index.chunkCount(); i++) {
            mark(index.digest(i), file);
        }
    }

    private static byte[] readIndex(Path file) throws IOException {
        long length = Files.size(file);
        if (length > LocalSnapshotReader.MAX_FILE_BYTES) {
            throw new FormatException("it is " + length + " bytes long");
        }
        return Files.readAllBytes(file);
    }

    private void mark(Digest digest, Path neededBy) {
        if (marked.get(digest) != DigestTable.ABSENT) {
            return;
        }
        if (!chunks.mark(digest)) {
            missingChunks++;
            progress.warning("chunk " + digest + ", needed by " + neededBy + ", is missing");
        }
        if (marked.size() >= REMEMBERED) {
            marked.clear();
        }
        marked.put(digest, 1);
    }

    /**
     * Paths that index files of snapshots being moved will have; read and emptied under its lock.
     */
    private void markJournal(Set<Path> seen) {
        Path journal = locks.moveJournal();
        if (!Files.exists(journal)) {
            return;
        }
        try (FileLock lock = lockJournal(journal)) {
            String text = Files.readString(journal, StandardCharsets.UTF_8);
            for (String line : text.split("\n", -1)) {
                Path file = Path.of(line);
                if (!line.isEmpty() && !seen.contains(file) && Files.exists(file)) {
                    mark(file);
                }
            }
            if (!options.dryRun()) {
                lock.descriptor().truncate(0);
            }
        } catch (IOException e) {
            throw StoreFiles.failed("read", journal, e);
        } catch (OsError e) {
            throw new Refused("cannot use " + journal + ": " + e.getMessage(), e);
        }
    }

    private static FileLock lockJournal(Path journal) {
        long deadline = System.nanoTime() + JOURNAL_WAIT.toNanos();
        while (true) {
            Optional<FileLock> lock =
                    FileLock.tryLock(StoreFiles.raw(journal), FileLock.Kind.EXCLUSIVE);
            if (lock.isPresent()) {
                return lock.get();
            }
            if (System.nanoTime() - deadline > 0) {
                throw new Busy("snapshots are being moved; try again when that is done");
            }
            LockSupport.parkNanos(20_000_000);
        }
    }
}
