package dev.holdfast.crypto;

/**
 * A public key that wraps a copy of the encryption key into every new snapshot, for recovery with
 * its private half.
 */
public sealed interface EscrowKey permits MasterPublicKey, PqPublicKey {
    /** The stored name of the blob in a snapshot. */
    String wrappedName();

    /** The content of that blob: an unprotected key file of {@code key}, encrypted. */
    byte[] wrap(BackupKey key);
}
