package dev.holdfast.backup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.Golden;
import dev.holdfast.chunk.ChunkCache;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.KeyLock;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.crypto.KeyStorage;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.os.RawFiles;
import dev.holdfast.snapshot.Snapshot;
import dev.holdfast.store.Repository;
import dev.holdfast.store.local.LocalDatastore;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the official client backed up comes back as it was. */
class GoldenRestoreTest {

    @ParameterizedTest
    @CsvSource({
        "'', host/full/2026-01-01T00:00:00Z, root.pxar, full-v1",
        "'', host/full/2026-01-02T00:00:00Z, root.pxar, full-v1",
        "'', host/full/2026-01-03T00:00:00Z, root.pxar, full-v1",
        "'', host/full/2026-01-04T00:00:00Z, root.pxar, full-v1b",
        "'', host/full/2026-01-05T00:00:00Z, root.pxar, full-v2",
        "'', host/plain/2026-01-01T00:00:00Z, root.pxar, small",
        "'', host/plain/2026-01-02T00:00:00Z, root.pxar, small",
        "'', host/signed/2026-01-01T00:00:00Z, root.pxar, small",
        "'', host/otherkey/2026-01-01T00:00:00Z, root.pxar, small",
        "'', ct/101/2026-01-01T00:00:00Z, root.pxar, small",
        "a/b, host/nested/2026-01-01T00:00:00Z, root.pxar, nested",
    })
    void restoresTheTree(String namespace, String id, String archive, String manifest)
            throws IOException {
        TestTools.assumeRoot();
        Path target = TestTools.freshDirectory("golden").resolve("restored");
        try (Repository repository = LocalDatastore.open(Golden.store());
                Snapshot snapshot = open(repository, namespace, id)) {
            TestStore.Restored restored =
                    TestStore.restore(snapshot, archive, "/", target, RestoreOptions.standard());
            assertThat(restored.failures()).isEmpty();
            assertThat(restored.warnings()).isEmpty();
        }
        if (manifest.equals("nested")) {
            Path patterns = target.resolve(".pxarexclude-cli");
            assertThat(patterns).hasContent("/many\n*.txt\n!/links/target.txt\n");
            Files.delete(patterns);
            // Deleting has changed the time that the manifest holds.
            RawFiles.setTimes(TestStore.raw(target), 0, RawFiles.UTIME_OMIT, 1700000000, 42);
        }
        assertThat(TestTools.manifest(target)).isEqualTo(expected(manifest));
    }

    private static List<String> expected(String manifest) {
        boolean nested = manifest.equals("nested");
        Path file =
                Golden.dir().resolve("manifests/" + (nested ? "small" : manifest) + ".jsonl.zst");
        String excluded = "excl/(a.tmp|dironly.*|keep/b.tmp|rooted)" + (nested ? "|many.*" : "");
        return new String(Golden.gunzstd(file), UTF_8)
                .lines()
                .filter(line -> !line.matches("\\{\"path\":\"(" + excluded + ")\".*"))
                .toList();
    }

    @Test
    void restoresASubtreeAsTheTarget() {
        TestTools.assumeRoot();
        Path dir = TestTools.freshDirectory("golden-subtree");
        try (Repository repository = LocalDatastore.open(Golden.store());
                Snapshot snapshot = open(repository, "", "host/plain/2026-01-02T00:00:00Z")) {
            TestStore.restore(
                    snapshot, "root.pxar", "/names", dir.resolve("a"), RestoreOptions.standard());
        }
        try (Repository repository = LocalDatastore.open(Golden.store());
                Snapshot snapshot = open(repository, "", "ct/101/2026-01-01T00:00:00Z")) {
            // The archive mp0 is a backup of the directory that we took out of the other one.
            TestStore.restore(
                    snapshot, "mp0.pxar", "/", dir.resolve("b"), RestoreOptions.standard());
        }
        TestTools.assertSameTree(dir.resolve("a"), dir.resolve("b"));
        assertThat(dir.resolve("b").toFile().list()).hasSizeGreaterThan(30);
    }

    @ParameterizedTest
    @CsvSource({"01, v1", "02, v2"})
    void restoresAnImage(String day, String version) throws IOException {
        Path dir = TestTools.freshDirectory("golden-image");
        Path expected = dir.resolve("expected");
        TestTools.run(
                "python3",
                Golden.dir().resolve("tools/mkimg.py").toString(),
                expected.toString(),
                version);
        try (Repository repository = LocalDatastore.open(Golden.store());
                Snapshot snapshot = open(repository, "", "vm/100/2026-01-" + day + "T00:00:00Z")) {
            ManifestFile image = snapshot.manifest().file("drive-scsi0.img.fidx").orElseThrow();
            List<Long> progress = new ArrayList<>();
            new StreamRestorer(false, progress::add)
                    .toFile(snapshot.source(image), TestStore.raw(dir.resolve("image")));
            assertThat(dir.resolve("image")).hasSameBinaryContentAs(expected);
            assertThat(progress.stream().mapToLong(n -> n).sum()).isEqualTo(Files.size(expected));
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            new StreamRestorer(false, n -> {}).toOutput(snapshot.source(image), out);
            assertThat(out.toByteArray()).isEqualTo(Files.readAllBytes(expected));
        }
    }

    private static Snapshot open(Repository repository, String namespace, String id) {
        return Snapshot.open(
                repository.open(Namespace.parse(namespace), SnapshotId.parse(id)),
                new KeyRing(List.of(key("key1-none.json"), key("key2-changed-to-none.json"))),
                new ChunkCache(96L << 20));
    }

    private static BackupKey key(String name) {
        try (InputStream in = Files.newInputStream(Golden.dir().resolve("keys").resolve(name))) {
            return KeyLock.unlock(
                    KeyStorage.parse(in, name),
                    name,
                    () -> {
                        throw new AssertionError("the key has no passphrase");
                    });
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
