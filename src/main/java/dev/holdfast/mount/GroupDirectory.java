package dev.holdfast.mount;

import dev.holdfast.NotFound;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.fuse.Attributes;
import dev.holdfast.fuse.FileTime;
import dev.holdfast.fuse.Node;
import dev.holdfast.store.SnapshotEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A group: its finished snapshots, and {@code latest}. */
final class GroupDirectory extends ListedDirectory {
    private final Namespace namespace;
    private final GroupId group;

    GroupDirectory(View view, Namespace namespace, GroupId group) {
        super(view, GroupPath.of(namespace, group));
        this.namespace = namespace;
        this.group = group;
    }

    private Map<String, SnapshotEntry> snapshots() {
        return view().listings().snapshots(namespace, group);
    }

    /** The time of the snapshot is the cursor; the link comes first. */
    @Override
    List<Child> children() {
        List<Child> children = new ArrayList<>();
        snapshots()
                .forEach(
                        (name, entry) ->
                                children.add(
                                        new Child(
                                                name,
                                                1 + entry.id().epochSeconds(),
                                                Inodes.ofPath(key(entry).toString()),
                                                Attributes.DIRECTORY)));
        if (!children.isEmpty()) {
            children.add(0, new Child(TimeNames.LATEST, 1, latest().inode(), Attributes.SYMLINK));
        }
        return children;
    }

    /**
     * {@code .versions} and {@code .diff} are answered but not listed: they would make a copy of
     * the group several copies.
     */
    @Override
    Optional<Node> child(String name) {
        if (name.equals(VersionsDirectory.NAME)) {
            return newest().map(e -> VersionsDirectory.top(view(), namespace, group, inode()));
        } else if (name.equals(DiffsDirectory.NAME)) {
            return newest().map(e -> new DiffsDirectory(view(), namespace, group, inode()));
        }
        if (name.equals(TimeNames.LATEST)) {
            return newest().map(entry -> latest());
        }
        return Optional.ofNullable(snapshots().get(name))
                .map(entry -> new SnapshotDirectory(view(), key(entry)));
    }

    private LatestLink latest() {
        return new LatestLink(view(), this);
    }

    private SnapshotKey key(SnapshotEntry entry) {
        return new SnapshotKey(namespace, entry.id());
    }

    Optional<SnapshotEntry> newest() {
        return snapshots().values().stream().reduce((older, newer) -> newer);
    }

    /** The name of the newest snapshot's directory. */
    String newestName() {
        return newest().map(entry -> view().options().timeNames().name(entry.id()))
                .orElseThrow(() -> new NotFound("group " + group + " has no snapshot any more"));
    }

    @Override
    FileTime time() {
        return newest().map(entry -> new FileTime(entry.id().epochSeconds(), 0))
                .orElseGet(super::time);
    }
}
