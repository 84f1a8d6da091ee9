package dev.holdfast.crypto;

import java.util.Arrays;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.macs.HMac;
import org.bouncycastle.crypto.params.KeyParameter;

/**
 * PBKDF2-HMAC-SHA256 over raw bytes (RFC 8018 §5.2), for keys of one block. The JDK's takes
 * characters only, and Bouncy Castle's leaves a copy of the password behind: this uses its HMAC and
 * wipes the copy. 65535 iterations take some 50 ms.
 */
final class Pbkdf2 {
    /** Length of the derived key: one block. */
    static final int BYTES = 32;

    private Pbkdf2() {}

    static byte[] sha256(byte[] password, byte[] salt, int iterations) {
        KeyParameter copy = new KeyParameter(password);
        try {
            HMac hmac = new HMac(new SHA256Digest());
            hmac.init(copy);
            byte[] block = new byte[BYTES];
            hmac.update(salt, 0, salt.length);
            hmac.update(new byte[] {0, 0, 0, 1}, 0, 4);
            hmac.doFinal(block, 0);
            byte[] derived = block.clone();
            for (int i = 1; i < iterations; i++) {
                hmac.update(block, 0, BYTES);
                hmac.doFinal(block, 0);
                for (int j = 0; j < BYTES; j++) {
                    derived[j] ^= block[j];
                }
            }
            Arrays.fill(block, (byte) 0);
            return derived;
        } finally {
            Arrays.fill(copy.getKey(), (byte) 0);
        }
    }
}
