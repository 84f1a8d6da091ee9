package dev.holdfast.os;

/**
 * What {@code statx(2)} tells of a file. Times are whole seconds (rounded down, negative before
 * 1970) and the nanoseconds to add.
 *
 * <p>{@code struct statx} is the same on all architectures, unlike {@code struct stat}:
 *
 * <pre>
 *   16  u32  nlink          48  u64  blocks of 512 bytes
 *   20  u32  uid            64  s64  atime seconds,  72  u32  nanoseconds
 *   24  u32  gid            96       ctime, likewise
 *   28  u16  mode          112       mtime, likewise
 *   32  u64  inode         128  u32  rdev major,    132  u32  minor
 *   40  u64  size          136  u32  dev major,     140  u32  minor
 * </pre>
 *
 * @param device the file system, as {@code st_dev}
 * @param mode type and permission bits
 * @param rdev the device that a device node stands for, as {@code st_rdev}
 */
public record Stat(
        long device,
        long inode,
        int mode,
        int links,
        int uid,
        int gid,
        long rdev,
        long sizeBytes,
        long blocks512,
        long atimeSeconds,
        int atimeNanos,
        long mtimeSeconds,
        int mtimeNanos,
        long ctimeSeconds,
        int ctimeNanos) {

    static final int BASIC = 0x7FF;

    static Stat at(long address) {
        var memory = Scratch.MEMORY;
        return new Stat(
                deviceNumber(memory.getInt(address + 136), memory.getInt(address + 140)),
                memory.getLong(address + 32),
                memory.getShort(address + 28) & 0xFFFF,
                memory.getInt(address + 16),
                memory.getInt(address + 20),
                memory.getInt(address + 24),
                deviceNumber(memory.getInt(address + 128), memory.getInt(address + 132)),
                memory.getLong(address + 40),
                memory.getLong(address + 48),
                memory.getLong(address + 64),
                memory.getInt(address + 72),
                memory.getLong(address + 112),
                memory.getInt(address + 120),
                memory.getLong(address + 96),
                memory.getInt(address + 104));
    }

    /** The type bits of {@link #mode}. */
    public int type() {
        return mode & 0170000;
    }

    /** {@code makedev(3)}. */
    public static long deviceNumber(int major, int minor) {
        long high = Integer.toUnsignedLong(major);
        long low = Integer.toUnsignedLong(minor);
        return (high & 0xFFF) << 8
                | (high & 0xFFFFF000L) << 32
                | (low & 0xFF)
                | (low & 0xFFFFFF00L) << 12;
    }

    /** The major number in a device number. */
    public static int major(long device) {
        return (int) ((device >>> 8 & 0xFFF) | (device >>> 32 & 0xFFFFF000L));
    }

    /** The minor number in a device number. */
    public static int minor(long device) {
        return (int) ((device & 0xFF) | (device >>> 12 & 0xFFFFFF00L));
    }
}
