package dev.holdfast.stage;

import dev.holdfast.fuse.Attributes;
import dev.holdfast.fuse.FileTime;

/**
 * What the tree stores of one inode.
 *
 * @param mode type and permission bits
 * @param links number of names; for a directory 2 and one per subdirectory, 1 while it is unread
 * @param uid owner
 * @param gid group
 * @param flags the base's flags, carried along
 * @param device device number, else 0
 * @param sizeBytes content length; length of a link's target
 * @param allocatedBytes bytes of the content that are no holes
 * @param atime access time
 * @param mtime modification time
 * @param ctime change time
 * @param epoch the last epoch in which the content changed; epochs end with {@link
 *     StagingArea#freeze}
 * @param parent for a directory the inode of its parent, the root's is its own; else 0
 * @param baseRef for a directory whose entries are still in the base only, where they are; else -1
 * @param traits which kinds of extended attributes there are
 */
public record Inode(
        int mode,
        int links,
        int uid,
        int gid,
        long flags,
        long device,
        long sizeBytes,
        long allocatedBytes,
        FileTime atime,
        FileTime mtime,
        FileTime ctime,
        int epoch,
        long parent,
        long baseRef,
        int traits) {
    /** {@link #traits}: there are extended attributes. */
    static final int XATTRS = 1;

    /** {@link #traits}: {@code security.capability} is among them. */
    static final int CAPABILITY = 2;

    /** {@link #traits}: an access ACL. */
    static final int ACCESS_ACL = 4;

    /** {@link #traits}: a default ACL. */
    static final int DEFAULT_ACL = 8;

    /** Directory whose entries have been read (or that was created here): no {@link #baseRef}. */
    static final long READ = -1;

    static final int SET_UID = 04000;
    static final int SET_GID = 02000;

    /** A new inode, all times now. */
    static Inode fresh(int mode, int uid, int gid, FileTime now) {
        int links = (mode & Attributes.TYPE_MASK) == Attributes.DIRECTORY ? 2 : 1;
        return new Inode(mode, links, uid, gid, 0, 0, 0, 0, now, now, now, 0, 0, READ, 0);
    }

    /** The type bits of the mode. */
    public int type() {
        return mode & Attributes.TYPE_MASK;
    }

    /** Whether this is a directory. */
    public boolean isDirectory() {
        return type() == Attributes.DIRECTORY;
    }

    /** Whether this is a regular file. */
    public boolean isRegular() {
        return type() == Attributes.REGULAR;
    }

    /** Whether this is a directory whose entries are still in the base only, unchanged. */
    public boolean isUnread() {
        return baseRef != READ;
    }

    boolean has(int trait) {
        return (traits & trait) != 0;
    }

    Attributes attributes(long inode) {
        return new Attributes(
                inode,
                mode,
                links,
                uid,
                gid,
                device,
                sizeBytes,
                (allocatedBytes + 511) / 512,
                atime,
                mtime,
                ctime);
    }

    Inode withMode(int bits, FileTime now) {
        return new Inode(
                type() | (bits & 07777),
                links,
                uid,
                gid,
                flags,
                device,
                sizeBytes,
                allocatedBytes,
                atime,
                mtime,
                now,
                epoch,
                parent,
                baseRef,
                traits);
    }

    Inode withOwner(int newUid, int newGid, FileTime now) {
        return new Inode(
                mode,
                links,
                newUid,
                newGid,
                flags,
                device,
                sizeBytes,
                allocatedBytes,
                atime,
                mtime,
                now,
                epoch,
                parent,
                baseRef,
                traits);
    }

    Inode withLinks(int count, FileTime now) {
        return new Inode(
                mode,
                count,
                uid,
                gid,
                flags,
                device,
                sizeBytes,
                allocatedBytes,
                atime,
                mtime,
                now,
                epoch,
                parent,
                baseRef,
                traits);
    }

    Inode withTimes(FileTime access, FileTime modification, FileTime change) {
        return new Inode(
                mode,
                links,
                uid,
                gid,
                flags,
                device,
                sizeBytes,
                allocatedBytes,
                access,
                modification,
                change,
                epoch,
                parent,
                baseRef,
                traits);
    }

    /** With changed entries or content. */
    Inode touched(FileTime now) {
        return withTimes(atime, now, now);
    }

    Inode withContent(long size, long allocated, int inEpoch) {
        return new Inode(
                mode, links, uid, gid, flags, device, size, allocated, atime, mtime, ctime, inEpoch,
                parent, baseRef, traits);
    }

    Inode withPlace(long newParent, long newBaseRef) {
        return new Inode(
                mode,
                links,
                uid,
                gid,
                flags,
                device,
                sizeBytes,
                allocatedBytes,
                atime,
                mtime,
                ctime,
                epoch,
                newParent,
                newBaseRef,
                traits);
    }

    Inode withTraits(int newTraits, FileTime now) {
        return new Inode(
                mode,
                links,
                uid,
                gid,
                flags,
                device,
                sizeBytes,
                allocatedBytes,
                atime,
                mtime,
                now,
                epoch,
                parent,
                baseRef,
                newTraits);
    }

    Inode withDevice(long number) {
        return new Inode(
                mode,
                links,
                uid,
                gid,
                flags,
                number,
                sizeBytes,
                allocatedBytes,
                atime,
                mtime,
                ctime,
                epoch,
                parent,
                baseRef,
                traits);
    }

    Inode withFlags(long newFlags) {
        return new Inode(
                mode,
                links,
                uid,
                gid,
                newFlags,
                device,
                sizeBytes,
                allocatedBytes,
                atime,
                mtime,
                ctime,
                epoch,
                parent,
                baseRef,
                traits);
    }
}
