package dev.holdfast.format.pxar;

import dev.holdfast.format.Bytes;
import dev.holdfast.format.FormatException;

/**
 * What an ENTRY item says of a file system object (§5). Only mtime is stored, no other time.
 *
 * <pre>
 * off size                                    ENTRY_V1 (read only):
 *   0    8  mode: type and permission bits      0    8  mode
 *   8    8  flags, see {@link StatFlags}        8    8  flags
 *  16    4  uid                                16    4  uid
 *  20    4  gid                                20    4  gid
 *  24    8  mtime, seconds, signed             24    8  mtime, nanoseconds, unsigned
 *  32    4  mtime, nanoseconds
 *  36    4  zero
 * </pre>
 *
 * @param mode {@code st_mode}
 * @param flags stored attribute flags
 * @param uid owner, unsigned
 * @param gid group, unsigned
 * @param mtimeSeconds seconds since the epoch, rounded down
 * @param mtimeNanos 0…999 999 999, always added, also to negative seconds
 */
public record Stat(int mode, long flags, int uid, int gid, long mtimeSeconds, int mtimeNanos) {
    /** Content size of ENTRY. */
    public static final int BYTES = 40;

    /** Content size of ENTRY_V1. */
    public static final int V1_BYTES = 32;

    public static final int TYPE_MASK = 0170000;
    public static final int SOCKET = 0140000;
    public static final int SYMLINK = 0120000;
    public static final int REGULAR = 0100000;
    public static final int BLOCK_DEVICE = 0060000;
    public static final int DIRECTORY = 0040000;
    public static final int CHARACTER_DEVICE = 0020000;
    public static final int FIFO = 0010000;

    private static final int NANOS = 1_000_000_000;

    public Stat {
        if (mtimeNanos < 0 || mtimeNanos >= NANOS) {
            throw new IllegalArgumentException("nanoseconds out of range: " + mtimeNanos);
        }
    }

    /** Decodes the 40 bytes of an ENTRY item's content. */
    public static Stat decode(byte[] b, int off, long offset) {
        int nanos = Bytes.getInt(b, off + 32);
        if (nanos < 0 || nanos >= NANOS) {
            throw FormatException.at(
                    offset, "nanoseconds out of range: " + Integer.toUnsignedString(nanos));
        }
        return decode(b, off, offset, Bytes.getLong(b, off + 24), nanos);
    }

    /** Decodes the 32 bytes of an ENTRY_V1 item's content. */
    public static Stat decodeV1(byte[] b, int off, long offset) {
        long t = Bytes.getLong(b, off + 24);
        return decode(
                b,
                off,
                offset,
                Long.divideUnsigned(t, NANOS),
                (int) Long.remainderUnsigned(t, NANOS));
    }

    private static Stat decode(byte[] b, int off, long offset, long seconds, int nanos) {
        long mode = Bytes.getLong(b, off);
        if (mode >>> 32 != 0) {
            throw FormatException.at(offset, "impossible mode " + Long.toHexString(mode));
        }
        return new Stat(
                (int) mode,
                Bytes.getLong(b, off + 8),
                Bytes.getInt(b, off + 16),
                Bytes.getInt(b, off + 20),
                seconds,
                nanos);
    }

    /** The type bits of the mode. */
    public int type() {
        return mode & TYPE_MASK;
    }

    /** The mode without its type bits. */
    public int permissions() {
        return mode & ~TYPE_MASK;
    }
}
