package dev.holdfast.backup;

import dev.holdfast.HoldfastException;
import dev.holdfast.NotFound;
import dev.holdfast.Refused;
import dev.holdfast.Unreachable;
import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.os.DirectoryHandle;
import dev.holdfast.os.OsError;
import dev.holdfast.os.RawFiles;
import dev.holdfast.snapshot.ArchiveReader;
import dev.holdfast.snapshot.ChunkedSource;
import dev.holdfast.snapshot.Snapshot;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;

/**
 * Brings entries of an archive back to a directory of this machine (pxar.md §16). Whatever is
 * there, or appears there meanwhile, nothing is written through a symbolic link, and nothing is
 * replaced unasked.
 *
 * <p>What fails costs that entry alone: a file whose content is damaged is left out, named, and the
 * rest goes on. A target that is full or cannot be written at all ends the restore.
 */
public final class Restorer {
    private final ArchiveReader archive;
    private final ChunkedSource content;
    private final RestoreOptions options;
    private final RestoreListener listener;

    /**
     * Restores from an archive of a snapshot.
     *
     * @param snapshot its chunk cache should hold at least five of the largest chunks, 80 MiB, or
     *     loading ahead does more harm than good
     */
    public Restorer(
            Snapshot snapshot, String archive, RestoreOptions options, RestoreListener listener) {
        this.archive = snapshot.archive(archive);
        this.content = snapshot.content(archive);
        this.options = options;
        this.listener = listener;
    }

    /**
     * Restores an entry and all below it.
     *
     * @param path in the archive; {@code /} is all of it
     * @param target of a directory: the directory that becomes it, made if it is not there; of
     *     anything else: its new path, or an existing directory to put it in
     * @throws NotFound if the archive has no such entry
     * @throws Refused if the target directory is not empty and not to be overwritten
     * @throws Unreachable if nothing can be written, or chunks cannot be fetched
     */
    public RestoreReport restore(byte[] path, byte[] target) {
        Entry entry =
                archive.lookupPath(path)
                        .orElseThrow(
                                () ->
                                        new NotFound(
                                                "the archive has no " + OsError.printable(path)));
        try {
            return entry.isDirectory()
                    ? restoreDirectory(entry, target)
                    : restoreSingle(entry, target);
        } catch (OsError e) {
            throw new Unreachable(
                    "cannot restore to " + OsError.printable(target) + ": " + e.getMessage(), e);
        }
    }

    private RestoreReport restoreDirectory(Entry entry, byte[] target) {
        makeTarget(target);
        try (DirectoryHandle handle = DirectoryHandle.open(target)) {
            if (!options.overwrite() && handle.list().next().isPresent()) {
                throw new Refused(
                        OsError.printable(target)
                                + " is not empty; name a new or empty directory, or say"
                                + " --overwrite");
            }
            RestorePlace place = RestorePlace.target(target);
            try (ForwardReader reader = new ForwardReader(content, content.size());
                    TreeRestorer tree = restorer(handle, reader)) {
                return tree.directory(archive.open(entry), place);
            }
        }
    }

    private static void makeTarget(byte[] target) {
        try {
            RawFiles.mkdir(target, 0700);
        } catch (OsError e) {
            if (e.errno() != OsError.EEXIST) {
                throw e;
            }
        }
    }

    private RestoreReport restoreSingle(Entry entry, byte[] target) {
        byte[] parent = target;
        byte[] name = entry.name();
        Optional<DirectoryHandle> existing = openDirectory(target);
        if (existing.isEmpty()) {
            int slash = lastSlash(target);
            name = Arrays.copyOfRange(target, slash + 1, target.length);
            if (name.length == 0) {
                throw new NotFound("there is no directory " + OsError.printable(target));
            }
            parent = slash < 0 ? bytes(".") : Arrays.copyOf(target, slash + 1);
        }
        long lastByte =
                entry.body() instanceof Body.Regular regular
                        ? regular.contentOffset() + regular.sizeBytes()
                        : 0;
        byte[] parentPath = parent;
        try (DirectoryHandle handle = existing.orElseGet(() -> DirectoryHandle.open(parentPath));
                ForwardReader reader = new ForwardReader(content, lastByte);
                TreeRestorer tree = restorer(handle, reader)) {
            return tree.single(entry, RestorePlace.target(parent).child(name));
        }
    }

    private static Optional<DirectoryHandle> openDirectory(byte[] path) {
        try {
            return Optional.of(DirectoryHandle.open(path));
        } catch (OsError e) {
            if (e.errno() == OsError.ENOENT || e.errno() == OsError.ENOTDIR) {
                return Optional.empty();
            }
            throw e;
        }
    }

    private static int lastSlash(byte[] path) {
        int i = path.length - 1;
        while (i >= 0 && path[i] != '/') {
            i--;
        }
        return i;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    private TreeRestorer restorer(DirectoryHandle target, ForwardReader reader) {
        return new TreeRestorer(archive, reader, target, options, listener);
    }

    /** Errors that would be the same for every further entry. */
    static boolean endsAll(OsError e) {
        return switch (e.errno()) {
            case OsError.ENOSPC, OsError.EDQUOT, OsError.EROFS, OsError.EMFILE -> true;
            default -> false;
        };
    }

    /** What a message says of a failure. */
    static String reason(RuntimeException e) {
        if (e instanceof OsError os) {
            return os.errno() == OsError.EEXIST
                    ? "there is something of that name already"
                    : os.reason();
        }
        return e instanceof HoldfastException ? e.getMessage() : e.toString();
    }
}
