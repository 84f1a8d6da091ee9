package dev.holdfast.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.chunk.ChunkCache;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.format.ArchiveName;
import dev.holdfast.format.CryptMode;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.Sha256;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.snapshot.ChunkedSource;
import dev.holdfast.snapshot.Snapshot;
import dev.holdfast.snapshot.WritePolicy;
import dev.holdfast.store.SnapshotEntry;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

class RekeyTest {
    private static final Namespace ROOT = Namespace.ROOT;

    private static List<SnapshotId> all(TestStore store) {
        List<SnapshotId> all = new ArrayList<>();
        for (GroupId group : store.repository.groups(ROOT)) {
            store.repository.snapshots(ROOT, group).stream()
                    .filter(SnapshotEntry::finished)
                    .map(SnapshotEntry::id)
                    .forEach(all::add);
        }
        return all;
    }

    private static Rekey rekey(TestStore from, KeyRing oldKeys, TestStore to) {
        return new Rekey(
                from.repository,
                ROOT,
                oldKeys,
                to.repository,
                ROOT,
                TestStore.encrypting(),
                2,
                Rekey.RekeyProgress.NONE);
    }

    /** Digests of the decoded content of everything in a snapshot but the wrapped key. */
    private static Map<String, String> contents(TestStore store, KeyRing keys, SnapshotId id) {
        Map<String, String> contents = new HashMap<>();
        try (Snapshot snapshot =
                Snapshot.open(store.repository.open(ROOT, id), keys, new ChunkCache(1 << 20))) {
            for (ManifestFile file : snapshot.manifest().files()) {
                if (file.name().equals(ArchiveName.WRAPPED_KEY)) {
                    continue;
                }
                byte[] content;
                if (file.name().endsWith(".blob")) {
                    content = snapshot.blob(file);
                } else {
                    ChunkedSource source = snapshot.source(file);
                    content = new byte[(int) source.size()];
                    source.read(0, content, 0, content.length);
                }
                contents.put(file.name(), Sha256.of(content).hex());
            }
        }
        return contents;
    }

    @Test
    void everySnapshotOfTheOfficialClientIsTheSameUnderAnotherKey() throws IOException {
        try (TestStore golden = TestStore.golden();
                TestStore target = TestStore.create();
                KeyRing oldKeys = TestStore.goldenKeys();
                KeyRing newKeys = TestStore.keys()) {
            List<SnapshotId> snapshots = all(golden);
            assertThat(snapshots).hasSize(12);
            assertThat(rekey(golden, oldKeys, target).run(snapshots))
                    .allSatisfy(
                            result ->
                                    assertThat(result.outcome())
                                            .as(result.toString())
                                            .isEqualTo(Rekey.Outcome.DONE));
            for (SnapshotId id : snapshots) {
                assertThat(contents(target, newKeys, id)).isEqualTo(contents(golden, oldKeys, id));
                try (Snapshot snapshot =
                        Snapshot.open(
                                target.repository.open(ROOT, id), newKeys, new ChunkCache(1))) {
                    assertThat(snapshot.manifest().files())
                            .extracting(ManifestFile::mode)
                            .containsOnly(CryptMode.ENCRYPT);
                    assertThat(snapshot.key()).isPresent();
                }
            }
            SnapshotId noted = SnapshotId.parse("host/full/2026-01-02T00:00:00Z");
            try (Snapshot snapshot =
                    Snapshot.open(
                            target.repository.open(ROOT, noted), newKeys, new ChunkCache(1))) {
                assertThat(snapshot.manifest().notes().orElseThrow()).startsWith("a note\n");
            }
            assertThat(
                            target.repository
                                    .snapshots(ROOT, GroupId.parse("host/full"))
                                    .get(0)
                                    .isProtected())
                    .isTrue();
            assertThat(
                            target.repository
                                    .open(ROOT, SnapshotId.parse("ct/101/2026-01-01T00:00:00Z"))
                                    .clientLogBlob())
                    .isNotEmpty();
            target.assertIndependentlyClean(TestStore.keyFile());
        }
    }

    @Test
    void aSecondRunFindsEverythingThere() throws IOException {
        try (TestStore from = TestStore.create();
                TestStore to = TestStore.create();
                KeyRing none = KeyRing.empty()) {
            WritePolicy clear = new WritePolicy(CryptMode.NONE, Optional.empty(), false);
            from.backUp(
                    ROOT, TestStore.GROUP, 1000, Map.of("a", TestStore.random(1, 3 << 20)), clear);
            SnapshotId second =
                    from.backUp(
                            ROOT,
                            TestStore.GROUP,
                            2000,
                            Map.of("a", TestStore.random(1, 3 << 20), "b", new byte[] {1}),
                            clear);
            assertThat(rekey(from, none, to).estimate(all(from)).snapshots()).isEqualTo(2);
            rekey(from, none, to).run(all(from).subList(0, 1));
            // What an interrupted run has not done yet is done, and only that.
            assertThat(rekey(from, none, to).run(all(from)))
                    .extracting(Rekey.Result::outcome)
                    .containsExactly(Rekey.Outcome.THERE, Rekey.Outcome.DONE);
            assertThat(rekey(from, none, to).estimate(all(from)).distinctBytes()).isZero();
            to.assertRestores(
                    second, Map.of("a", TestStore.random(1, 3 << 20), "b", new byte[] {1}));
        }
    }

    @Test
    void withoutTheOldKeyNothingIsWritten() throws IOException {
        try (TestStore from = TestStore.create();
                TestStore to = TestStore.create();
                KeyRing none = KeyRing.empty()) {
            SnapshotId id = from.backUp(TestStore.GROUP, 1000, Map.of("a", new byte[] {1, 2, 3}));
            List<Rekey.Result> results = rekey(from, none, to).run(List.of(id));
            assertThat(results)
                    .singleElement()
                    .satisfies(r -> assertThat(r.remark()).contains("is encrypted with key"));
            assertThat(to.repository.groups(ROOT)).isEmpty();
            assertThat(to.chunkFiles()).isEmpty();
        }
    }

    @Test
    void aDamagedChunkFailsItsSnapshotAlone() throws IOException {
        try (TestStore from = TestStore.create();
                TestStore to = TestStore.create();
                KeyRing keys = TestStore.keys()) {
            SnapshotId broken =
                    from.backUp(
                            GroupId.parse("host/b"),
                            1000,
                            Map.of("b", TestStore.random(2, 1 << 20)));
            Set<Path> chunks = Set.copyOf(from.chunkFiles());
            SnapshotId good =
                    from.backUp(
                            GroupId.parse("host/c"),
                            1000,
                            Map.of("c", TestStore.random(3, 1 << 20)));
            for (Path chunk : chunks) {
                TestStore.flip(chunk);
            }
            assertThat(rekey(from, keys, to).run(List.of(broken, good)))
                    .extracting(Rekey.Result::outcome)
                    .containsExactly(Rekey.Outcome.FAILED, Rekey.Outcome.DONE);
            assertThat(to.repository.snapshots(ROOT, broken.group())).isEmpty();
        }
    }
}
