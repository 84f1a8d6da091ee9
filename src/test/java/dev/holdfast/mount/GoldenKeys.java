package dev.holdfast.mount;

import dev.holdfast.Golden;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.KeyLock;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.crypto.KeyStorage;
import java.nio.file.Path;
import java.util.List;

/** The keys of the golden datastore, from their unprotected copies. */
final class GoldenKeys {
    private GoldenKeys() {}

    /** Of all snapshots but one. */
    static BackupKey key1() {
        return key("key1-none.json");
    }

    /** Of {@code host/otherkey}. */
    static BackupKey key2() {
        return key("key2-changed-to-none.json");
    }

    static KeyRing all() {
        return new KeyRing(List.of(key1(), key2()));
    }

    private static BackupKey key(String file) {
        Path path = Golden.dir().resolve("keys").resolve(file);
        return KeyLock.unlock(KeyStorage.read(path), file, () -> new byte[0]);
    }
}
