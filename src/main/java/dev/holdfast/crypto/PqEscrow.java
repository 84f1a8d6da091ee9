package dev.holdfast.crypto;

import dev.holdfast.Damaged;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.KeyGenerator;
import org.bouncycastle.crypto.digests.SHA256Digest;
import org.bouncycastle.crypto.generators.HKDFBytesGenerator;
import org.bouncycastle.crypto.params.HKDFParameters;
import org.bouncycastle.jcajce.SecretKeyWithEncapsulation;
import org.bouncycastle.jcajce.spec.KEMExtractSpec;
import org.bouncycastle.jcajce.spec.KEMGenerateSpec;
import org.bouncycastle.jce.provider.BouncyCastleProvider;

/**
 * Wraps a key so that a quantum computer does not unwrap it: ML-KEM-1024 (FIPS 203) and
 * AES-256-GCM. A format of our own, beside the RSA one that the official client knows:
 *
 * <pre>
 * offset  size  field
 *      0     8  magic "HFPQ1\0\0\0"
 *      8  1568  ML-KEM-1024 ciphertext
 *   1576    16  IV
 *   1592    16  GCM tag
 *   1608     …  AES-256-GCM ciphertext of an unprotected key file (keys.md §2)
 * </pre>
 *
 * <p>The AES key is HKDF-SHA256 of the shared secret, without salt, info "holdfast pq escrow 1".
 * Magic and ML-KEM ciphertext are authenticated with it.
 */
final class PqEscrow {
    /** The algorithm's name. */
    static final String ALGORITHM = "ML-KEM-1024";

    static final BouncyCastleProvider PROVIDER = new BouncyCastleProvider();

    private static final byte[] MAGIC = "HFPQ1\0\0\0".getBytes(StandardCharsets.US_ASCII);
    private static final byte[] INFO = "holdfast pq escrow 1".getBytes(StandardCharsets.US_ASCII);
    private static final int KEM_BYTES = 1568;
    private static final int AAD_BYTES = 8 + KEM_BYTES;
    private static final int HEADER_BYTES = AAD_BYTES + 16 + 16;

    /** Key files without a passphrase have some hundred bytes. */
    private static final int MAX_SEALED_BYTES = HEADER_BYTES + (4 << 10);

    private PqEscrow() {}

    /** Wraps {@code text}. */
    static byte[] seal(PublicKey key, byte[] text) {
        try {
            KeyGenerator generator = KeyGenerator.getInstance(ALGORITHM, PROVIDER);
            generator.init(new KEMGenerateSpec(key, "AES", 256));
            SecretKeyWithEncapsulation secret =
                    (SecretKeyWithEncapsulation) generator.generateKey();
            byte[] blob = new byte[HEADER_BYTES + text.length];
            System.arraycopy(MAGIC, 0, blob, 0, 8);
            System.arraycopy(secret.getEncapsulation(), 0, blob, 8, KEM_BYTES);
            byte[] iv = new byte[16];
            new SecureRandom().nextBytes(iv);
            System.arraycopy(iv, 0, blob, AAD_BYTES, 16);
            byte[] sealed = new byte[text.length + AesGcm.TAG_BYTES];
            try (AesGcm cipher = cipher(secret.getEncoded())) {
                cipher.seal(iv, Arrays.copyOf(blob, AAD_BYTES), text, 0, text.length, sealed, 0);
            }
            System.arraycopy(sealed, text.length, blob, AAD_BYTES + 16, AesGcm.TAG_BYTES);
            System.arraycopy(sealed, 0, blob, HEADER_BYTES, text.length);
            return blob;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException(ALGORITHM + " failed to encrypt", e);
        }
    }

    /** Whether {@code blob} begins like one that {@link #seal} made and is no longer than one. */
    static boolean isSealed(byte[] blob) {
        return blob.length > HEADER_BYTES
                && blob.length <= MAX_SEALED_BYTES
                && Arrays.equals(blob, 0, 8, MAGIC, 0, 8);
    }

    /**
     * Unwraps what {@link #seal} made.
     *
     * @throws Damaged if it was altered or wrapped for another key
     */
    static byte[] open(PrivateKey key, byte[] blob) {
        if (blob.length <= HEADER_BYTES || !Arrays.equals(blob, 0, 8, MAGIC, 0, 8)) {
            throw new Damaged("no key wrapped with " + ALGORITHM);
        }
        try {
            KeyGenerator generator = KeyGenerator.getInstance(ALGORITHM, PROVIDER);
            generator.init(
                    new KEMExtractSpec(key, Arrays.copyOfRange(blob, 8, AAD_BYTES), "AES", 256));
            int length = blob.length - HEADER_BYTES;
            byte[] sealed = new byte[length + AesGcm.TAG_BYTES];
            System.arraycopy(blob, HEADER_BYTES, sealed, 0, length);
            System.arraycopy(blob, AAD_BYTES + 16, sealed, length, AesGcm.TAG_BYTES);
            byte[] text = new byte[length];
            try (AesGcm cipher = cipher(generator.generateKey().getEncoded())) {
                cipher.open(
                        Arrays.copyOfRange(blob, AAD_BYTES, AAD_BYTES + 16),
                        Arrays.copyOf(blob, AAD_BYTES),
                        sealed,
                        0,
                        length,
                        text,
                        0);
            }
            return text;
        } catch (GeneralSecurityException e) {
            throw new Damaged("not a ciphertext of " + ALGORITHM, e);
        }
    }

    private static AesGcm cipher(byte[] secret) {
        HKDFBytesGenerator hkdf = new HKDFBytesGenerator(new SHA256Digest());
        hkdf.init(new HKDFParameters(secret, null, INFO));
        byte[] key = new byte[32];
        hkdf.generateBytes(key, 0, key.length);
        try {
            return new AesGcm(key);
        } finally {
            Arrays.fill(secret, (byte) 0);
            Arrays.fill(key, (byte) 0);
        }
    }
}
