package dev.holdfast.mount;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.fuse.Node;
import dev.holdfast.store.SnapshotEntry;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * The directory {@code .diff} of a group. It lists nothing, as the pairs of snapshots are many;
 * looking up {@code A..B}, names of two snapshots or {@code latest}, finds how B differs from A.
 */
final class DiffsDirectory extends FoundDirectory {
    /** What it is called in a group. */
    static final String NAME = ".diff";

    private static final String BETWEEN = "..";

    private final Namespace namespace;
    private final GroupId group;

    DiffsDirectory(View view, Namespace namespace, GroupId group, long parent) {
        super(view, Inodes.ofChild(parent, NAME.getBytes(UTF_8)), parent);
        this.namespace = namespace;
        this.group = group;
    }

    @Override
    List<Child> children() {
        return List.of();
    }

    @Override
    Optional<Node> child(byte[] name) {
        String text = new String(name, UTF_8);
        int dots = text.indexOf(BETWEEN);
        if (dots < 0) {
            return Optional.empty();
        }
        Optional<SnapshotKey> before = snapshot(text.substring(0, dots));
        Optional<SnapshotKey> after = snapshot(text.substring(dots + BETWEEN.length()));
        if (before.isEmpty() || after.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new DiffDirectory.Two(
                        view(), Inodes.ofChild(inode(), name), inode(), before.get(), after.get()));
    }

    private Optional<SnapshotKey> snapshot(String name) {
        Map<String, SnapshotEntry> all = view().listings().snapshots(namespace, group);
        Optional<SnapshotEntry> entry =
                name.equals(TimeNames.LATEST)
                        ? all.values().stream().reduce((older, newer) -> newer)
                        : Optional.ofNullable(all.get(name));
        return entry.map(e -> new SnapshotKey(namespace, e.id()));
    }

    @Override
    Object state() {
        return inode();
    }

    @Override
    Failures.Place place() {
        return new Failures.Listed(GroupPath.below(GroupPath.of(namespace, group), NAME));
    }
}
