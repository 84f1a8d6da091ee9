package dev.holdfast.format.pxar;

import dev.holdfast.format.FormatException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * An extended attribute; as an item: name, NUL, value. The value may be empty and may hold NULs.
 */
public final class Xattr {
    private final byte[] name;
    private final byte[] value;

    public Xattr(byte[] name, byte[] value) {
        for (byte b : name) {
            if (b == 0) {
                throw new IllegalArgumentException("attribute name with a NUL");
            }
        }
        if ((long) name.length + 1 + value.length > ItemType.MAX_XATTR_BYTES) {
            throw new IllegalArgumentException(
                    "attribute of " + (name.length + 1L + value.length) + " bytes");
        }
        this.name = name;
        this.value = value;
    }

    public Xattr(String name, byte[] value) {
        this(name.getBytes(StandardCharsets.UTF_8), value);
    }

    /** Decodes the content of an XATTR item; the first NUL ends the name. */
    static Xattr decode(byte[] b, int off, int len, long offset) {
        int nul = off;
        while (nul < off + len && b[nul] != 0) {
            nul++;
        }
        if (nul == off + len) {
            throw FormatException.at(offset, "attribute without a NUL");
        }
        return new Xattr(
                Arrays.copyOfRange(b, off, nul), Arrays.copyOfRange(b, nul + 1, off + len));
    }

    public byte[] name() {
        return name;
    }

    public byte[] value() {
        return value;
    }

    /** Whether the name is this one. */
    public boolean isNamed(String wanted) {
        return Arrays.equals(name, wanted.getBytes(StandardCharsets.UTF_8));
    }

    @Override
    public boolean equals(Object o) {
        return o instanceof Xattr other
                && Arrays.equals(name, other.name)
                && Arrays.equals(value, other.value);
    }

    @Override
    public int hashCode() {
        return 31 * Arrays.hashCode(name) + Arrays.hashCode(value);
    }

    /** The name and the size, never the value. */
    @Override
    public String toString() {
        return new String(name, StandardCharsets.UTF_8) + " (" + value.length + " bytes)";
    }
}
