package dev.holdfast.crypto;

import dev.holdfast.format.Fingerprint;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The keys at hand, found by fingerprint. Immutable; closing it closes all of them. */
public final class KeyRing implements AutoCloseable {
    private final List<BackupKey> keys;

    /** A ring of these keys; the first one is the one to write with. */
    public KeyRing(List<BackupKey> keys) {
        this.keys = new ArrayList<>(keys);
    }

    /** A ring without keys. */
    public static KeyRing empty() {
        return new KeyRing(List.of());
    }

    /** The key of that fingerprint. */
    public Optional<BackupKey> find(Fingerprint fingerprint) {
        return keys.stream().filter(k -> k.fingerprint().equals(fingerprint)).findFirst();
    }

    /** The key to write with. */
    public Optional<BackupKey> first() {
        return keys.stream().findFirst();
    }

    /** All keys, the one to write with first. */
    public List<BackupKey> all() {
        return List.copyOf(keys);
    }

    /** All fingerprints. */
    public List<Fingerprint> fingerprints() {
        return keys.stream().map(BackupKey::fingerprint).toList();
    }

    @Override
    public void close() {
        keys.forEach(BackupKey::close);
    }
}
