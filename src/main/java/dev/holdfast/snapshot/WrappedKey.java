package dev.holdfast.snapshot;

import dev.holdfast.BadKey;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.crypto.MasterPrivateKey;
import dev.holdfast.crypto.MasterPublicKey;
import dev.holdfast.format.Fingerprint;
import dev.holdfast.format.Manifest;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.store.SnapshotReader;
import java.util.Optional;

/**
 * The copy of the encryption key that a snapshot carries, wrapped for a master key (keys.md §6.2).
 * The blob is plain although the manifest lists it with the session's mode.
 */
public final class WrappedKey {
    private WrappedKey() {}

    /** The manifest's entry of the wrapped key. */
    public static Optional<ManifestFile> file(Manifest manifest) {
        return manifest.file(MasterPublicKey.WRAPPED_KEY);
    }

    /** The wrapped bytes, compared with the manifest's checksum. */
    public static byte[] read(SnapshotReader reader, ManifestFile file) {
        return BlobCodec.plain().decode(reader.blob(file));
    }

    /**
     * Recovers the snapshot's key with a master key.
     *
     * @throws BadKey if it was wrapped for another one, or is not the key that the snapshot needs
     */
    public static BackupKey unwrap(
            SnapshotReader reader, Manifest manifest, ManifestFile file, MasterPrivateKey master) {
        BackupKey key = master.unwrap(read(reader, file), "of snapshot " + reader.id());
        Optional<Fingerprint> wanted = manifest.keyFingerprint();
        if (wanted.isPresent() && !wanted.get().equals(key.fingerprint())) {
            key.close();
            throw new BadKey(
                    "snapshot "
                            + reader.id()
                            + " needs key "
                            + wanted.get().shortForm()
                            + ", but the wrapped one is "
                            + key.fingerprint().shortForm());
        }
        return key;
    }

    /** The snapshot's key, recovered and kept in the ring; empty without master or wrapped key. */
    static Optional<BackupKey> recover(SnapshotReader reader, Manifest manifest, KeyRing keys) {
        Optional<ManifestFile> file = file(manifest);
        if (keys.master().isEmpty() || file.isEmpty()) {
            return Optional.empty();
        }
        BackupKey key = unwrap(reader, manifest, file.get(), keys.master().get());
        keys.add(key);
        return Optional.of(key);
    }
}
