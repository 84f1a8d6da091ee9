package dev.holdfast.format;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;

/** SHA-256 of small things that the format itself needs (index checksums, blob files). */
public final class Sha256 {
    private Sha256() {}

    /** The digest of a part of an array. */
    public static Digest of(byte[] bytes, int offset, int lengthBytes) {
        MessageDigest sha = start();
        sha.update(bytes, offset, lengthBytes);
        return Digest.of(sha.digest());
    }

    /** The digest of an array. */
    public static Digest of(byte[] bytes) {
        return of(bytes, 0, bytes.length);
    }

    /** A digest of the JDK, for what comes in pieces. */
    public static MessageDigest start() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
