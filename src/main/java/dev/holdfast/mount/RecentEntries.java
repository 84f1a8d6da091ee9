package dev.holdfast.mount;

import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.Entry;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReferenceArray;

/**
 * Entries that were listed or looked up lately. Whoever lists a directory asks for each of its
 * entries next; those are found here without searching and decoding again.
 *
 * <p>Tables in which an entry is replaced by the next one that hashes to its place: no locks, no
 * order to maintain, about 10 MB when full. An entry with more than a name and a stat is not kept.
 */
final class RecentEntries {
    private static final int PLACES = 1 << 14;
    private static final int MAX_NAME_BYTES = 255;

    private final AtomicReferenceArray<Recent> byName = new AtomicReferenceArray<>(PLACES);
    private final AtomicReferenceArray<Recent> byPosition = new AtomicReferenceArray<>(PLACES);

    /** An entry of the directory with that inode number. */
    private record Recent(long directory, Entry entry) {}

    /** Remembers an entry of a directory. */
    void put(long directory, Entry entry) {
        if (isSmall(entry)) {
            Recent recent = new Recent(directory, entry);
            byName.lazySet(place(directory, Arrays.hashCode(entry.name())), recent);
            byPosition.lazySet(place(directory, Long.hashCode(entry.nameOffset())), recent);
        }
    }

    /** The entry of that name, if it is remembered. */
    Optional<Entry> get(long directory, byte[] name) {
        Recent recent = byName.get(place(directory, Arrays.hashCode(name)));
        return recent != null
                        && recent.directory() == directory
                        && Arrays.equals(recent.entry().name(), name)
                ? Optional.of(recent.entry())
                : Optional.empty();
    }

    /** The entry at that position of the directory's listing, if it is remembered. */
    Optional<Entry> at(long directory, long position) {
        Recent recent = byPosition.get(place(directory, Long.hashCode(position)));
        return recent != null
                        && recent.directory() == directory
                        && recent.entry().nameOffset() == position
                ? Optional.of(recent.entry())
                : Optional.empty();
    }

    private static boolean isSmall(Entry entry) {
        return entry.name().length <= MAX_NAME_BYTES
                && entry.metadata().xattrs().isEmpty()
                && !(entry.body() instanceof Body.Symlink link
                        && link.target().length > MAX_NAME_BYTES);
    }

    private static int place(long directory, int child) {
        long hash = (directory + child) * 0x9e3779b97f4a7c15L;
        return (int) (hash >>> 50);
    }
}
