package dev.holdfast.crypto;

import dev.holdfast.BadKey;
import dev.holdfast.Damaged;
import dev.holdfast.format.Fingerprint;
import dev.holdfast.format.Kdf;
import dev.holdfast.format.KeyFile;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Supplier;
import org.bouncycastle.crypto.generators.SCrypt;

/** Turns keys into key files and back: the KDFs and the wrapping of keys.md §2. */
public final class KeyLock {
    /** Shorter passphrases are refused; counted in bytes of UTF-8. */
    public static final int MIN_PASSPHRASE_BYTES = 5;

    private static final byte[] NO_AAD = {};
    private static final int SALT_BYTES = 32;

    private KeyLock() {}

    /** Asks for the passphrase of a protected key; the array is wiped after use. */
    public interface PassphraseSource extends Supplier<byte[]> {}

    /** The KDF of that command-line name, with default parameters and a fresh salt. */
    public static Kdf newKdf(String name) {
        byte[] salt = new byte[SALT_BYTES];
        new SecureRandom().nextBytes(salt);
        return switch (name) {
            case "none" -> new Kdf.None();
            case "scrypt" ->
                    new Kdf.Scrypt(
                            Kdf.Scrypt.DEFAULT_N, Kdf.Scrypt.DEFAULT_R, Kdf.Scrypt.DEFAULT_P, salt);
            case "pbkdf2" -> new Kdf.Pbkdf2(Kdf.Pbkdf2.DEFAULT_ITERATIONS, salt);
            default ->
                    throw new IllegalArgumentException(
                            "unknown KDF '" + name + "'; expected scrypt, pbkdf2 or none");
        };
    }

    /**
     * Wraps a key.
     *
     * @param passphrase not used without a KDF; wiped
     * @throws BadKey if the passphrase is too short
     */
    public static KeyFile lock(
            BackupKey key,
            Kdf kdf,
            byte[] passphrase,
            long modifiedSeconds,
            Optional<String> hint) {
        byte[] secret = key.copySecret();
        try {
            byte[] data;
            if (kdf instanceof Kdf.None) {
                data = secret.clone();
            } else {
                data = new byte[KeyFile.PROTECTED_BYTES];
                byte[] iv = new byte[BackupKey.IV_BYTES];
                new SecureRandom().nextBytes(iv);
                byte[] sealed = new byte[BackupKey.BYTES + AesGcm.TAG_BYTES];
                try (AesGcm cipher = derive(kdf, passphrase)) {
                    cipher.seal(iv, NO_AAD, secret, 0, secret.length, sealed, 0);
                }
                System.arraycopy(iv, 0, data, 0, 16);
                System.arraycopy(sealed, BackupKey.BYTES, data, 16, 16);
                System.arraycopy(sealed, 0, data, 32, BackupKey.BYTES);
            }
            return new KeyFile(
                    kdf,
                    key.createdSeconds(),
                    modifiedSeconds,
                    data,
                    Optional.of(key.fingerprint()),
                    hint);
        } finally {
            Arrays.fill(secret, (byte) 0);
        }
    }

    /**
     * Unwraps a key file.
     *
     * @param name how the file is called in messages
     * @throws BadKey on a wrong or too short passphrase, or if the key is not the one that the
     *     file's fingerprint names
     */
    public static BackupKey unlock(KeyFile file, String name, PassphraseSource passphrases) {
        byte[] secret;
        if (file.kdf() instanceof Kdf.None) {
            secret = file.data().clone();
        } else {
            secret = new byte[BackupKey.BYTES];
            byte[] sealed = new byte[BackupKey.BYTES + AesGcm.TAG_BYTES];
            System.arraycopy(file.data(), 32, sealed, 0, 32);
            System.arraycopy(file.data(), 16, sealed, 32, 16);
            try (AesGcm cipher = derive(file.kdf(), passphrases.get())) {
                cipher.open(
                        Arrays.copyOf(file.data(), 16),
                        NO_AAD,
                        sealed,
                        0,
                        BackupKey.BYTES,
                        secret,
                        0);
            } catch (Damaged e) {
                String hint = file.hint().map(h -> " (hint: " + h + ")").orElse("");
                throw new BadKey("wrong passphrase for key " + name + hint);
            }
        }
        BackupKey key = new BackupKey(secret, file.createdSeconds());
        Optional<Fingerprint> expected = file.fingerprint();
        if (expected.isPresent() && !expected.get().equals(key.fingerprint())) {
            String found = key.fingerprint().shortForm();
            key.close();
            throw new BadKey(
                    "key "
                            + name
                            + " is damaged: it says it is "
                            + expected.get().shortForm()
                            + " but it is "
                            + found
                            + "; use another copy of it");
        }
        return key;
    }

    private static AesGcm derive(Kdf kdf, byte[] passphrase) {
        byte[] derived = null;
        try {
            if (passphrase.length < MIN_PASSPHRASE_BYTES) {
                throw new BadKey(
                        "passphrase too short: at least "
                                + MIN_PASSPHRASE_BYTES
                                + " bytes are needed");
            }
            if (kdf instanceof Kdf.Scrypt scrypt) {
                derived =
                        SCrypt.generate(
                                passphrase, scrypt.salt(), scrypt.n(), scrypt.r(), scrypt.p(), 32);
            } else if (kdf instanceof Kdf.Pbkdf2 pbkdf2) {
                derived = Pbkdf2.sha256(passphrase, pbkdf2.salt(), pbkdf2.iterations());
            } else {
                throw new IllegalArgumentException("an unprotected key has no passphrase");
            }
            return new AesGcm(derived);
        } finally {
            Arrays.fill(passphrase, (byte) 0);
            if (derived != null) {
                Arrays.fill(derived, (byte) 0);
                Leftovers.collect();
            }
        }
    }
}
