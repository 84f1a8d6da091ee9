package dev.holdfast.format.pxar;

import java.util.Arrays;
import java.util.Optional;

/** What a byte string must be to name an entry (§6), and how names are ordered. */
public final class EntryName {
    private EntryName() {}

    /** Why the bytes cannot be a name; empty if they can. */
    public static Optional<String> problem(byte[] b, int off, int len) {
        if (len == 0) {
            return Optional.of("empty name");
        }
        if (len > ItemType.MAX_NAME_BYTES) {
            return Optional.of("name of " + len + " bytes");
        }
        if (b[off] == '.' && (len == 1 || (len == 2 && b[off + 1] == '.'))) {
            return Optional.of("name '.' or '..'");
        }
        for (int i = off; i < off + len; i++) {
            if (b[i] == '/' || b[i] == 0) {
                return Optional.of("name with a slash or a NUL");
            }
        }
        return Optional.empty();
    }

    /** Unsigned byte order, shorter prefix first: the order of children in an archive. */
    public static int compare(byte[] a, byte[] b) {
        return Arrays.compareUnsigned(a, b);
    }
}
