package dev.holdfast.upkeep;

import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.format.CryptMode;
import dev.holdfast.format.Manifest;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.format.Sha256;
import dev.holdfast.format.SnapshotId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Snapshots whose manifest calls encrypted what is not. */
final class LyingManifests {
    private LyingManifests() {}

    /** Stores a blob in clear, and a manifest that calls everything encrypted. */
    static void lie(TestStore store, SnapshotId id, String blobName) throws IOException {
        Path directory = store.path.resolve(id.toString());
        Path manifestFile = directory.resolve("index.json.blob");
        Manifest manifest =
                Manifest.parse(BlobCodec.plain().decode(Files.readAllBytes(manifestFile)));
        List<ManifestFile> files = new ArrayList<>();
        for (ManifestFile file : manifest.files()) {
            if (file.name().equals(blobName)) {
                byte[] clear =
                        BlobCodec.plain().encode("secret".getBytes(StandardCharsets.UTF_8), false);
                Files.write(directory.resolve(blobName), clear);
                files.add(
                        new ManifestFile(
                                blobName, CryptMode.ENCRYPT, clear.length, Sha256.of(clear)));
            } else if (file.name().endsWith(".blob") && blobName.isEmpty()) {
                try (BackupKey key = TestStore.key()) {
                    byte[] sealed = BlobCodec.encrypting(key).encode(new byte[5], true);
                    Files.write(directory.resolve(file.name()), sealed);
                    files.add(
                            new ManifestFile(
                                    file.name(),
                                    CryptMode.ENCRYPT,
                                    sealed.length,
                                    Sha256.of(sealed)));
                }
            } else {
                files.add(
                        new ManifestFile(
                                file.name(), CryptMode.ENCRYPT, file.sizeBytes(), file.checksum()));
            }
        }
        Manifest lying = Manifest.unsigned(id, files);
        Files.write(manifestFile, BlobCodec.plain().encode(lying.encode(), true));
    }
}
