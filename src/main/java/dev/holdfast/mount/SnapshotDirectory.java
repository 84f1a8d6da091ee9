package dev.holdfast.mount;

import dev.holdfast.fuse.Attributes;
import dev.holdfast.fuse.FileTime;
import dev.holdfast.fuse.Node;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A snapshot: its archives, images and blobs. Opened when it is looked into. */
final class SnapshotDirectory extends ListedDirectory {
    private final SnapshotKey key;
    private final SnapshotXattrs xattrs;

    SnapshotDirectory(View view, SnapshotKey key) {
        super(view, key.toString());
        this.key = key;
        this.xattrs = new SnapshotXattrs(view, key);
    }

    @Override
    List<Child> children() {
        try (OpenSnapshot snapshot = view().snapshots().hold(key)) {
            List<Child> children = new ArrayList<>();
            snapshot.files()
                    .forEach(
                            (name, file) ->
                                    children.add(
                                            new Child(
                                                    name,
                                                    1 + children.size(),
                                                    Inodes.ofPath(GroupPath.below(path(), name)),
                                                    file.isTree()
                                                            ? Attributes.DIRECTORY
                                                            : Attributes.REGULAR)));
            return children;
        }
    }

    @Override
    Optional<Node> child(String name) {
        try (OpenSnapshot snapshot = view().snapshots().hold(key)) {
            return Optional.ofNullable(snapshot.files().get(name)).map(file -> node(name, file));
        }
    }

    private Node node(String name, SnapshotFile file) {
        if (file.isTree()) {
            return new ArchiveRoot(view(), key, name);
        } else if (file instanceof SnapshotFile.Stream stream) {
            return new StreamFile(view(), key, name, stream.index());
        }
        return new BlobFile(view(), key, name, file);
    }

    /** Only that file of it, for a mount of what is no tree. */
    ListedDirectory only(String name) {
        return new OneFileDirectory(this, name);
    }

    @Override
    FileTime time() {
        return new FileTime(key.id().epochSeconds(), 0);
    }

    /** What is in a snapshot stays as it is. */
    @Override
    public long validMillis() {
        return Long.MAX_VALUE;
    }

    @Override
    public Optional<byte[]> xattr(String name) {
        return view().failures()
                .guard(place(), () -> xattrs.value(name, s -> s.manifest().files()));
    }

    @Override
    public List<String> xattrNames() {
        return SnapshotXattrs.NAMES;
    }
}
