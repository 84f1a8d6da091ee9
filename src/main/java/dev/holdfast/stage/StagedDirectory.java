package dev.holdfast.stage;

import dev.holdfast.fuse.Attributes;
import dev.holdfast.fuse.Caller;
import dev.holdfast.fuse.Directory;
import dev.holdfast.fuse.Errno;
import dev.holdfast.fuse.Node;
import java.util.Optional;

/** A directory of a staging area. */
@SuppressWarnings("try") // a lock held is not referred to
final class StagedDirectory extends StagedNode implements Directory {
    private static final byte[] NO_TARGET = {};

    StagedDirectory(StagingArea area, long inode) {
        super(area, inode);
    }

    private StagedDirectory read() {
        area.faultIn.read(inode);
        return this;
    }

    @Override
    public Node lookup(byte[] name) {
        read();
        Entry entry = area.hierarchy.find(inode, name).orElseThrow(() -> new Errno(Errno.ENOENT));
        return entry.type() == Attributes.DIRECTORY
                ? new StagedDirectory(area, entry.inode())
                : new StagedNode(area, entry.inode());
    }

    @Override
    public long parentInode() {
        return area.files.get(inode).parent();
    }

    @Override
    public void list(long cursor, EntrySink sink) {
        read();
        area.hierarchy.list(inode, cursor, sink);
    }

    @Override
    public Created create(byte[] name, int mode, int flags, Caller caller) {
        read();
        long created;
        StagedNode node;
        try (Locks.Held held = area.changeNames(true)) {
            created =
                    area.hierarchy.create(
                            inode, name, Attributes.REGULAR | (mode & 07777), 0, NO_TARGET, caller);
            node = new StagedNode(area, created);
            return new Created(node, new StagedFile(area, area.files.acquire(created), flags));
        }
    }

    @Override
    public Node makeNode(byte[] name, int mode, long device, Caller caller) {
        boolean hasNumber = false;
        switch (mode & Attributes.TYPE_MASK) {
            case Attributes.BLOCK_DEVICE, Attributes.CHARACTER_DEVICE -> hasNumber = true;
            case Attributes.FIFO, Attributes.SOCKET, Attributes.REGULAR -> {}
            default -> throw new Errno(Errno.EINVAL);
        }
        return new StagedNode(area, make(name, mode, hasNumber ? device : 0, NO_TARGET, caller));
    }

    @Override
    public Directory makeDirectory(byte[] name, int mode, Caller caller) {
        int full = Attributes.DIRECTORY | (mode & 07777);
        return new StagedDirectory(area, make(name, full, 0, NO_TARGET, caller));
    }

    @Override
    public Node makeSymlink(byte[] name, byte[] target, Caller caller) {
        return new StagedNode(area, make(name, Attributes.SYMLINK | 0777, 0, target, caller));
    }

    private long make(byte[] name, int mode, long device, byte[] target, Caller caller) {
        read();
        try (Locks.Held held = area.changeNames(true)) {
            return area.hierarchy.create(inode, name, mode, device, target, caller);
        }
    }

    @Override
    public void link(byte[] name, Node target, Caller caller) {
        StagedNode node = own(target);
        read();
        try (Locks.Held held = area.changeNames(true)) {
            area.hierarchy.link(inode, name, node.inode);
        }
    }

    private StagedNode own(Node node) {
        if (node instanceof StagedNode staged && staged.area == area) {
            return staged;
        }
        throw new Errno(Errno.EXDEV);
    }

    @Override
    public void unlink(byte[] name, Caller caller) {
        read();
        try (Locks.Held held = area.changeNames(false)) {
            area.hierarchy.unlink(inode, name);
        }
    }

    @Override
    public void removeDirectory(byte[] name, Caller caller) {
        read();
        readChild(this, name);
        try (Locks.Held held = area.changeNames(false)) {
            area.hierarchy.removeDirectory(inode, name);
        }
    }

    /** Whether a directory is empty is known only once its entries have been read. */
    private static void readChild(StagedDirectory directory, byte[] name) {
        directory
                .area
                .hierarchy
                .find(directory.inode, name)
                .filter(entry -> entry.type() == Attributes.DIRECTORY)
                .ifPresent(entry -> directory.area.faultIn.read(entry.inode()));
    }

    @Override
    public void rename(byte[] name, Directory newParent, byte[] newName, Caller caller) {
        StagedDirectory target =
                ((StagedDirectory) own(ControlledFileSystem.renameTarget(newParent, newName)))
                        .read();
        read();
        readChild(target, newName);
        try (Locks.Held held = area.changeNames(false)) {
            area.hierarchy.rename(inode, name, target.inode, newName);
        }
    }

    @Override
    public void sync() {
        area.seal(Optional.empty());
    }
}
