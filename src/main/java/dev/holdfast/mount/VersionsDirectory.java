package dev.holdfast.mount;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.pxar.EntryName;
import dev.holdfast.fuse.Node;
import dev.holdfast.search.IndexedSnapshot;
import dev.holdfast.search.Item;
import dev.holdfast.search.Pages;
import dev.holdfast.search.SnapshotSet;
import dev.holdfast.search.Versions;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/**
 * A path below {@code .versions}: a directory with everything that was ever there, in any snapshot
 * of the group, and, if a file was there, with its versions, each called by the time of the
 * snapshot in which it is seen first.
 */
final class VersionsDirectory extends FoundDirectory {
    /** What it is called in a group. */
    static final String NAME = ".versions";

    private final Namespace namespace;
    private final GroupId group;
    private final List<IndexedSnapshot> snapshots;
    private final List<byte[]> path;
    private final SnapshotSet below;
    private final boolean wasFile;

    private VersionsDirectory(
            View view,
            long inode,
            long parent,
            Namespace namespace,
            GroupId group,
            List<IndexedSnapshot> snapshots,
            List<byte[]> path,
            Merged merged) {
        super(view, inode, parent);
        this.namespace = namespace;
        this.group = group;
        this.snapshots = snapshots;
        this.path = path;
        this.below = merged.directories;
        this.wasFile = merged.wasFile;
    }

    /** What snapshots have under one name. */
    private static final class Merged {
        private final SnapshotSet directories = new SnapshotSet();
        private boolean found;
        private boolean wasFile;

        void add(Item item, BitSet numbers) {
            found = true;
            if (item.isDirectory()) {
                directories.add(item.pages(), numbers);
            } else {
                wasFile = true;
            }
        }
    }

    /** That of a group: its archives. */
    static VersionsDirectory top(View view, Namespace namespace, GroupId group, long parent) {
        return new VersionsDirectory(
                view,
                Inodes.ofChild(parent, NAME.getBytes(UTF_8)),
                parent,
                namespace,
                group,
                view.trees().all(namespace, group),
                List.of(),
                new Merged());
    }

    private Pages pages() {
        return view().trees().pages(namespace, group);
    }

    @Override
    List<Child> children() {
        Set<byte[]> names = new TreeSet<>(EntryName::compare);
        if (path.isEmpty()) {
            SnapshotSet.forEachArchive(snapshots, (item, numbers) -> names.add(item.name()));
        } else {
            below.forEach(pages(), (item, numbers) -> names.add(item.name()));
        }
        List<Child> children = new ArrayList<>();
        names.forEach(name -> children.add(Child.of(inode(), name, MODE)));
        for (Versions.Version version : versions()) {
            byte[] name = name(version);
            if (names.add(name)) {
                children.add(Child.of(inode(), name, version.item().mode()));
            }
        }
        return children;
    }

    private List<Versions.Version> versions() {
        return wasFile ? Versions.ofFiles(pages(), snapshots, path) : List.of();
    }

    private byte[] name(Versions.Version version) {
        return view().options().timeNames().name(version.first()).getBytes(UTF_8);
    }

    @Override
    Optional<Node> child(byte[] name) {
        Merged merged = new Merged();
        if (path.isEmpty()) {
            SnapshotSet.forEachArchive(
                    snapshots,
                    (item, numbers) -> {
                        if (EntryName.compare(item.name(), name) == 0) {
                            merged.add(item, numbers);
                        }
                    });
        } else {
            below.named(pages(), name, merged::add);
        }
        long childInode = Inodes.ofChild(inode(), name);
        if (merged.found) {
            List<byte[]> childPath = new ArrayList<>(path);
            childPath.add(name);
            return Optional.of(
                    new VersionsDirectory(
                            view(),
                            childInode,
                            inode(),
                            namespace,
                            group,
                            snapshots,
                            childPath,
                            merged));
        }
        return versions().stream()
                .filter(version -> EntryName.compare(name(version), name) == 0)
                .findFirst()
                .map(
                        version ->
                                new FoundNode(
                                        view().trees()
                                                .node(
                                                        new SnapshotKey(namespace, version.first()),
                                                        path),
                                        childInode));
    }

    /** The inode and what was read: with a new snapshot it is another listing. */
    @Override
    Object state() {
        return List.of(inode(), snapshots.stream().map(IndexedSnapshot::id).toList());
    }

    @Override
    Failures.Place place() {
        return new Failures.Listed(GroupPath.below(GroupPath.of(namespace, group), NAME));
    }
}
