package dev.holdfast.format;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.HexFormat;

/**
 * A SHA-256 value: the name of a chunk, the checksum of an index. Four longs instead of an array,
 * so that it is a value and a cheap map key.
 */
public record Digest(long a, long b, long c, long d) implements Comparable<Digest> {
    /** Length in bytes. */
    public static final int BYTES = 32;

    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
    private static final HexFormat HEX = HexFormat.of();

    /** The digest whose 32 bytes stand at {@code offset}. */
    public static Digest at(byte[] bytes, int offset) {
        return new Digest(
                (long) LONGS.get(bytes, offset),
                (long) LONGS.get(bytes, offset + 8),
                (long) LONGS.get(bytes, offset + 16),
                (long) LONGS.get(bytes, offset + 24));
    }

    /** The digest of exactly 32 bytes. */
    public static Digest of(byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new IllegalArgumentException("a digest has 32 bytes, not " + bytes.length);
        }
        return at(bytes, 0);
    }

    /** Reads 64 hex digits of either case. */
    public static Digest parse(String hex) {
        if (hex.length() != 2 * BYTES) {
            throw new FormatException("digest is not 64 hex digits: " + hex);
        }
        try {
            return of(HEX.parseHex(hex));
        } catch (IllegalArgumentException e) {
            throw new FormatException("digest is not 64 hex digits: " + hex, e);
        }
    }

    /** Writes the 32 bytes at {@code offset}. */
    public void put(byte[] target, int offset) {
        LONGS.set(target, offset, a);
        LONGS.set(target, offset + 8, b);
        LONGS.set(target, offset + 16, c);
        LONGS.set(target, offset + 24, d);
    }

    /** The 32 bytes. */
    public byte[] bytes() {
        byte[] bytes = new byte[BYTES];
        put(bytes, 0);
        return bytes;
    }

    /** 64 lower-case hex digits. */
    public String hex() {
        return HEX.formatHex(bytes());
    }

    @Override
    public int hashCode() {
        // The value is uniformly distributed already.
        return (int) a;
    }

    /** Unsigned byte order. */
    @Override
    public int compareTo(Digest o) {
        int r = Long.compareUnsigned(a, o.a);
        r = r != 0 ? r : Long.compareUnsigned(b, o.b);
        r = r != 0 ? r : Long.compareUnsigned(c, o.c);
        return r != 0 ? r : Long.compareUnsigned(d, o.d);
    }

    @Override
    public String toString() {
        return hex();
    }
}
