package dev.holdfast.store.pbs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.Busy;
import dev.holdfast.MemoryTree;
import dev.holdfast.NotFound;
import dev.holdfast.Refused;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.format.CryptMode;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.format.Namespace;
import dev.holdfast.snapshot.Snapshot;
import dev.holdfast.snapshot.SnapshotBuilder;
import dev.holdfast.snapshot.WritePolicy;
import dev.holdfast.store.SnapshotEntry;
import dev.holdfast.store.SnapshotWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Snapshots written and read over the wire. */
class PbsRoundTripTest extends OnServer {

    @Test
    void readsBackWhatItWrote() {
        PbsRepository repository = repository();
        backUp(repository, FIRST, files());
        try (Snapshot snapshot = open(repository, FIRST)) {
            assertThat(snapshot.manifest().notes()).contains("a note");
            assertThat(snapshot.key()).contains(key);
            files().forEach((name, content) -> assertThat(read(snapshot, name)).isEqualTo(content));
            ManifestFile conf = snapshot.manifest().file("app.conf.blob").orElseThrow();
            assertThat(snapshot.blob(conf))
                    .isEqualTo("hello=world\n".getBytes(StandardCharsets.UTF_8));
        }
        assertThat(repository.snapshots(Namespace.ROOT, GROUP))
                .containsExactly(new SnapshotEntry(GROUP.at(FIRST), true, false));
    }

    @Test
    void uploadsNothingThatThePreviousSnapshotHas() {
        PbsRepository repository = repository();
        backUp(repository, FIRST, files());
        long first = requests("POST /dynamic_chunk");
        assertThat(first).isGreaterThan(4);
        backUp(repository, FIRST + 1, files());
        assertThat(requests("POST /dynamic_chunk")).isEqualTo(first);
        try (Snapshot snapshot = open(repository, FIRST + 1)) {
            assertThat(read(snapshot, "large")).isEqualTo(files().get("large"));
        }
    }

    @Test
    void knowsTheKeyOfTheGroupWithoutAConnectionMore() {
        PbsRepository repository = repository();
        Map<String, byte[]> tree = Map.of("a", new byte[] {1});
        backUp(repository, FIRST, tree);
        try (SnapshotBuilder builder =
                SnapshotBuilder.begin(
                        repository, Namespace.ROOT, GROUP.at(FIRST + 1), encrypting(), 2)) {
            assertThat(builder.previous()).isPresent();
        }
        assertThat(requests("GET /api2/json/reader")).isZero();
        WritePolicy other =
                new WritePolicy(CryptMode.ENCRYPT, Optional.of(BackupKey.random(FIRST)), false);
        assertThatThrownBy(
                        () ->
                                SnapshotBuilder.begin(
                                        repository, Namespace.ROOT, GROUP.at(FIRST + 2), other, 2))
                .isInstanceOf(Refused.class);
    }

    @Test
    void uploadsOnlyWhatChanged() {
        PbsRepository repository = repository();
        backUp(repository, FIRST, files());
        long first = requests("POST /dynamic_chunk");
        Map<String, byte[]> changed = new HashMap<>(files());
        changed.put("zzz", random(2, 100_000));
        backUp(repository, FIRST + 1, changed);
        // The last payload chunk and the metadata.
        assertThat(requests("POST /dynamic_chunk") - first).isBetween(1L, 3L);
        try (Snapshot snapshot = open(repository, FIRST + 1)) {
            changed.forEach((name, content) -> assertThat(read(snapshot, name)).isEqualTo(content));
        }
    }

    @Test
    void uploadsEverythingWhenThePreviousSnapshotFailedItsVerification() throws Exception {
        PbsRepository repository = repository();
        backUp(repository, FIRST, files());
        long first = requests("POST /dynamic_chunk");
        markVerifyFailed();
        backUp(repository, FIRST + 1, files());
        assertThat(requests("POST /dynamic_chunk")).isEqualTo(2 * first);
    }

