package dev.holdfast.snapshot;

import dev.holdfast.BadKey;
import dev.holdfast.Refused;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.crypto.MasterPublicKey;
import dev.holdfast.format.CryptMode;
import dev.holdfast.format.Fingerprint;
import dev.holdfast.format.Manifest;
import java.util.Optional;

/**
 * How new snapshots are protected. Fails closed: nothing is written in clear because a key is
 * missing, and a group does not change its key unnoticed.
 *
 * @param mode what was asked for, or what a key implies
 * @param key present unless the mode is {@code none}
 * @param allowKeyChange whether the group's newest snapshot may have been made with another key
 * @param master wraps a copy of the key into the snapshot, for recovery
 */
public record WritePolicy(
        CryptMode mode,
        Optional<BackupKey> key,
        boolean allowKeyChange,
        Optional<MasterPublicKey> master) {
    /** A policy without master key. */
    public WritePolicy(CryptMode mode, Optional<BackupKey> key, boolean allowKeyChange) {
        this(mode, key, allowKeyChange, Optional.empty());
    }

    public WritePolicy {
        if (mode != CryptMode.NONE && key.isEmpty()) {
            throw new BadKey(
                    "--crypt-mode "
                            + mode
                            + " needs an encryption key; create one with: holdfast key create");
        }
        if (mode == CryptMode.NONE && key.isPresent()) {
            throw new IllegalArgumentException("a key is of no use with --crypt-mode none");
        }
        if (mode == CryptMode.NONE && master.isPresent()) {
            throw new IllegalArgumentException("a master key is of no use with --crypt-mode none");
        }
    }

    /** What encodes chunks and archive blobs. */
    BlobCodec codec() {
        return mode == CryptMode.ENCRYPT
                ? BlobCodec.encrypting(key.orElseThrow())
                : BlobCodec.plain();
    }

    /**
     * Compares with the newest snapshot of the group.
     *
     * @throws Refused if that was made with another key
     */
    public void checkAgainst(Manifest previous) {
        Optional<Fingerprint> theirs = previous.keyFingerprint();
        if (theirs.isEmpty() || mode == CryptMode.NONE || allowKeyChange) {
            // Mode none was said explicitly, else it would have been an error for want of a key.
            return;
        }
        Fingerprint mine = key.orElseThrow().fingerprint();
        if (!theirs.get().equals(mine)) {
            throw new Refused(
                    "the newest snapshot of "
                            + previous.snapshot().group()
                            + " was made with key "
                            + theirs.get().shortForm()
                            + ", not with "
                            + mine.shortForm()
                            + "; give that key, or say --allow-key-change");
        }
    }

    /** Whether chunks of that snapshot's archives can be taken over. */
    boolean sharesChunksWith(Manifest previous) {
        Optional<Fingerprint> theirs = previous.keyFingerprint();
        return key.isPresent()
                ? theirs.isEmpty() || theirs.get().equals(key.get().fingerprint())
                : theirs.isEmpty();
    }
}
