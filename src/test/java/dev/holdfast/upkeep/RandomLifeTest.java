package dev.holdfast.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.store.GarbageOptions;
import dev.holdfast.store.GarbageProgress;
import dev.holdfast.store.Repository;
import dev.holdfast.store.pbs.server.TestServer;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import net.jqwik.api.ShrinkingMode;
import net.jqwik.api.lifecycle.AfterContainer;
import net.jqwik.api.lifecycle.BeforeContainer;

/**
 * Random sequences of what happens to a repository, its copy, and another one on a server. Whatever
 * happened, every snapshot that should exist restores identically, and none that should not exists.
 */
class RandomLifeTest {
    private static TestStore store;
    private static TestStore copy;
    private static Path directory;
    private static TestServer server;
    private static Repository remote;

    @BeforeContainer
    static void create() throws IOException {
        store = TestStore.create();
        copy = TestStore.create();
        directory = Files.createTempDirectory("holdfast-life");
        Files.createDirectory(directory.resolve(".chunks"));
        server = new TestServer("tank", directory);
        remote = SyncServerTest.connect(server, directory.resolve("fingerprints"));
    }

    @AfterContainer
    static void remove() throws IOException {
        store.close();
        copy.close();
        remote.close();
        server.close();
        TestStore.deleteTree(directory);
    }

    enum Step {
        BACK_UP,
        CHANGE_AND_BACK_UP,
        ABANDON,
        FORGET,
        PROTECT,
        PRUNE,
        COLLECT,
        COLLECT_AND_DIE,
        SYNC,
        SYNC_AND_DIE,
        SYNC_TO_SERVER,
        SYNC_TO_SERVER_AND_DIE
    }

    @Provide
    Arbitrary<List<Step>> lives() {
        return Arbitraries.of(Step.class).list().ofMinSize(4).ofMaxSize(14);
    }

    @Property(tries = 8, shrinking = ShrinkingMode.OFF)
    void whatShouldExistRestores(@ForAll("lives") List<Step> life, @ForAll Random random)
            throws IOException {
        new Life(random).live(life);
    }

    private static final class Life {
        private final GroupId group;
        private final Random random;
        private final Map<SnapshotId, Map<String, byte[]>> expected = new HashMap<>();
        private final Map<SnapshotId, Map<String, byte[]>> everMade = new HashMap<>();
        private final Set<SnapshotId> guarded = new HashSet<>();
        private final Map<String, byte[]> tree = new HashMap<>();
        private long time = 1_000_000;

        Life(Random random) {
            this.random = random;
            this.group = GroupId.parse(String.format("host/life%08x", random.nextInt()));
        }

        void live(List<Step> steps) throws IOException {
            for (Step step : steps) {
                step(step);
            }
            step(Step.BACK_UP);
            step(Step.COLLECT);
            assertThat(
                            store.repository.snapshots(Namespace.ROOT, group).stream()
                                    .map(e -> e.id())
                                    .toList())
                    .containsExactlyInAnyOrderElementsOf(expected.keySet());
            expected.forEach(store::assertRestores);
            for (Repository one : List.of(copy.repository, remote)) {
                for (var entry : one.snapshots(Namespace.ROOT, group)) {
                    assertThat(entry.finished()).isTrue();
                    TestStore.assertRestores(
                            one, Namespace.ROOT, entry.id(), everMade.get(entry.id()));
                }
            }
            assertThat(store.verify(TestStore.keys(), VerifyOptions.everything()).problems())
                    .isEmpty();
            assertThat(copy.verify(TestStore.keys(), VerifyOptions.everything()).problems())
                    .isEmpty();
            TestStore.assertIndependentlyClean(store.path, List.of(TestStore.keyFile()));
            TestStore.assertIndependentlyClean(copy.path, List.of(TestStore.keyFile()));
            TestStore.assertIndependentlyClean(directory, List.of(TestStore.keyFile()));
        }

