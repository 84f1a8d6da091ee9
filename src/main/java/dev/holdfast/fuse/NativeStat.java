package dev.holdfast.fuse;

import static dev.holdfast.fuse.NativeMemory.MEMORY;

/**
 * {@code struct stat} as glibc lays it out. Written at fixed offsets because it answers the most
 * frequent request; jnr-fuse's {@code FileStat} would make 20 objects for each.
 *
 * <pre>
 *   x86-64   aarch64
 *      0        0     u64  dev
 *      8        8     u64  ino
 *     16       20     nlink (u64, u32)
 *     24       16     u32  mode
 *     28       24     u32  uid
 *     32       28     u32  gid
 *     40       32     u64  rdev
 *     48       48     s64  size
 *     56       56     blksize (s64, s32)
 *     64       64     s64  blocks of 512 bytes
 *     72       72     atime: s64 seconds, s64 nanoseconds; then mtime, ctime
 * </pre>
 */
final class NativeStat {
    static final int BYTES = 144;

    private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");
    private static final int LINKS = ARM ? 20 : 16;
    private static final int MODE = ARM ? 16 : 24;
    private static final int UID = ARM ? 24 : 28;
    private static final int GID = ARM ? 28 : 32;
    private static final int RDEV = ARM ? 32 : 40;
    private static final int BLOCK_BYTES = 4096;

    private NativeStat() {}

    /** Fills in all fields. */
    static void write(long stat, Attributes attributes) {
        MEMORY.setMemory(stat, BYTES, (byte) 0);
        MEMORY.putLong(stat + 8, attributes.inode());
        MEMORY.putInt(stat + LINKS, attributes.links());
        MEMORY.putInt(stat + MODE, attributes.mode());
        MEMORY.putInt(stat + UID, attributes.uid());
        MEMORY.putInt(stat + GID, attributes.gid());
        MEMORY.putLong(stat + RDEV, attributes.device());
        MEMORY.putLong(stat + 48, attributes.sizeBytes());
        MEMORY.putInt(stat + 56, BLOCK_BYTES);
        MEMORY.putLong(stat + 64, attributes.blocks512());
        writeTime(stat + 72, attributes.atime());
        writeTime(stat + 88, attributes.mtime());
        writeTime(stat + 104, attributes.ctime());
    }

    /** Fills in the two fields of a directory entry; the rest counts for nothing there. */
    static void writeEntry(long stat, long inode, int mode) {
        MEMORY.putLong(stat + 8, inode);
        MEMORY.putInt(stat + MODE, mode);
    }

    private static void writeTime(long timespec, FileTime time) {
        MEMORY.putLong(timespec, time.seconds());
        MEMORY.putLong(timespec + 8, time.nanos());
    }
}
