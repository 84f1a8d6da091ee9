package dev.holdfast.backup;

import dev.holdfast.Damaged;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.os.DirectoryHandle;
import dev.holdfast.os.OsError;
import dev.holdfast.os.Stat;
import dev.holdfast.snapshot.ArchiveReader;
import dev.holdfast.snapshot.LinkCounts;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The restored files that have further names. They are known by what the archive's links point back
 * to, never by the paths that it gives. For one thread.
 */
final class HardLinks {
    /** Empty if it is not known which files have further names: then all are remembered. */
    private final Optional<LinkCounts> counts;

    private final Map<Long, Restored> files = new HashMap<>();

    private record Restored(RestorePlace place, long device, long inode) {}

    /**
     * Scans a split archive for links, which takes its metadata alone; a unified one would have to
     * be read whole.
     */
    HardLinks(ArchiveReader archive) {
        this.counts = archive.isSplit() ? scan(archive) : Optional.empty();
    }

    private static Optional<LinkCounts> scan(ArchiveReader archive) {
        try {
            return Optional.of(LinkCounts.of(archive));
        } catch (Damaged e) {
            return Optional.empty(); // where it is damaged will be met again
        }
    }

    /** Whether the file may have further names. */
    boolean mayHave(Entry file) {
        return counts.isEmpty() || counts.get().linksTo(file) > 1;
    }

    /** Remembers a file that is restored. */
    void add(Entry file, RestorePlace place, Stat stat) {
        files.put(file.filenameOffset(), new Restored(place, stat.device(), stat.inode()));
    }

    /**
     * Gives a restored file a further name.
     *
     * @return whether that was possible; else the content must be restored again
     * @throws OsError {@code EEXIST} if the name is taken
     */
    boolean link(Entry file, DirectoryHandle target, DirectoryHandle directory, byte[] name) {
        Restored restored = files.get(file.filenameOffset());
        if (restored == null) {
            return false;
        }
        try (DirectoryHandle from = restored.place().openParent(target)) {
            directory.link(from, restored.place().name(), name);
        } catch (OsError e) {
            if (e.errno() == OsError.EEXIST) {
                throw e;
            }
            return false;
        }
        Stat linked = directory.lstat(name);
        if (linked.inode() != restored.inode() || linked.device() != restored.device()) {
            directory.unlink(name); // somebody has put another file there
            return false;
        }
        return true;
    }
}
