package dev.holdfast.upkeep;

import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.crypto.PqPublicKey;
import dev.holdfast.format.ArchiveName;
import dev.holdfast.format.BlobKind;
import dev.holdfast.format.CryptMode;
import dev.holdfast.format.Manifest;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.store.SnapshotReader;
import java.util.Optional;
import java.util.Set;

/**
 * Whether a snapshot is encrypted in all its parts: every file by the manifest's word, and every
 * blob by its own first bytes. The chunks are looked at the same way when they travel. What is left
 * readable of such a snapshot is the manifest: names of archives, sizes, notes.
 */
final class EncryptedOnly {
    /** Lengths of RSA ciphertexts: the wrapped key is a plain blob by its magic. */
    private static final Set<Integer> RSA_BYTES = Set.of(256, 384, 512, 1024);

    private EncryptedOnly() {}

    /** Why a snapshot is not wholly encrypted; empty if it is. */
    static Optional<String> objection(SnapshotReader reader, Manifest manifest) {
        for (ManifestFile file : manifest.files()) {
            if (isWrappedKey(file.name())) {
                byte[] blob = reader.blob(file);
                if (!isEncrypted(blob) && !holdsWrappedKey(file.name(), blob)) {
                    return Optional.of(file.name() + " is no wrapped key");
                }
            } else if (file.mode() != CryptMode.ENCRYPT) {
                return Optional.of(file.name() + " is not encrypted (" + file.mode() + ")");
            } else if (file.name().endsWith(".blob") && !isEncrypted(reader.blob(file))) {
                return Optional.of(
                        file.name() + " is not encrypted, although the manifest says so");
            }
        }
        byte[] log = reader.clientLogBlob();
        return log.length > 0 && !isEncrypted(log)
                ? Optional.of(ArchiveName.CLIENT_LOG + " is not encrypted")
                : Optional.empty();
    }

    private static boolean isWrappedKey(String name) {
        return name.equals(ArchiveName.WRAPPED_KEY) || name.equals(PqPublicKey.WRAPPED_KEY);
    }

    private static boolean holdsWrappedKey(String name, byte[] blob) {
        byte[] content = BlobCodec.plain().decode(blob);
        return name.equals(ArchiveName.WRAPPED_KEY)
                ? RSA_BYTES.contains(content.length)
                : PqPublicKey.isWrapped(content);
    }

    private static boolean isEncrypted(byte[] blob) {
        return BlobKind.read(blob, blob.length).encrypted();
    }
}
