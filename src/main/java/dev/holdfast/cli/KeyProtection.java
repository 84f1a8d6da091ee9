package dev.holdfast.cli;

import dev.holdfast.BadKey;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.KeyLock;
import dev.holdfast.crypto.SecretSources;
import dev.holdfast.format.FormatException;
import dev.holdfast.format.Kdf;
import dev.holdfast.format.KeyFile;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import picocli.CommandLine.Option;

/** How a key file that is about to be written shall be protected. */
final class KeyProtection {
    @Option(
            names = "--kdf",
            paramLabel = "KDF",
            description = "How the passphrase protects the key: scrypt (default), pbkdf2 or none.")
    Optional<String> kdfName = Optional.empty();

    @Option(names = "--hint", paramLabel = "H", description = "Reminds of the passphrase.")
    Optional<String> hint = Optional.empty();

    /** Fails on options that do not make sense, before anything is asked or done. */
    void check() {
        Kdf kdf = kdf("scrypt");
        if (hint.isPresent() && kdf instanceof Kdf.None) {
            throw new UsageException("--hint is of no use with --kdf none");
        }
        try {
            hint.ifPresent(KeyFile::checkHint);
        } catch (FormatException e) {
            throw new UsageException(e.getMessage());
        }
    }

    private Kdf kdf(String ifNotSaid) {
        try {
            return KeyLock.newKdf(kdfName.orElse(ifNotSaid));
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
    }

    /** A key file under a new passphrase, from the environment or the terminal. */
    KeyFile lock(BackupKey key) {
        Kdf kdf = kdf("scrypt");
        return lock(
                key,
                kdf,
                kdf instanceof Kdf.None ? new byte[0] : SecretSources.ofProcess().newPassphrase());
    }

    /**
     * The same for a key that was rebuilt or recovered. Where nobody said how to protect it and no
     * passphrase can be had, it is written open rather than not at all: this is no time to fail.
     */
    KeyFile lockRescued(BackupKey key, GlobalOptions options) {
        SecretSources sources = SecretSources.ofProcess();
        if (kdfName.isEmpty() && hint.isEmpty() && !sources.canGiveNewPassphrase()) {
            Output.remark(
                    options,
                    "holdfast: warning: no passphrase was given (HOLDFAST_NEW_PASSPHRASE, or _FD, _FILE, _CMD), so the"
                            + " key is not protected by one; add one with: holdfast key passphrase");
            return lock(key, new Kdf.None(), new byte[0]);
        }
        return lock(key);
    }

    /**
     * A key file that was written wrong would be a lost key: it is opened again before it is used.
     */
    private KeyFile lock(BackupKey key, Kdf kdf, byte[] passphrase) {
        byte[] again = passphrase.clone();
        try {
            KeyFile file = KeyLock.lock(key, kdf, passphrase, Instant.now().getEpochSecond(), hint);
            try (BackupKey opened = KeyLock.unlock(file, "just locked", () -> again)) {
                if (!opened.fingerprint().equals(key.fingerprint())) {
                    throw new BadKey("the new key file does not open; nothing was written");
                }
            }
            return file;
        } finally {
            Arrays.fill(again, (byte) 0);
        }
    }
}
