package dev.holdfast.crypto;

import dev.holdfast.format.Fingerprint;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;

/**
 * The keys at hand, found by fingerprint, and the master key that can recover others. Thread-safe;
 * closing it closes all of them.
 */
public final class KeyRing implements AutoCloseable {
    private final List<BackupKey> keys;
    private final Optional<BackupKey> first;
    private final Optional<MasterPrivateKey> master;

    /** A ring of these keys; the first one is the one to write with. */
    public KeyRing(List<BackupKey> keys) {
        this(keys, Optional.empty());
    }

    /** The same with a master key, which opens the wrapped keys that snapshots carry. */
    public KeyRing(List<BackupKey> keys, Optional<MasterPrivateKey> master) {
        this.keys = new CopyOnWriteArrayList<>(keys);
        this.first = keys.stream().findFirst();
        this.master = master;
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
        return first;
    }

    /** The master key. */
    public Optional<MasterPrivateKey> master() {
        return master;
    }

    /** Keeps a key that was recovered, until this ring is closed. */
    public void add(BackupKey recovered) {
        keys.add(recovered);
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
