package dev.holdfast.stage;

import dev.holdfast.fuse.Attributes;
import dev.holdfast.fuse.Caller;
import dev.holdfast.fuse.Errno;
import dev.holdfast.fuse.FileTime;
import dev.holdfast.fuse.Node;
import dev.holdfast.fuse.OpenFile;
import java.util.List;
import java.util.Optional;

/** A handle of an inode of a staging area. */
@SuppressWarnings("try") // a lock held is not referred to
class StagedNode implements Node {
    private static final int O_ACCMODE = 3;
    private static final int O_TRUNC = 01000;
    private static final int GROUP_EXECUTE = 010;

    final StagingArea area;
    final long inode;

    StagedNode(StagingArea area, long inode) {
        this.area = area;
        this.inode = inode;
    }

    @Override
    public Attributes attributes() {
        return area.files.get(inode).attributes(inode);
    }

    @Override
    public byte[] readLink() {
        return area.hierarchy.target(inode);
    }

    @Override
    public OpenFile open(int flags) {
        Inode record = area.files.get(inode);
        if (record.isDirectory()) {
            throw new Errno(Errno.EISDIR);
        }
        if (!record.isRegular()) {
            throw new Errno(Errno.EINVAL);
        }
        boolean writes = (flags & O_ACCMODE) != 0;
        if (writes && (flags & O_TRUNC) != 0) {
            try (Locks.Held held = area.change(false)) {
                area.files.truncate(inode, 0);
            }
        }
        return new StagedFile(area, area.files.acquire(inode), flags);
    }

    @Override
    public Optional<byte[]> xattr(String name) {
        return area.xattrs.get(inode, name);
    }

    @Override
    public List<String> xattrNames() {
        return area.xattrs.names(inode);
    }

    @Override
    public void setXattr(String name, byte[] value, int flags, Caller caller) {
        try (Locks.Held held = area.change(true)) {
            area.xattrs.set(inode, name, value, flags);
        }
    }

    @Override
    public void removeXattr(String name, Caller caller) {
        try (Locks.Held held = area.change(false)) {
            area.xattrs.remove(inode, name);
        }
    }

    @Override
    public void chmod(int mode, Caller caller) {
        try (Locks.Held held = area.change(false)) {
            area.xattrs.chmod(inode, mode);
        }
    }

    @Override
    public void chown(Optional<Integer> uid, Optional<Integer> gid, Caller caller) {
        try (Locks.Held held = area.change(false)) {
            area.xattrs.chown(inode, uid, gid);
        }
    }

    @Override
    public void setTimes(Optional<FileTime> atime, Optional<FileTime> mtime, Caller caller) {
        try (Locks.Held held = area.change(false)) {
            FileTime now = FileTime.now();
            area.files.update(
                    inode,
                    record ->
                            record.withTimes(
                                    atime.orElse(record.atime()),
                                    mtime.orElse(record.mtime()),
                                    now));
        }
    }

    @Override
    public void truncate(long sizeBytes, Caller caller) {
        Inode record = area.files.get(inode);
        if (!record.isRegular()) {
            throw new Errno(record.isDirectory() ? Errno.EISDIR : Errno.EINVAL);
        }
        try (Locks.Held held = area.change(false)) {
            area.files.truncate(inode, sizeBytes);
        }
    }

    @Override
    public void dropSetIds() {
        int set = Inode.SET_UID | Inode.SET_GID;
        if ((area.files.get(inode).mode() & set) == 0) {
            return;
        }
        try (Locks.Held held = area.change(false)) {
            area.files.update(
                    inode,
                    record -> {
                        int kept = (record.mode() & GROUP_EXECUTE) != 0 ? 01777 : 03777;
                        return record.withMode(record.mode() & kept, FileTime.now());
                    });
        }
    }

    @Override
    public boolean isFoundByInode() {
        return true;
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof StagedNode that && inode == that.inode && area == that.area;
    }

    @Override
    public int hashCode() {
        return Long.hashCode(inode);
    }

    @Override
    public String toString() {
        return "inode " + inode;
    }
}
