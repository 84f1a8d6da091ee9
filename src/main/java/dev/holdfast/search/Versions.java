package dev.holdfast.search;

import dev.holdfast.format.SnapshotId;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/** The versions of what is at one path, by content. */
public final class Versions {
    private Versions() {}

    /**
     * A content, and where it is found.
     *
     * @param item as the newest of its snapshots has it
     * @param snapshots oldest first, not necessarily without others between them
     * @param likeness whether all of them are known to have the same content
     */
    public record Version(Item item, List<SnapshotId> snapshots, Likeness likeness) {
        public Version {
            snapshots = List.copyOf(snapshots);
        }

        /** Where it is seen first. */
        public SnapshotId first() {
            return snapshots.get(0);
        }

        /** Where it is seen last. */
        public SnapshotId last() {
            return snapshots.get(snapshots.size() - 1);
        }

        private Version with(Item newer, SnapshotId snapshot, Likeness to) {
            List<SnapshotId> more = new ArrayList<>(snapshots);
            more.add(snapshot);
            return new Version(
                    newer,
                    more,
                    likeness == Likeness.SAME && to == Likeness.SAME
                            ? Likeness.SAME
                            : Likeness.LIKELY_SAME);
        }
    }

    /** Knows where the contents of files at the path are. */
    public interface Places {
        /** Nothing is known: versions are told apart by size and time. */
        Places UNKNOWN = snapshot -> Optional.empty();

        /** Where that snapshot has the content. */
        Optional<ContentId> in(SnapshotId snapshot);
    }

    /**
     * The versions of a path in the order they came up.
     *
     * @param snapshots oldest first
     * @param path of names, the archive's first
     */
    public static List<Version> of(
            Pages pages, List<IndexedSnapshot> snapshots, List<byte[]> path, Places places) {
        return of(pages, snapshots, path, item -> true, places);
    }

    /** The versions of what was no directory at a path, told apart by size and time. */
    public static List<Version> ofFiles(
            Pages pages, List<IndexedSnapshot> snapshots, List<byte[]> path) {
        return of(pages, snapshots, path, item -> !item.isDirectory(), Places.UNKNOWN);
    }

    private static List<Version> of(
            Pages pages,
            List<IndexedSnapshot> snapshots,
            List<byte[]> path,
            Predicate<Item> wanted,
            Places places) {
        Diff diff = new Diff(pages);
        List<Version> versions = new ArrayList<>();
        for (IndexedSnapshot snapshot : snapshots) {
            Optional<Item> found = snapshot.lookup(pages, path);
            if (found.filter(wanted).isPresent()) {
                Item item = found.get();
                Optional<ContentId> place =
                        item.kind() == Kind.FILE && path.size() > 1
                                ? places.in(snapshot.id())
                                : Optional.empty();
                add(versions, place.map(item::at).orElse(item), snapshot.id(), diff);
            }
        }
        return versions;
    }

    /** Puts an item to the newest version that has its content, proven ones first. */
    private static void add(List<Version> versions, Item item, SnapshotId id, Diff diff) {
        Optional<Integer> likely = Optional.empty();
        for (int i = versions.size() - 1; i >= 0; i--) {
            Likeness likeness = diff.likeness(versions.get(i).item(), item);
            if (likeness == Likeness.SAME) {
                versions.set(i, versions.get(i).with(item, id, likeness));
                return;
            }
            if (likeness == Likeness.LIKELY_SAME && likely.isEmpty()) {
                likely = Optional.of(i);
            }
        }
        if (likely.isPresent()) {
            int i = likely.get();
            versions.set(i, versions.get(i).with(item, id, Likeness.LIKELY_SAME));
        } else {
            versions.add(new Version(item, List.of(id), Likeness.SAME));
        }
    }
}
