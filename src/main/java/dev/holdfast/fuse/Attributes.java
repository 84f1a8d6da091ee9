package dev.holdfast.fuse;

/**
 * What {@code stat(2)} tells of a node.
 *
 * @param inode inode number; nodes with the same number are hard links of one another
 * @param mode type bits and permission bits, as {@code st_mode}
 * @param links link count
 * @param uid owner
 * @param gid group
 * @param device {@code st_rdev} of a device node in the kernel's 64-bit form, else 0
 * @param sizeBytes content length, length of a link's target
 * @param blocks512 allocated space in units of 512 bytes
 * @param atime access time
 * @param mtime modification time
 * @param ctime change time
 */
public record Attributes(
        long inode,
        int mode,
        int links,
        int uid,
        int gid,
        long device,
        long sizeBytes,
        long blocks512,
        FileTime atime,
        FileTime mtime,
        FileTime ctime) {

    /** The bits of {@code st_mode} that hold the type. */
    public static final int TYPE_MASK = 0170000;

    /** The other bits: permissions, set-ID bits and the sticky bit. */
    public static final int PERMISSIONS = 07777;

    public static final int SOCKET = 0140000;
    public static final int SYMLINK = 0120000;
    public static final int REGULAR = 0100000;
    public static final int BLOCK_DEVICE = 0060000;
    public static final int DIRECTORY = 0040000;
    public static final int CHARACTER_DEVICE = 0020000;
    public static final int FIFO = 0010000;

    /** The type bits of {@link #mode}. */
    public int type() {
        return mode & TYPE_MASK;
    }

    /** Whether this is a directory. */
    public boolean isDirectory() {
        return type() == DIRECTORY;
    }

    /** Whether this is a regular file. */
    public boolean isRegular() {
        return type() == REGULAR;
    }
}
