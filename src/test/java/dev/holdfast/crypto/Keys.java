package dev.holdfast.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.Golden;
import java.nio.file.Path;

/** Keys that tests use: K0 of keys.md, and the golden ones with the passwords of their README. */
public final class Keys {
    private Keys() {}

    /** Bytes 00 to 1f. */
    public static BackupKey k0() {
        byte[] secret = new byte[32];
        for (int i = 0; i < 32; i++) {
            secret[i] = (byte) i;
        }
        return new BackupKey(secret, 1767323045L);
    }

    /** A file of {@code golden/keys}. */
    public static Path golden(String name) {
        return Golden.dir().resolve("keys").resolve(name);
    }

    /** The golden key of that name. */
    public static BackupKey unlock(String name) {
        return KeyLock.unlock(
                KeyStorage.read(golden(name)), name, () -> passphrase(name).getBytes(UTF_8));
    }

    private static String passphrase(String name) {
        return switch (name) {
            case "key2-scrypt.json" -> "correct horse battery staple";
            case "key3-pbkdf2.json" -> "pbkdf2-Pässwörd";
            case "key2-changed-pw.json" -> "new password 2";
            case "key1-imported-scrypt.json" -> "imported pw";
            default -> throw new IllegalArgumentException(name + " has no passphrase");
        };
    }
}
