package dev.holdfast.stage;

import dev.holdfast.fuse.Attributes;
import dev.holdfast.fuse.FileTime;

/**
 * What the tree stores of one inode.
 *
 * @param mode type and permission bits
 * @param links number of names; for a directory 2 and one per subdirectory, 1 while it is unread
 *     and nobody has asked
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
        Draft draft = new Draft(this);
        draft.mode = type() | (bits & 07777);
        draft.ctime = now;
        return draft.inode();
    }

    Inode withOwner(int newUid, int newGid, FileTime now) {
        Draft draft = new Draft(this);
        draft.uid = newUid;
        draft.gid = newGid;
        draft.ctime = now;
        return draft.inode();
    }

    Inode withLinks(int count, FileTime now) {
        Draft draft = new Draft(this);
        draft.links = count;
        draft.ctime = now;
        return draft.inode();
    }

    Inode withTimes(FileTime access, FileTime modification, FileTime change) {
        Draft draft = new Draft(this);
        draft.atime = access;
        draft.mtime = modification;
        draft.ctime = change;
        return draft.inode();
    }

    /** With changed entries or content. */
    Inode touched(FileTime now) {
        return withTimes(atime, now, now);
    }

    Inode withContent(long size, long allocated, int inEpoch) {
        Draft draft = new Draft(this);
        draft.sizeBytes = size;
        draft.allocatedBytes = allocated;
        draft.epoch = inEpoch;
        return draft.inode();
    }

    Inode withPlace(long newParent, long newBaseRef) {
        Draft draft = new Draft(this);
        draft.parent = newParent;
        draft.baseRef = newBaseRef;
        return draft.inode();
    }

    Inode withTraits(int newTraits, FileTime now) {
        Draft draft = new Draft(this);
        draft.traits = newTraits;
        draft.ctime = now;
        return draft.inode();
    }

    Inode withDevice(long number) {
        Draft draft = new Draft(this);
        draft.device = number;
        return draft.inode();
    }

    Inode withFlags(long newFlags) {
        Draft draft = new Draft(this);
        draft.flags = newFlags;
        return draft.inode();
    }

    /**
     * A copy in which single fields can be changed; never leaves a method, so it costs no memory
     * once compiled.
     */
    private static final class Draft {
        private int mode;
        private int links;
        private int uid;
        private int gid;
        private long flags;
        private long device;
        private long sizeBytes;
        private long allocatedBytes;
        private FileTime atime;
        private FileTime mtime;
        private FileTime ctime;
        private int epoch;
        private long parent;
        private long baseRef;
        private int traits;

        Draft(Inode of) {
            mode = of.mode;
            links = of.links;
            uid = of.uid;
            gid = of.gid;
            flags = of.flags;
            device = of.device;
            sizeBytes = of.sizeBytes;
            allocatedBytes = of.allocatedBytes;
            atime = of.atime;
            mtime = of.mtime;
            ctime = of.ctime;
            epoch = of.epoch;
            parent = of.parent;
            baseRef = of.baseRef;
            traits = of.traits;
        }

        Inode inode() {
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
                    parent,
                    baseRef,
                    traits);
        }
    }
}