    private void markVerifyFailed() throws Exception {
        var file =
                directory
                        .resolve("host/demo")
                        .resolve(GROUP.at(FIRST).timeText())
                        .resolve("index.json.blob");
        var plain = dev.holdfast.crypto.BlobCodec.plain();
        var manifest = Snapshot.decodeManifest(Files.readAllBytes(file), GROUP.at(FIRST));
        var state =
                new com.fasterxml.jackson.databind.ObjectMapper()
                        .readTree("{\"state\":\"failed\",\"upid\":\"UPID:x\"}");
        Files.write(
                file, plain.encode(manifest.withUnprotected("verify_state", state).encode(), true));
    }

    @Test
    void writesAndReadsAnImageWithAShortEnd() {
        PbsRepository repository = repository();
        byte[] image = random(3, (9 << 20) + 123);
        try (SnapshotBuilder builder =
                SnapshotBuilder.begin(
                        repository, Namespace.ROOT, GROUP.at(FIRST), encrypting(), 2)) {
            builder.image("disk.img", MemoryTree.content(image));
            builder.finish(Optional.empty());
        }
        try (Snapshot snapshot = open(repository, FIRST)) {
            var source = snapshot.source(snapshot.manifest().file("disk.img.fidx").orElseThrow());
            byte[] bytes = new byte[image.length];
            source.read(0, bytes, 0, bytes.length);
            assertThat(bytes).isEqualTo(image);
        }
    }

    @Test
    void leavesNothingOfAnUnfinishedSnapshot() throws Exception {
        PbsRepository repository = repository();
        try (SnapshotBuilder builder =
                SnapshotBuilder.begin(
                        repository, Namespace.ROOT, GROUP.at(FIRST), encrypting(), 2)) {
            builder.blob("app.conf", new byte[] {1});
            assertThat(repository.snapshots(Namespace.ROOT, GROUP))
                    .containsExactly(new SnapshotEntry(GROUP.at(FIRST), false, false));
            assertThatThrownBy(() -> repository.open(Namespace.ROOT, GROUP.at(FIRST)))
                    .isInstanceOf(Busy.class);
        }
        awaitNobodyWrites();
        assertThat(directory.resolve("host/demo")).doesNotExist();
        assertThat(repository.groups(Namespace.ROOT)).isEmpty();
    }

    @Test
    void refusesASecondWriterOfTheGroup() {
        PbsRepository repository = repository();
        try (SnapshotWriter first = repository.create(Namespace.ROOT, GROUP.at(FIRST))) {
            assertThat(first.previous()).isEmpty();
            assertThatThrownBy(() -> repository.create(Namespace.ROOT, GROUP.at(FIRST + 1)))
                    .isInstanceOf(Busy.class)
                    .hasMessageContaining("another backup")
                    .hasMessageContaining("host/demo");
        }
    }

    @Test
    void refusesATimeThatIsNotNewer() {
        PbsRepository repository = repository();
        backUp(repository, FIRST, Map.of("a", new byte[] {1}));
        assertThatThrownBy(() -> repository.create(Namespace.ROOT, GROUP.at(FIRST)))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("as new");
    }

    @Test
    void refusesAnEmptyArchive() {
        PbsRepository repository = repository();
        try (SnapshotWriter writer = repository.create(Namespace.ROOT, GROUP.at(FIRST))) {
            var archive = writer.archive("disk.img.fidx", Optional.empty());
            assertThatThrownBy(archive::finish)
                    .isInstanceOf(Refused.class)
                    .hasMessageContaining("at least one byte");
        }
    }

    @Test
    void saysThatASnapshotIsNotThere() {
        assertThatThrownBy(() -> repository().open(Namespace.ROOT, GROUP.at(FIRST)))
                .isInstanceOf(NotFound.class)
                .hasMessageContaining(GROUP.at(FIRST).toString());
    }

    @Test
    void keepsASnapshotWhileItIsRead() {
        PbsRepository repository = repository();
        backUp(repository, FIRST, Map.of("a", new byte[] {1}));
        try (Snapshot snapshot = open(repository, FIRST)) {
            assertThatThrownBy(() -> repository.forget(Namespace.ROOT, snapshot.id()))
                    .isInstanceOf(Busy.class)
                    .hasMessageContaining("in use");
        }
    }
}
