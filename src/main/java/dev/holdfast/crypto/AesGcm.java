package dev.holdfast.crypto;

import dev.holdfast.Damaged;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.AEADBadTagException;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;

/**
 * AES-256-GCM under one key, with IVs of any length and tags of 16 bytes after the ciphertext.
 * Thread-safe: each thread has its own cipher.
 */
public final class AesGcm implements AutoCloseable {
    /** Length of the authentication tag. */
    public static final int TAG_BYTES = 16;

    /** The JDK compiles its kernel early only when it is called often, see {@link Provider}. */
    private static final int JDK_STEP_BYTES = 4096;

    private final byte[] keyBytes;
    private final SecretKeySpec key;
    private final ThreadLocal<Cipher> ciphers = ThreadLocal.withInitial(Provider::aesGcm);

    /** A copy of {@code key} (32 bytes) is kept until {@link #close}. */
    public AesGcm(byte[] key) {
        if (key.length != 32) {
            throw new IllegalArgumentException("an AES-256 key has 32 bytes, not " + key.length);
        }
        this.keyBytes = key.clone();
        this.key = new SecretKeySpec(keyBytes, "AES");
    }

    /**
     * Encrypts {@code lengthBytes} bytes of {@code in} and writes as many bytes of ciphertext and
     * then the tag to {@code out}.
     *
     * @param aad authenticated with it; may be empty
     */
    public void seal(
            byte[] iv,
            byte[] aad,
            byte[] in,
            int inOffset,
            int lengthBytes,
            byte[] out,
            int outOffset) {
        try {
            Cipher cipher = start(Cipher.ENCRYPT_MODE, iv, aad);
            int done = 0;
            int written = 0;
            if (!Provider.isNative()) {
                for (; lengthBytes - done > JDK_STEP_BYTES; done += JDK_STEP_BYTES) {
                    written +=
                            cipher.update(
                                    in, inOffset + done, JDK_STEP_BYTES, out, outOffset + written);
                }
            }
            cipher.doFinal(in, inOffset + done, lengthBytes - done, out, outOffset + written);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM failed to encrypt", e);
        }
    }

    /**
     * Decrypts {@code lengthBytes} bytes of ciphertext that are followed by the tag in {@code in}.
     *
     * @throws Damaged if the tag does not match: altered data, or another key
     */
    public void open(
            byte[] iv,
            byte[] aad,
            byte[] in,
            int inOffset,
            int lengthBytes,
            byte[] out,
            int outOffset) {
        try {
            Cipher cipher = start(Cipher.DECRYPT_MODE, iv, aad);
            cipher.doFinal(in, inOffset, lengthBytes + TAG_BYTES, out, outOffset);
        } catch (AEADBadTagException e) {
            throw new Damaged("authentication tag does not match (altered data, or another key)");
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("AES-GCM failed to decrypt", e);
        }
    }

    private Cipher start(int mode, byte[] iv, byte[] aad) throws GeneralSecurityException {
        Cipher cipher = ciphers.get();
        cipher.init(mode, key, new GCMParameterSpec(8 * TAG_BYTES, iv));
        if (aad.length > 0) {
            cipher.updateAAD(aad);
        }
        return cipher;
    }

    /** Wipes the key. Not to be used afterwards. */
    @Override
    public void close() {
        Arrays.fill(keyBytes, (byte) 0);
    }
}
