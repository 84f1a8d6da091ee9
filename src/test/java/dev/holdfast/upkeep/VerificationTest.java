package dev.holdfast.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.chunk.ChunkCache;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.format.ChunkIndex;
import dev.holdfast.format.Digest;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.snapshot.Snapshot;
import dev.holdfast.store.Repository;
import dev.holdfast.store.SnapshotReader;
import dev.holdfast.store.VerifyState;
import java.io.IOException;
import java.lang.reflect.Proxy;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class VerificationTest {
    private static final SnapshotId FULL_5 = SnapshotId.parse("host/full/2026-01-05T00:00:00Z");
    private static final SnapshotId FULL_1 = SnapshotId.parse("host/full/2026-01-01T00:00:00Z");

    private TestStore store;

    @BeforeEach
    void copyGolden() throws IOException {
        store = TestStore.golden();
    }

    @AfterEach
    void remove() throws IOException {
        if (store != null) {
            store.close();
        }
    }

    private VerifyReport verify() {
        return store.verify(TestStore.goldenKeys(), VerifyOptions.everything());
    }

    @Test
    void findsNothingWrongWithGoldenData() {
        VerifyReport report = verify();
        assertThat(report.problems()).isEmpty();
        assertThat(report.snapshots()).isEqualTo(13);
        // All chunks but the one that nothing refers to, each once.
        assertThat(report.chunks()).isEqualTo(59);
        assertThat(report.withoutKey()).isZero();
        assertThat(report.checkedSince()).isPresent();
    }

    @Test
    void worksWithoutAnyKey() {
        VerifyReport report = store.verify(KeyRing.empty(), VerifyOptions.everything());
        assertThat(report.problems()).isEmpty();
        assertThat(report.chunks()).isEqualTo(59);
        assertThat(report.withoutKey()).isEqualTo(10);
    }

    private Snapshot open(SnapshotId id) {
        return Snapshot.open(
                store.repository.open(Namespace.ROOT, id),
                TestStore.goldenKeys(),
                new ChunkCache(64 << 20));
    }

    private ChunkIndex index(SnapshotId id, String file) {
        try (Snapshot snapshot = open(id)) {
            return snapshot.reader().index(snapshot.manifest().file(file).orElseThrow());
        }
    }

    /** A chunk that the snapshot shares with as few others as possible. */
    private Digest damage(SnapshotId id, String file) throws IOException {
        ChunkIndex index = index(id, file);
        Digest digest = index.digest(index.chunkCount() - 1);
        TestStore.flip(store.chunk(digest));
        return digest;
    }

    @Test
    void saysWhichFilesLostWhichBytes() throws IOException {
        Digest digest = damage(FULL_1, "root.pxar.didx");
        VerifyReport report = verify();
        assertThat(report.damagedChunks()).contains(digest);
        assertThat(report.failed()).isPositive();
        assertThat(report.problems())
                .anySatisfy(
                        p -> {
                            assertThat(p.snapshot()).isEqualTo(FULL_1);
                            assertThat(p.startOffset()).isPresent();
                        });
        VerifyState state;
        try (Snapshot snapshot = open(FULL_1)) {
            state = VerifyState.of(snapshot.manifest()).orElseThrow();
        }
        assertThat(state.ok()).isFalse();
    }

    @Test
    void namesThePathAndTheRangeOfALostPayloadChunk() throws IOException {
        ChunkIndex index = index(FULL_5, "root.ppxar.didx");
        int lost = 1;
        Files.delete(store.chunk(index.digest(lost)));
        VerifyReport report = verify();
        assertThat(report.damagedChunks()).containsExactly(index.digest(lost));
        long bytes =
                report.problems().stream()
                        .filter(p -> p.snapshot().equals(FULL_5) && p.path().isPresent())
                        .filter(p -> p.startOffset().isPresent())
                        .mapToLong(p -> p.endOffset().orElseThrow() - p.startOffset().orElseThrow())
                        .sum();
        // The chunk holds contents and, for each, a header of 16 bytes; nothing else is lost.
        assertThat(bytes).isBetween(1L, (long) index.chunkBytes(lost));
    }

    @Test
    void seesAWrongGcmTagThatTheCrcDoesNotCover() throws IOException {
        ChunkIndex index = index(FULL_5, "root.ppxar.didx");
        Path chunk = store.chunk(index.digest(0));
        byte[] bytes = Files.readAllBytes(chunk);
        bytes[30] ^= 1;
        Files.write(chunk, bytes);
        assertThat(verify().damagedChunks()).containsExactly(index.digest(0));
        // Nobody can see that without the key.
        assertThat(store.verify(KeyRing.empty(), VerifyOptions.everything()).damagedChunks())
                .isEmpty();
    }

    @Test
    void quarantineRenamesAsTheServerDoes() throws IOException {
        Digest digest = damage(FULL_5, "root.ppxar.didx");
        VerifyReport report =
                store.verify(TestStore.goldenKeys(), VerifyOptions.everything().quarantining());
        assertThat(report.quarantined()).isEqualTo(1);
        Path chunk = store.chunk(digest);
        assertThat(chunk).doesNotExist();
        assertThat(chunk.resolveSibling(digest.hex() + ".0.bad")).exists();
    }

    @Test
    void seesAnAlteredManifestOnlyWithTheKey() throws IOException {
        Path manifest =
                store.path.resolve("host/signed/2026-01-01T00:00:00Z").resolve("index.json.blob");
        String json =
                new String(
                        dev.holdfast.crypto.BlobCodec.plain().decode(Files.readAllBytes(manifest)),
                        java.nio.charset.StandardCharsets.UTF_8);
        String altered = json.replaceFirst("\"signature\": \"[0-9a-f]{4}", "\"signature\": \"0000");
        assertThat(altered).isNotEqualTo(json);
        Files.write(
                manifest,
                dev.holdfast.crypto.BlobCodec.plain()
                        .encode(altered.getBytes(java.nio.charset.StandardCharsets.UTF_8), true));
        assertThat(verify().problems()).singleElement().asString().contains("signature");
        assertThat(store.verify(KeyRing.empty(), VerifyOptions.everything()).problems()).isEmpty();
    }

    @Test
    void reportsMissingBlobsAndIndexes() throws IOException {
        Files.delete(store.path.resolve("vm/100/2026-01-01T00:00:00Z").resolve("random.conf.blob"));
        Files.delete(store.path.resolve("ct/101/2026-01-01T00:00:00Z").resolve("mp0.mpxar.didx"));
        VerifyReport report = verify();
        assertThat(report.failed()).isEqualTo(2);
        assertThat(report.problems()).hasSizeBetween(2, 3);
    }

    @Test
    void recordsTheResultAsTheServerDoes() throws IOException {
        verify();
        try (Snapshot snapshot = open(FULL_5)) {
            assertThat(VerifyState.of(snapshot.manifest()))
                    .hasValueSatisfying(
                            state -> {
                                assertThat(state.ok()).isTrue();
                                assertThat(state.startSeconds())
                                        .isCloseTo(
                                                System.currentTimeMillis() / 1000,
                                                org.assertj.core.data.Offset.offset(60L));
                            });
        }
        store.assertIndependentlyClean(
                dev.holdfast.Golden.dir().resolve("keys/key1-none.json"),
                dev.holdfast.Golden.dir().resolve("keys/key2-changed-to-none.json"));
    }

    @Test
    void samplesThoseThatWereCheckedLongestAgoUntilAllWere() {
        ChunkLedger ledger = ChunkLedger.inMemory();
        VerifyOptions tenth = VerifyOptions.everything().sampling(0.1);
        int runs = 0;
        long chunks = 0;
        VerifyReport report;
        do {
            report = store.verify(TestStore.goldenKeys(), tenth, ledger);
            chunks += report.chunks();
            runs++;
        } while (report.checkedSince().isEmpty() && runs < 20);
        // A sample is at least its share; structure that is read on the way counts too.
        assertThat(runs).isBetween(2, 11);
        assertThat(chunks).isGreaterThanOrEqualTo(59);
    }

    @Test
    void leavesOutWhatWasCheckedLately(@org.junit.jupiter.api.io.TempDir Path dir) {
        Path file = dir.resolve("sub").resolve("ledger");
        VerifyOptions month = VerifyOptions.everything().notCheckedFor(Duration.ofDays(30));
        store.verify(TestStore.goldenKeys(), month, ChunkLedger.open(file, "x"));
        VerifyReport again =
                store.verify(TestStore.goldenKeys(), month, ChunkLedger.open(file, "x"));
        // Unified archives are read through their items all the same.
        assertThat(again.chunks()).isLessThan(30);
        assertThat(again.checkedSince()).isPresent();
        assertThat(again.problems()).isEmpty();
    }

    @Test
    void aCheckWithoutTheKeyIsNoProofForTheKey(@org.junit.jupiter.api.io.TempDir Path dir) {
        VerifyOptions month = VerifyOptions.everything().notCheckedFor(Duration.ofDays(30));
        ChunkLedger ledger = ChunkLedger.open(dir.resolve("ledger"), "x");
        store.verify(KeyRing.empty(), VerifyOptions.everything(), ledger);
        long plainOnes = 59 - store.verify(TestStore.goldenKeys(), month, ledger).chunks();
        assertThat(plainOnes).isBetween(1L, 30L);
        // Recorded in the manifests, it is one for a second run without the key.
        assertThat(store.verify(KeyRing.empty(), month, ledger).skipped()).isEqualTo(13);
    }

    @Test
    void tellsWhenAGoodbyeTableDoesNotFindAName() throws IOException {
        // A right chunk of wrong content: only decoding can tell.
        try (TestStore own = TestStore.create()) {
            SnapshotId id =
                    BrokenTrees.backUpWithSwappedGoodbyeRows(
                            own, Map.of("one", new byte[3], "two", new byte[5]));
            VerifyReport report = own.verify(TestStore.keys(), VerifyOptions.everything());
            assertThat(report.damagedChunks()).isEmpty();
            assertThat(report.problems())
                    .anySatisfy(
                            p -> {
                                assertThat(p.snapshot()).isEqualTo(id);
                                assertThat(p.message()).contains("goodbye");
                            });
        }
    }

    @Test
    void tellsWhenAPayloadReferencePointsToSomethingElse() throws IOException {
        try (TestStore own = TestStore.create()) {
            BrokenTrees.backUpWithWrongPayloadReference(own, Map.of("one", new byte[30]));
            VerifyReport report = own.verify(TestStore.keys(), VerifyOptions.everything());
            assertThat(report.damagedChunks()).isEmpty();
            assertThat(report.problems())
                    .anySatisfy(p -> assertThat(p.message()).contains("payload stream"));
        }
    }

    @Test
    void theNextBackupIsNotBasedOnWhatFailed() throws IOException {
        try (TestStore own = TestStore.create()) {
            Map<String, byte[]> tree = Map.of("one", TestStore.random(1, 50_000));
            SnapshotId first = own.backUp(TestStore.GROUP, 1_000_000, tree);
            Path index = own.path.resolve(first.toString()).resolve("root.ppxar.didx");
            Digest digest =
                    dev.holdfast.format.DynamicIndex.parse(Files.readAllBytes(index)).digest(0);
            TestStore.flip(own.chunk(digest));
            own.verify(TestStore.keys(), VerifyOptions.everything().quarantining());
            try (var writer =
                    own.repository.create(Namespace.ROOT, TestStore.GROUP.at(1_500_000))) {
                assertThat(writer.previous()).isEmpty();
            }
            SnapshotId second = own.backUp(TestStore.GROUP, 2_000_000, tree);
            // The chunk is there again, for both.
            own.assertRestores(first, tree);
            own.assertRestores(second, tree);
        }
    }

    /** The repository, counting how often each chunk is read. */
    private static Repository counting(Repository repository, Map<Digest, Integer> reads) {
        return (Repository)
                Proxy.newProxyInstance(
                        Repository.class.getClassLoader(),
                        new Class<?>[] {Repository.class},
                        (proxy, method, arguments) -> {
                            Object result = method.invoke(repository, arguments);
                            return method.getName().equals("open")
                                    ? counting((SnapshotReader) result, reads)
                                    : result;
                        });
    }

    private static SnapshotReader counting(SnapshotReader reader, Map<Digest, Integer> reads) {
        return (SnapshotReader)
                Proxy.newProxyInstance(
                        SnapshotReader.class.getClassLoader(),
                        new Class<?>[] {SnapshotReader.class},
                        (proxy, method, arguments) -> {
                            if (method.getName().equals("chunk")) {
                                reads.merge((Digest) arguments[0], 1, Integer::sum);
                            }
                            return method.invoke(reader, arguments);
                        });
    }

    private static VerifyReport verify(
            TestStore store,
            VerifyOptions options,
            ChunkLedger ledger,
            Map<Digest, Integer> reads) {
        try (KeyRing keys = TestStore.keys()) {
            Repository counted = counting(store.repository, reads);
            return new Verification(counted, keys, ledger, options, VerifyProgress.NONE)
                    .run(Verification.all(counted, Namespace.ROOT));
        }
    }

    /** Snapshots that share chunks, each of which refers to other contents in them. */
    private static void backUpGenerations(TestStore own) {
        Random random = new Random(5);
        Map<String, byte[]> tree = new HashMap<>();
        for (int i = 0; i < 60; i++) {
            tree.put("file" + i, TestStore.random(i, random.nextInt(600_000)));
        }
        for (int generation = 0; generation < 5; generation++) {
            own.backUp(TestStore.GROUP, 1_000_000 + generation, tree);
            for (int n = 0; n < 4; n++) {
                tree.remove("file" + random.nextInt(60));
            }
            tree.put("new" + generation, TestStore.random(100 + generation, 50_000));
        }
    }

    @Test
    void readsEveryChunkOnceHoweverManySnapshotsUseIt() throws IOException {
        try (TestStore own = TestStore.create()) {
            backUpGenerations(own);
            Map<Digest, Integer> reads = new ConcurrentHashMap<>();
            VerifyReport report =
                    verify(own, VerifyOptions.everything(), ChunkLedger.inMemory(), reads);
            assertThat(report.problems()).isEmpty();
            assertThat(report.chunks()).isEqualTo(own.chunkFiles().size()).isGreaterThan(8);
            assertThat(reads).hasSize(own.chunkFiles().size());
            assertThat(reads.values()).containsOnly(1);
        }
    }

    @Test
    void doesNotReadContentsAgainThatWereCheckedLately() throws IOException {
        try (TestStore own = TestStore.create()) {
            backUpGenerations(own);
            ChunkLedger ledger = ChunkLedger.inMemory();
            long payload = payloadChunks(own).size();
            Map<Digest, Integer> sampled = new ConcurrentHashMap<>();
            verify(own, VerifyOptions.everything().sampling(0.2), ledger, sampled);
            sampled.keySet().retainAll(payloadChunks(own));
            // A fifth of all, most of which hold the start of some file.
            assertThat(sampled.size()).isBetween(1, (int) payload / 2);
            verify(own, VerifyOptions.everything(), ledger, new ConcurrentHashMap<>());
            Map<Digest, Integer> again = new ConcurrentHashMap<>();
            verify(
                    own,
                    VerifyOptions.everything().notCheckedFor(Duration.ofDays(1)),
                    ledger,
                    again);
            assertThat(again).doesNotContainKeys(payloadChunks(own).toArray(Digest[]::new));
        }
    }

    private static Set<Digest> payloadChunks(TestStore own) throws IOException {
        Set<Digest> digests = new HashSet<>();
        for (var entry : own.repository.snapshots(Namespace.ROOT, TestStore.GROUP)) {
            Path index = own.path.resolve(entry.id().toString()).resolve("root.ppxar.didx");
            var parsed = dev.holdfast.format.DynamicIndex.parse(Files.readAllBytes(index));
            for (int i = 0; i < parsed.chunkCount(); i++) {
                digests.add(parsed.digest(i));
            }
        }
        return digests;
    }
}