        private void step(Step step) throws IOException {
            switch (step) {
                case BACK_UP -> backUp();
                case CHANGE_AND_BACK_UP -> {
                    change();
                    backUp();
                }
                case ABANDON ->
                        store.repository.create(Namespace.ROOT, group.at(time + 500)).close();
                case FORGET -> any().ifPresent(this::forget);
                case PROTECT -> any().ifPresent(this::protect);
                case PRUNE -> prune();
                case COLLECT -> {
                    store.age();
                    assertThat(
                                    store.repository
                                            .collectGarbage(
                                                    GarbageOptions.standard(), GarbageProgress.NONE)
                                            .missingChunks())
                            .isZero();
                }
                case COLLECT_AND_DIE -> collectAndDie();
                case SYNC -> sync(copy.repository, Integer.MAX_VALUE);
                case SYNC_AND_DIE -> sync(copy.repository, random.nextInt(4));
                case SYNC_TO_SERVER -> sync(remote, Integer.MAX_VALUE);
                case SYNC_TO_SERVER_AND_DIE -> sync(remote, random.nextInt(4));
            }
        }

        private void change() {
            tree.put("file" + random.nextInt(5), bytes(random.nextInt(200_000)));
            tree.put("dir/" + random.nextInt(5), bytes(random.nextInt(3_000)));
        }

        private byte[] bytes(int length) {
            return TestStore.random(random.nextLong(), length);
        }

        private void backUp() {
            if (tree.isEmpty()) {
                change();
            }
            time += 1000 + random.nextInt(100_000);
            SnapshotId id = store.backUp(group, time, tree);
            expected.put(id, Map.copyOf(tree));
            everMade.put(id, Map.copyOf(tree));
        }

        private Optional<SnapshotId> any() {
            List<SnapshotId> all = new ArrayList<>(expected.keySet());
            all.removeAll(guarded);
            all.sort(null);
            return all.isEmpty()
                    ? Optional.empty()
                    : Optional.of(all.get(random.nextInt(all.size())));
        }

        private void forget(SnapshotId id) {
            store.repository.forget(Namespace.ROOT, id);
            expected.remove(id);
        }

        private void protect(SnapshotId id) {
            store.repository.protect(Namespace.ROOT, id, true);
            guarded.add(id);
        }

        private void prune() {
            if (expected.isEmpty()) {
                return;
            }
            List<PruneDecision> decisions =
                    Prune.plan(
                            store.repository,
                            Namespace.ROOT,
                            group,
                            new PruneRules(
                                    new KeepOptions(1, 0, random.nextInt(3), 0, 0, 0),
                                    ZoneOffset.UTC));
            Prune.carryOut(
                            store.repository,
                            Namespace.ROOT,
                            decisions,
                            (id, why) -> {
                                throw new AssertionError(id + ": " + why);
                            })
                    .forEach(expected::remove);
            assertThat(expected.keySet()).containsAll(guarded);
        }

        private void collectAndDie() throws IOException {
            store.age();
            int when = random.nextInt(65536);
            try {
                store.repository.collectGarbage(
                        GarbageOptions.standard(),
                        new GarbageProgress() {
                            @Override
                            public void swept(int done, int total) {
                                if (done == when) {
                                    throw new AssertionError("killed");
                                }
                            }
                        });
            } catch (AssertionError e) {
                assertThat(e).hasMessage("killed");
            }
        }

        private void sync(Repository target, int chunks) {
            int[] left = {chunks};
            SyncReport report =
                    new Sync(
                                    store.repository,
                                    target,
                                    new SyncOptions(
                                            Namespace.ROOT,
                                            Namespace.ROOT,
                                            OptionalInt.empty(),
                                            List.of(GroupFilter.parse("group:" + group)),
                                            true,
                                            false,
                                            OptionalInt.empty(),
                                            random.nextBoolean(),
                                            false,
                                            2,
                                            1,
                                            OptionalLong.empty()),
                                    new SyncProgress() {
                                        @Override
                                        public void chunk(String archive, long done, long total) {
                                            if (left[0]-- == 0) {
                                                throw new dev.holdfast.Unreachable("killed");
                                            }
                                        }
                                    })
                            .run();
            report.failed().forEach(r -> assertThat(r.why()).isEqualTo("killed"));
            assertThat(report.skipped().stream().filter(r -> !r.why().contains("protected")))
                    .isEmpty();
        }
    }
}
