package dev.holdfast.upkeep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.Busy;
import dev.holdfast.Damaged;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.os.RawFiles;
import dev.holdfast.store.GarbageOptions;
import dev.holdfast.store.GarbageProgress;
import dev.holdfast.store.GarbageReport;
import dev.holdfast.store.SnapshotWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class GarbageCollectionTest {
    private static final GarbageOptions OPTIONS = GarbageOptions.standard();

    /** Walking 65536 directories again and again takes its time: 50 by -Dholdfast.rounds=50. */
    private static final int ROUNDS = Integer.getInteger("holdfast.rounds", 12);

    private TestStore store;

    @BeforeAll
    void create() throws IOException {
        store = TestStore.create();
    }

    @AfterAll
    void remove() throws IOException {
        store.close();
    }

    private GarbageReport collect() {
        return store.repository.collectGarbage(OPTIONS, GarbageProgress.NONE);
    }

    private static Map<String, byte[]> tree(long seed) {
        Map<String, byte[]> files = new HashMap<>();
        files.put("big", TestStore.random(seed, 300_000));
        files.put("dir/small", TestStore.random(seed + 1, 900));
        files.put("same", TestStore.random(-1, 5_000));
        return files;
    }

    @Test
    void removesWhatNothingNeedsAndNothingElse() throws IOException {
        GroupId group = GroupId.parse("host/sweep");
        SnapshotId first = store.backUp(group, 1_000_000, tree(10));
        SnapshotId second = store.backUp(group, 2_000_000, tree(20));
        store.repository.forget(Namespace.ROOT, first);
        int before = store.chunkFiles().size();
        // Young chunks stay, whatever refers to them.
        assertThat(collect().removedChunks()).isZero();
        store.age();
        GarbageReport dry =
                store.repository.collectGarbage(
                        new GarbageOptions(GarbageOptions.DEFAULT_CUTOFF, true, true),
                        GarbageProgress.NONE);
        assertThat(dry.removedChunks()).isPositive();
        assertThat(store.chunkFiles()).hasSizeGreaterThanOrEqualTo(before);
        store.age();
        GarbageReport report = collect();
        assertThat(report.removedChunks()).isPositive();
        assertThat(report.missingChunks()).isZero();
        assertThat(report.diskChunks()).isEqualTo(store.chunkFiles().size());
        store.assertRestores(second, tree(20));
        store.assertIndependentlyClean(TestStore.keyFile());
    }

    @Test
    void keepsYoungUnreferencedChunksAsPending() throws IOException {
        GroupId group = GroupId.parse("host/pending");
        SnapshotId id = store.backUp(group, 1_000_000, tree(30));
        store.repository.forget(Namespace.ROOT, id);
        long anHourAgo = System.currentTimeMillis() / 1000 - 3600;
        for (Path chunk : store.chunkFiles()) {
            RawFiles.setTimes(TestStore.raw(chunk), anHourAgo, 0, 0, RawFiles.UTIME_OMIT);
        }
        GarbageReport report = collect();
        assertThat(report.removedChunks()).isZero();
        assertThat(report.pendingChunks()).isPositive();
        // With a shorter cut-off they go.
        for (Path chunk : store.chunkFiles()) {
            RawFiles.setTimes(TestStore.raw(chunk), anHourAgo, 0, 0, RawFiles.UTIME_OMIT);
        }
        GarbageReport shorter =
                store.repository.collectGarbage(
                        new GarbageOptions(Duration.ofMinutes(30), true, false),
                        GarbageProgress.NONE);
        assertThat(shorter.removedChunks()).isEqualTo(report.pendingChunks());
    }

    @Test
    void anUnreadableIndexStopsEverything() throws IOException {
        GroupId group = GroupId.parse("host/broken");
        SnapshotId id = store.backUp(group, 1_000_000, tree(40));
        Path index =
                store.path
                        .resolve(group.toString())
                        .resolve(id.timeText())
                        .resolve("root.ppxar.didx");
        byte[] good = Files.readAllBytes(index);
        Files.write(index, java.util.Arrays.copyOf(good, good.length - 1));
        store.age();
        int before = store.chunkFiles().size();
        try {
            assertThatThrownBy(this::collect)
                    .isInstanceOf(Damaged.class)
                    .hasMessageContaining("nothing was removed");
            assertThat(store.chunkFiles()).hasSize(before);
        } finally {
            Files.write(index, good);
        }
        collect();
        store.assertRestores(id, tree(40));
    }

    @Test
    void marksIndexFilesWhereverTheyAre() throws IOException {
        GroupId group = GroupId.parse("host/stray");
        SnapshotId id = store.backUp(group, 1_000_000, tree(50));
        Path directory = store.path.resolve(group.toString()).resolve(id.timeText());
        Path stray = store.path.resolve("kept-by-hand");
        Files.createDirectory(stray);
        Path copy = stray.resolve("x.didx");
        Files.copy(directory.resolve("root.ppxar.didx"), copy);
        store.repository.forget(Namespace.ROOT, id);
        store.age();
        List<String> warnings = new ArrayList<>();
        GarbageReport report =
                store.repository.collectGarbage(
                        OPTIONS,
                        new GarbageProgress() {
                            @Override
                            public void warning(String message) {
                                warnings.add(message);
                            }
                        });
        assertThat(warnings).anyMatch(text -> text.contains("x.didx"));
        assertThat(report.missingChunks()).isZero();
        Files.delete(copy);
        Files.delete(stray);
    }

    @Test
    void marksSnapshotsOfAllNamespacesAndUnfinishedOnes() throws IOException {
        Namespace deep = Namespace.parse("a/b");
        store.repository.createNamespace(deep);
        GroupId group = GroupId.parse("host/deep");
        SnapshotId id = store.backUp(deep, group, 1_000_000, tree(60), TestStore.encrypting());
        store.age();
        collect();
        store.assertRestores(deep, id, tree(60));
    }

    @Test
    void doesNotBeginWhileSomebodyWritesNorLetAnybodyBegin() {
        GroupId group = GroupId.parse("host/writer");
        try (SnapshotWriter writer = store.repository.create(Namespace.ROOT, group.at(1_000_000))) {
            assertThat(writer.previous()).isEmpty();
            assertThatThrownBy(this::collect).isInstanceOf(Busy.class);
        }
        boolean[] tried = {false};
        store.repository.collectGarbage(
                OPTIONS,
                new GarbageProgress() {
                    @Override
                    public void swept(int done, int total) {
                        if (done == 1) {
                            tried[0] = true;
                            assertThatThrownBy(
                                            () ->
                                                    store.repository.create(
                                                            Namespace.ROOT, group.at(2_000_000)))
                                    .isInstanceOf(Busy.class);
                        }
                    }
                });
        assertThat(tried[0]).isTrue();
    }

    @Test
    void damagedChunksMovedAsideAreKeptWhileNeeded() throws IOException {
        GroupId group = GroupId.parse("host/bad");
        SnapshotId id = store.backUp(group, 1_000_000, tree(70));
        Path index =
                store.path
                        .resolve(group.toString())
                        .resolve(id.timeText())
                        .resolve("root.ppxar.didx");
        var digest = dev.holdfast.format.DynamicIndex.parse(Files.readAllBytes(index)).digest(0);
        Path bad = store.chunk(digest).resolveSibling(digest.hex() + ".0.bad");
        assertThat(store.repository.quarantine(digest)).hasValue(bad.getFileName().toString());
        store.age();
        GarbageReport report = collect();
        assertThat(report.stillBad()).isEqualTo(1);
        assertThat(report.missingChunks()).isEqualTo(1);
        assertThat(bad).exists();
        store.repository.forget(Namespace.ROOT, id);
        store.age();
        assertThat(collect().removedBad()).isEqualTo(1);
        assertThat(bad).doesNotExist();
    }

    @Test
    void writesTheStatusAsTheServerDoes() throws IOException {
        GarbageReport report = collect();
        JsonNode status =
                new ObjectMapper().readTree(Files.readAllBytes(store.path.resolve(".gc-status")));
        try (TestStore golden = TestStore.golden()) {
            JsonNode theirs =
                    new ObjectMapper()
                            .readTree(Files.readAllBytes(golden.path.resolve(".gc-status")));
            List<String> names = new ArrayList<>();
            theirs.fieldNames().forEachRemaining(names::add);
            names.remove("cache-stats");
            List<String> ours = new ArrayList<>();
            status.fieldNames().forEachRemaining(ours::add);
            assertThat(ours).containsExactlyInAnyOrderElementsOf(names);
            // And what it counted is what we count.
            GarbageReport counted = golden.repository.collectGarbage(OPTIONS, GarbageProgress.NONE);
            assertThat(counted.indexFiles()).isEqualTo(theirs.path("index-file-count").asInt());
            assertThat(counted.indexDataBytes())
                    .isEqualTo(theirs.path("index-data-bytes").asLong());
            assertThat(counted.diskChunks()).isEqualTo(theirs.path("disk-chunks").asLong());
            assertThat(counted.diskBytes()).isEqualTo(theirs.path("disk-bytes").asLong());
            assertThat(counted.deduplicationFactor()).isBetween(22.2, 22.3);
        }
        assertThat(status.path("disk-chunks").asLong()).isEqualTo(report.diskChunks());
    }

    /** As if killed: an Error out of the middle of any step, after which nothing is cleaned up. */
    @Test
    void losesNothingWhereverItIsKilled() throws IOException {
        GroupId group = GroupId.parse("host/killed");
        Random random = new Random(7);
        Map<SnapshotId, Map<String, byte[]>> expected = new HashMap<>();
        int killed = 0;
        for (int round = 0; round < ROUNDS; round++) {
            Map<String, byte[]> tree = tree(1000 + round / 2);
            expected.put(store.backUp(group, 1_000_000 + round * 1000L, tree), tree);
            if (expected.size() > 3) {
                SnapshotId oldest = expected.keySet().stream().sorted().findFirst().orElseThrow();
                store.repository.forget(Namespace.ROOT, oldest);
                expected.remove(oldest);
            }
            store.age();
            killed += collectAndDie(random.nextInt(4) == 0 ? 0 : random.nextInt(65536)) ? 1 : 0;
            if (round % 5 == 0) {
                store.age();
                assertThat(collect().missingChunks()).isZero();
            }
        }
        assertThat(killed).isGreaterThan(ROUNDS * 3 / 4);
        expected.forEach(store::assertRestores);
        VerifyReport report = store.verify(TestStore.keys(), VerifyOptions.everything());
        assertThat(report.problems()).isEmpty();
        store.assertIndependentlyClean(TestStore.keyFile());
    }

    private boolean collectAndDie(int when) {
        class Killed extends Error {
            private static final long serialVersionUID = 1L;
        }

        try {
            store.repository.collectGarbage(
                    OPTIONS,
                    new GarbageProgress() {
                        @Override
                        public void marked(int done, int total) {
                            if (when == 0 && done > total / 2) {
                                throw new Killed();
                            }
                        }

                        @Override
                        public void swept(int done, int total) {
                            if (done == when) {
                                throw new Killed();
                            }
                        }
                    });
            return false;
        } catch (Killed e) {
            return true;
        }
    }
}
