package dev.holdfast.format.pxar;

import dev.holdfast.format.Bytes;
import dev.holdfast.format.FormatException;

/**
 * The content of a DEVICE item: two u64, not a packed {@code dev_t} (§5).
 *
 * @param major 32 bits, unsigned
 * @param minor 32 bits, unsigned
 */
public record DeviceNumber(long major, long minor) {
    private static final long MAX = 0xffff_ffffL;

    public DeviceNumber {
        if (major < 0 || major > MAX || minor < 0 || minor > MAX) {
            throw new IllegalArgumentException("impossible device " + major + ":" + minor);
        }
    }

    /** Decodes the 16 bytes of a DEVICE item's content. */
    public static DeviceNumber decode(byte[] b, int off, long offset) {
        long major = Bytes.getLong(b, off);
        long minor = Bytes.getLong(b, off + 8);
        if (major >>> 32 != 0 || minor >>> 32 != 0) {
            throw FormatException.at(
                    offset,
                    "impossible device "
                            + Long.toUnsignedString(major)
                            + ":"
                            + Long.toUnsignedString(minor));
        }
        return new DeviceNumber(major, minor);
    }

    /** From the 64-bit {@code st_rdev} of Linux. */
    public static DeviceNumber ofKernel(long rdev) {
        return new DeviceNumber(
                (rdev >>> 8 & 0xfff) | (rdev >>> 32 & 0xffff_f000L),
                (rdev & 0xff) | (rdev >>> 12 & 0xffff_ff00L));
    }

    /** As the 64-bit {@code st_rdev} of Linux. */
    public long toKernel() {
        return (major & 0xfff) << 8
                | (major & 0xffff_f000L) << 32
                | (minor & 0xff)
                | (minor & 0xffff_ff00L) << 12;
    }
}
