package dev.holdfast.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.Golden;
import dev.holdfast.format.CryptMode;
import dev.holdfast.format.Manifest;
import dev.holdfast.format.ManifestFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The manifests of the golden datastore under the keys that signed them. */
class GoldenManifestTest {
    private static List<Path> manifests() throws IOException {
        try (Stream<Path> files = Files.walk(Golden.store())) {
            List<Path> found = files.filter(f -> f.endsWith("index.json.blob")).sorted().toList();
            assertThat(found).hasSize(13);
            return found;
        }
    }

    private static Manifest read(Path file) throws IOException {
        return Manifest.parse(BlobCodec.plain().decode(Files.readAllBytes(file)));
    }

    private static KeyRing keys() {
        return new KeyRing(List.of(Keys.unlock("key1-none.json"), Keys.unlock("key2-scrypt.json")));
    }

    @Test
    void everySignatureVerifiesAndOnlyPlainSnapshotsHaveNone() throws IOException {
        KeyRing keys = keys();
        int signed = 0;
        for (Path file : manifests()) {
            Manifest manifest = read(file);
            if (manifest.signature().isEmpty()) {
                assertThat(file.toString()).contains("host/plain/");
                assertThat(manifest.keyFingerprint()).isEmpty();
                continue;
            }
            BackupKey key = keys.find(manifest.keyFingerprint().orElseThrow()).orElseThrow();
            assertThat(key.sign(manifest.canonicalBytes()))
                    .as(file.toString())
                    .isEqualTo(manifest.signature().get());
            signed++;
        }
        assertThat(signed).isEqualTo(11);
    }

    @Test
    void theOtherKeySignsDifferently() throws IOException {
        for (Path file : manifests()) {
            Manifest manifest = read(file);
            if (manifest.signature().isPresent()) {
                try (BackupKey stranger = Keys.k0()) {
                    assertThat(
                                    stranger.verifies(
                                            manifest.canonicalBytes(), manifest.signature().get()))
                            .isFalse();
                }
            }
        }
    }

    @Test
    void everyChangedByteOfTheSignedPartIsNoticed() throws IOException {
        Manifest manifest =
                read(Golden.store().resolve("vm/100/2026-01-01T00:00:00Z/index.json.blob"));
        BackupKey key = keys().find(manifest.keyFingerprint().orElseThrow()).orElseThrow();
        byte[] bytes = manifest.canonicalBytes();
        for (int i = 0; i < bytes.length; i++) {
            bytes[i] ^= 1;
            assertThat(key.verifies(bytes, manifest.signature().orElseThrow())).isFalse();
            bytes[i] ^= 1;
        }
        assertThat(key.verifies(bytes, manifest.signature().orElseThrow())).isTrue();
    }

    @Test
    void changedFilesChangeTheSignature() throws IOException {
        Manifest manifest =
                read(Golden.store().resolve("vm/100/2026-01-01T00:00:00Z/index.json.blob"));
        BackupKey key = keys().find(manifest.keyFingerprint().orElseThrow()).orElseThrow();
        ManifestFile first = manifest.files().get(0);
        List<ManifestFile> swapped = new ArrayList<>(manifest.files());
        swapped.add(swapped.remove(0));
        List<ManifestFile> cleared = new ArrayList<>(manifest.files());
        cleared.set(
                0,
                new ManifestFile(
                        first.name(), CryptMode.NONE, first.sizeBytes(), first.checksum()));
        for (List<ManifestFile> files :
                List.of(swapped, cleared, manifest.files().subList(1, manifest.files().size()))) {
            Manifest altered =
                    new Manifest(
                            manifest.snapshot(),
                            files,
                            manifest.unprotected(),
                            Optional.of("unused"));
            assertThat(key.verifies(altered.canonicalBytes(), manifest.signature().orElseThrow()))
                    .isFalse();
        }
    }
}
