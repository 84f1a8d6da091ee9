package dev.holdfast.crypto;

import dev.holdfast.format.Digest;
import dev.holdfast.format.Fingerprint;
import dev.holdfast.format.Sha256;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * An unlocked encryption key and what follows from it (keys.md §1): the cipher of chunks and blobs,
 * the keyed digest that names chunks, the signature of manifests, the fingerprint. Thread-safe.
 * {@link #close} wipes it.
 */
public final class BackupKey implements AutoCloseable {
    /** Length of the secret. */
    public static final int BYTES = 32;

    /** Length of the IV of chunks and blobs: 16, not the usual 12. */
    public static final int IV_BYTES = 16;

    private static final byte[] ID_KEY_SALT = "_id_key".getBytes(StandardCharsets.US_ASCII);
    private static final int ID_KEY_ITERATIONS = 10;
    private static final byte[] FINGERPRINT_INPUT =
            HexFormat.of()
                    .parseHex("6ed0ef77471fff4d55c7a8fe4a9db62161407f134c725ddf30992d25ec45ed26");

    private final byte[] secret;
    private final byte[] idKey;
    private final AesGcm cipher;
    private final Fingerprint fingerprint;
    private final long createdSeconds;
    private final SecureRandom random = new SecureRandom();

    /**
     * Takes over {@code secret} (32 bytes): it is wiped by {@link #close}.
     *
     * @param createdSeconds when the key was made, for the wrapped copies of it
     */
    public BackupKey(byte[] secret, long createdSeconds) {
        if (secret.length != BYTES) {
            throw new IllegalArgumentException(
                    "an encryption key has 32 bytes, not " + secret.length);
        }
        this.secret = secret;
        this.createdSeconds = createdSeconds;
        this.idKey = Pbkdf2.sha256(secret, ID_KEY_SALT, ID_KEY_ITERATIONS);
        this.cipher = new AesGcm(secret);
        this.fingerprint = fingerprint(idKey);
    }

    /**
     * As {@link #digest}, without the native provider: it takes 0.3 s to load, and a process that
     * only hands its key on to a driver has no other use for it.
     */
    private static Fingerprint fingerprint(byte[] idKey) {
        MessageDigest sha = Sha256.start();
        sha.update(FINGERPRINT_INPUT);
        sha.update(idKey);
        return new Fingerprint(Digest.of(sha.digest()));
    }

    /** A new random key. */
    public static BackupKey random(long createdSeconds) {
        byte[] secret = new byte[BYTES];
        new SecureRandom().nextBytes(secret);
        return new BackupKey(secret, createdSeconds);
    }

    /** Which key this is. */
    public Fingerprint fingerprint() {
        return fingerprint;
    }

    /** When the key was made, Unix seconds. */
    public long createdSeconds() {
        return createdSeconds;
    }

    /** The cipher of chunks and blobs. */
    AesGcm cipher() {
        return cipher;
    }

    /** A fresh random IV. */
    byte[] freshIv() {
        byte[] iv = new byte[IV_BYTES];
        random.nextBytes(iv);
        return iv;
    }

    /** A copy of the secret, to be wiped by the caller. */
    byte[] copySecret() {
        return secret.clone();
    }

    /** The name of an encrypted chunk: SHA-256(content ‖ id key). */
    public Digest digest(byte[] content, int offset, int lengthBytes) {
        MessageDigest sha = ContentDigest.start();
        sha.update(content, offset, lengthBytes);
        sha.update(idKey);
        return Digest.of(sha.digest());
    }

    /**
     * HMAC-SHA256 under the id key, as 64 hex digits: the signature of a manifest's canonical
     * bytes.
     */
    public String sign(byte[] message) {
        return HexFormat.of().formatHex(hmac(message));
    }

    /** Whether {@code signature} is that of {@code message}; compared in constant time. */
    public boolean verifies(byte[] message, String signature) {
        return MessageDigest.isEqual(
                sign(message).getBytes(StandardCharsets.US_ASCII),
                signature.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * A cipher for files of our own, under a key that follows from this one: HMAC-SHA256 under the
     * id key over "holdfast key 1\n" ‖ use ‖ salt. No manifest and no ledger's record begins so.
     *
     * @param use what it is for, ending with a line feed
     * @param salt makes it another one for every file; may be empty
     */
    public AesGcm derived(String use, byte[] salt) {
        byte[] name = ("holdfast key 1\n" + use).getBytes(StandardCharsets.US_ASCII);
        byte[] message = Arrays.copyOf(name, name.length + salt.length);
        System.arraycopy(salt, 0, message, name.length, salt.length);
        byte[] derived = hmac(message);
        try {
            return new AesGcm(derived);
        } finally {
            Arrays.fill(derived, (byte) 0);
        }
    }

    private byte[] hmac(byte[] message) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(idKey, "HmacSHA256"));
            return mac.doFinal(message);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }

    /** Wipes all secrets. Not to be used afterwards. */
    @Override
    public void close() {
        Arrays.fill(secret, (byte) 0);
        Arrays.fill(idKey, (byte) 0);
        cipher.close();
    }

    @Override
    public String toString() {
        return "key " + fingerprint.shortForm();
    }
}
