package dev.holdfast.mount;

import dev.holdfast.BadKey;
import dev.holdfast.fuse.Attributes;
import dev.holdfast.fuse.Directory;
import dev.holdfast.fuse.FileTime;
import dev.holdfast.fuse.Node;
import java.util.List;
import java.util.Optional;

/**
 * The directory that holds an archive's tree: the tree's root, once somebody looks at it. Without
 * the key it is a directory that nobody may enter.
 */
final class ArchiveRoot implements Directory, Failures.Place {
    private final View view;
    private final SnapshotKey key;
    private final String name;
    private final long inode;
    private final Lazy<ArchiveDirectory> root;

    ArchiveRoot(View view, SnapshotKey key, String name) {
        this.view = view;
        this.key = key;
        this.name = name;
        this.inode = Inodes.ofPath(GroupPath.below(key.toString(), name));
        this.root = new Lazy<>(this::open);
    }

    private ArchiveDirectory open() {
        try (OpenSnapshot snapshot = view.snapshots().hold(key)) {
            ArchiveTree tree = new ArchiveTree(view, key, name, snapshot);
            return new ArchiveDirectory(
                    tree, Optional.empty(), tree.archive(snapshot).reader().root().entry(), inode);
        }
    }

    @Override
    public String snapshot() {
        return key.toString();
    }

    @Override
    public String path() {
        return name;
    }

    private ArchiveDirectory root() {
        return view.failures().guard(this, root);
    }

    @Override
    public Attributes attributes() {
        return view.failures().guard(this, this::rootAttributes);
    }

    private Attributes rootAttributes() {
        ViewOptions options = view.options();
        return unlocked()
                .map(ArchiveDirectory::attributes)
                .orElseGet(
                        () ->
                                view.directory(
                                        inode,
                                        0,
                                        options.ownerUid(),
                                        options.ownerGid(),
                                        new FileTime(key.id().epochSeconds(), 0)));
    }

    /** The tree's root, unless its key is not at hand. */
    private Optional<ArchiveDirectory> unlocked() {
        try {
            return Optional.of(root.get());
        } catch (BadKey e) {
            return Optional.empty(); // whoever enters it hears of it
        }
    }

    @Override
    public long parentInode() {
        return Inodes.ofPath(key.toString());
    }

    @Override
    public Node lookup(byte[] child) {
        return root().lookup(child);
    }

    @Override
    public void list(long cursor, EntrySink sink) {
        root().list(cursor, sink);
    }

    /**
     * Those of the snapshot are answered but not listed: {@code rsync -X} must find exactly what
     * was backed up.
     */
    @Override
    public Optional<byte[]> xattr(String xattr) {
        return view.failures()
                .guard(
                        this,
                        () ->
                                xattr.startsWith(SnapshotXattrs.PREFIX)
                                        ? ofSnapshot(xattr)
                                        : unlocked().flatMap(d -> d.xattr(xattr)));
    }

    private Optional<byte[]> ofSnapshot(String xattr) {
        try (OpenSnapshot snapshot = view.snapshots().hold(key)) {
            ArchiveTree tree = new ArchiveTree(view, key, name, snapshot);
            return new SnapshotXattrs(view, key).value(xattr, s -> tree.parts());
        }
    }

    @Override
    public List<String> xattrNames() {
        return view.failures()
                .guard(this, () -> unlocked().map(ArchiveDirectory::xattrNames).orElse(List.of()));
    }
}
