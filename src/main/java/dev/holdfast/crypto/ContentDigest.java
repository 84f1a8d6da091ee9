package dev.holdfast.crypto;

import dev.holdfast.format.Digest;
import java.security.MessageDigest;

/** SHA-256 of chunk content at hardware speed, one instance per thread. */
final class ContentDigest {
    private static final ThreadLocal<MessageDigest> SHA = ThreadLocal.withInitial(Provider::sha256);

    private ContentDigest() {}

    /** This thread's digest, reset. */
    static MessageDigest start() {
        MessageDigest sha = SHA.get();
        sha.reset();
        return sha;
    }

    /** The name of a plain chunk: SHA-256(content). */
    static Digest plain(byte[] content, int offset, int lengthBytes) {
        MessageDigest sha = start();
        sha.update(content, offset, lengthBytes);
        return Digest.of(sha.digest());
    }
}
