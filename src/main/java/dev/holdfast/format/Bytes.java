package dev.holdfast.format;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Integers at offsets of byte arrays. The format is little-endian; magics are written as they read
 * in hex, so big-endian.
 */
public final class Bytes {
    private static final VarHandle LONG_LE =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle INT_LE =
            MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle SHORT_LE =
            MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
    private static final VarHandle LONG_BE =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

    private Bytes() {}

    /** The u64 or i64 at {@code offset}. */
    public static long getLong(byte[] bytes, int offset) {
        return (long) LONG_LE.get(bytes, offset);
    }

    /** Writes a u64 or i64. */
    public static void putLong(byte[] bytes, int offset, long value) {
        LONG_LE.set(bytes, offset, value);
    }

    /** The u32 or i32 at {@code offset}. */
    public static int getInt(byte[] bytes, int offset) {
        return (int) INT_LE.get(bytes, offset);
    }

    /** Writes a u32 or i32. */
    public static void putInt(byte[] bytes, int offset, int value) {
        INT_LE.set(bytes, offset, value);
    }

    /** The u16 at {@code offset}. */
    public static int getUnsignedShort(byte[] bytes, int offset) {
        return (short) SHORT_LE.get(bytes, offset) & 0xffff;
    }

    /** Writes a u16; the upper bits of {@code value} are dropped. */
    public static void putShort(byte[] bytes, int offset, int value) {
        SHORT_LE.set(bytes, offset, (short) value);
    }

    /** Eight bytes as they read in hex. */
    public static long bigEndianLong(byte[] bytes, int offset) {
        return (long) LONG_BE.get(bytes, offset);
    }

    /** Writes eight bytes as they read in hex. */
    public static void putBigEndianLong(byte[] bytes, int offset, long value) {
        LONG_BE.set(bytes, offset, value);
    }
}
