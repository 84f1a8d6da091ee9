package dev.holdfast.upkeep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.Golden;
import dev.holdfast.NotFound;
import dev.holdfast.crypto.EscrowKey;
import dev.holdfast.crypto.MasterKeyPair;
import dev.holdfast.crypto.MasterPublicKey;
import dev.holdfast.crypto.PqPublicKey;
import dev.holdfast.format.CryptMode;
import dev.holdfast.format.Digest;
import dev.holdfast.format.DynamicIndex;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.Sha256;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.snapshot.WritePolicy;
import dev.holdfast.store.GarbageOptions;
import dev.holdfast.store.GarbageProgress;
import dev.holdfast.store.SnapshotEntry;
import dev.holdfast.store.SnapshotWriter;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;

@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class SyncTest {
    private TestStore source;
    private TestStore target;

    @BeforeAll
    void create() throws IOException {
        target = TestStore.create();
    }

    @BeforeEach
    void copyGolden() throws IOException {
        source = TestStore.golden();
    }

    @AfterEach
    void empty() throws IOException {
        for (Namespace namespace : target.repository.namespaces()) {
            for (GroupId group : target.repository.groups(namespace)) {
                for (SnapshotEntry entry : target.repository.snapshots(namespace, group)) {
                    target.repository.protect(namespace, entry.id(), false);
                }
                target.repository.forgetGroup(namespace, group);
            }
        }
        target.age();
        target.repository.collectGarbage(GarbageOptions.standard(), GarbageProgress.NONE);
        for (Path chunk : target.chunkFiles()) {
            Files.delete(chunk);
        }
        if (source != null) {
            source.close();
        }
    }

    @AfterAll
    void remove() throws IOException {
        target.close();
    }

    private static SyncOptions options(
            Namespace from,
            Namespace to,
            List<String> filters,
            boolean encryptedOnly,
            boolean verifiedOnly,
            OptionalInt last,
            boolean removeVanished,
            boolean resync) {
        return new SyncOptions(
                from,
                to,
                OptionalInt.empty(),
                filters.stream().map(GroupFilter::parse).toList(),
                encryptedOnly,
                verifiedOnly,
                last,
                removeVanished,
                resync,
                2,
                2,
                OptionalLong.empty());
    }

    private static SyncOptions only(String... filters) {
        return options(
                Namespace.ROOT,
                Namespace.ROOT,
                List.of(filters),
                false,
                false,
                OptionalInt.empty(),
                false,
                false);
    }

    private static SyncOptions verifiedOnly(String filter, OptionalInt last) {
        return options(
                Namespace.ROOT, Namespace.ROOT, List.of(filter), false, true, last, false, false);
    }

    private static final SyncOptions ENCRYPTED_ONLY =
            options(
                    Namespace.ROOT,
                    Namespace.ROOT,
                    List.of(),
                    true,
                    false,
                    OptionalInt.empty(),
                    false,
                    false);

    private SyncReport sync(SyncOptions options) {
        return new Sync(source.repository, target.repository, options, SyncProgress.NONE).run();
    }

    /** What snapshots and chunks consist of, by path. */
    static Map<String, Digest> files(Path store) throws IOException {
        Map<String, Digest> files = new TreeMap<>();
        try (Stream<Path> all = Files.walk(store)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                String name = store.relativize(file).toString();
                byte[] bytes = Files.readAllBytes(file);
                if (name.endsWith("idx")) {
                    // An index file is new: its uuid and time are not those of the source.
                    bytes =
                            name.endsWith(".fidx")
                                    ? java.util.Arrays.copyOfRange(bytes, 64, bytes.length)
                                    : java.util.Arrays.copyOfRange(bytes, 4096, bytes.length);
                }
                if (!name.contains("/owner")
                        && !name.endsWith(".protected")
                        && (name.contains("Z/") || name.contains(".chunks/"))) {
                    files.put(name, Sha256.of(bytes));
                }
            }
        }
        return files;
    }

    @Test
    void copiesEverythingAsItIsStored() throws IOException {
        SyncReport report = sync(SyncOptions.everything());
        assertThat(report.failed()).isEmpty();
        assertThat(report.copied()).hasSize(13);
        assertThat(report.chunks()).isEqualTo(59);
        Map<String, Digest> expected = files(source.path);
        // The one chunk that no snapshot needs.
        expected.keySet().removeIf(name -> name.contains("/bb9f8df61474d25e71fa"));
        assertThat(files(target.path)).isEqualTo(expected);
        VerifyReport verified = target.verify(TestStore.goldenKeys(), VerifyOptions.everything());
        assertThat(verified.problems()).isEmpty();
        target.assertIndependentlyClean(
                Golden.dir().resolve("keys/key1-none.json"),
                Golden.dir().resolve("keys/key2-changed-to-none.json"));
        SyncReport again = sync(SyncOptions.everything());
        assertThat(again.copied()).isEmpty();
        assertThat(again.chunks()).isZero();
    }

    @Test
    void leavesOutAndListsWhatIsNotWhollyEncrypted() {
        SyncReport report = sync(ENCRYPTED_ONLY);
        assertThat(report.skipped())
                .extracting(SyncReport.Remark::what)
                .containsExactlyInAnyOrder(
                        "host/plain/2026-01-01T00:00:00Z",
                        "host/plain/2026-01-02T00:00:00Z",
                        "host/signed/2026-01-01T00:00:00Z");
        assertThat(report.copied()).hasSize(10);
        assertThat(report.failed()).isEmpty();
    }

    @Test
    void wrappedKeysOfEitherKindAreNoReasonToLeaveASnapshotOut(@TempDir Path directory)
            throws IOException {
        List<EscrowKey> escrow =
                List.of(
                        PqPublicKey.read(
                                Files.writeString(
                                        directory.resolve("pq.pem"),
                                        MasterKeyPair.createPostQuantum(new byte[] {1})
                                                .publicPem())),
                        MasterPublicKey.read(Golden.dir().resolve("keys/master-public.pem")));
        WritePolicy policy =
                new WritePolicy(CryptMode.ENCRYPT, Optional.of(TestStore.key()), false, escrow);
        GroupId group = GroupId.parse("host/escrow");
        Map<String, byte[]> tree = Map.of("a", new byte[9]);
        try (TestStore own = TestStore.create()) {
            SnapshotId id = own.backUp(Namespace.ROOT, group, 1_000_000, tree, policy);
            assertThat(
                            new Sync(
                                            own.repository,
                                            target.repository,
                                            ENCRYPTED_ONLY,
                                            SyncProgress.NONE)
                                    .run()
                                    .copied())
                    .containsExactly(id.toString());

            // But something else under that name is one.
            SnapshotId other = own.backUp(Namespace.ROOT, group, 2_000_000, tree, policy);
            LyingManifests.lie(own, other, PqPublicKey.WRAPPED_KEY);
            SyncReport report =
                    new Sync(own.repository, target.repository, ENCRYPTED_ONLY, SyncProgress.NONE)
                            .run();
            assertThat(report.copied()).isEmpty();
            assertThat(report.skipped())
                    .singleElement()
                    .satisfies(r -> assertThat(r.why()).contains(PqPublicKey.WRAPPED_KEY));
        }
    }

    /** A manifest that says "encrypted" of a plain blob: the server's word is not taken for it. */
    @Test
    void doesNotBelieveAManifestThatLiesAboutABlob() throws IOException {
        GroupId group = GroupId.parse("host/liar");
        try (TestStore liar = TestStore.create()) {
            SnapshotId id = liar.backUp(group, 1_000_000, Map.of("a", new byte[100]));
            LyingManifests.lie(liar, id, "fw.conf.blob");
            SyncReport report =
                    new Sync(liar.repository, target.repository, ENCRYPTED_ONLY, SyncProgress.NONE)
                            .run();
            assertThat(report.copied()).isEmpty();
            assertThat(report.skipped())
                    .singleElement()
                    .satisfies(r -> assertThat(r.why()).contains("fw.conf.blob"));
            assertThat(target.repository.groups(Namespace.ROOT)).doesNotContain(group);

            // And one whose chunks are plain.
            WritePolicy plain = new WritePolicy(CryptMode.NONE, Optional.empty(), true);
            GroupId other = GroupId.parse("host/plainliar");
            SnapshotId second =
                    liar.backUp(Namespace.ROOT, other, 1_000_000, Map.of("a", new byte[9]), plain);
            liar.repository.forget(Namespace.ROOT, id);
            LyingManifests.lie(liar, second, "");
            SyncReport chunks =
                    new Sync(liar.repository, target.repository, ENCRYPTED_ONLY, SyncProgress.NONE)
                            .run();
            assertThat(chunks.copied()).isEmpty();
            assertThat(chunks.failed())
                    .singleElement()
                    .satisfies(r -> assertThat(r.why()).contains("is not encrypted"));
            assertThat(target.chunkFiles()).isEmpty();
            assertThat(target.repository.snapshots(Namespace.ROOT, other)).isEmpty();
        }
    }

    @Test
    void choosesGroups() {
        assertThat(sync(only("type:vm", "group:ct/101")).copied()).hasSize(3);
        assertThat(sync(only("regex:host/.*", "exclude:group:host/full")).copied())
                .hasSize(5) // plain, signed, otherkey, a/b:nested
                .noneMatch(name -> name.contains("host/full"));
        assertThatThrownBy(() -> GroupFilter.parse("type:tape"))
                .isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> GroupFilter.parse("regex:("))
                .isInstanceOf(IllegalArgumentException.class);
    }

    @Test
    void mapsNamespacesAndTransfersTheLastOnes() {
        SyncReport report =
                sync(
                        options(
                                Namespace.parse("a"),
                                Namespace.parse("copy"),
                                List.of(),
                                false,
                                false,
                                OptionalInt.empty(),
                                false,
                                false));
        assertThat(report.copied()).containsExactly("a/b:host/nested/2026-01-01T00:00:00Z");
        assertThat(
                        target.repository.snapshots(
                                Namespace.parse("copy/b"), GroupId.parse("host/nested")))
                .hasSize(1);
        SyncReport last = sync(verifiedOnly("group:host/full", OptionalInt.of(2)));
        assertThat(last.copied())
                .containsExactly(
                        "host/full/2026-01-04T00:00:00Z", "host/full/2026-01-05T00:00:00Z");
        assertThatThrownBy(
                        () ->
                                sync(
                                        options(
                                                Namespace.parse("nowhere"),
                                                Namespace.ROOT,
                                                List.of(),
                                                false,
                                                false,
                                                OptionalInt.empty(),
                                                false,
                                                false)))
                .isInstanceOf(NotFound.class);
    }

    @Test
    void removesWhatVanishedButNotWhatIsProtected() {
        sync(SyncOptions.everything());
        GroupId vm = GroupId.parse("vm/100");
        GroupId full = GroupId.parse("host/full");
        List<SnapshotEntry> before = target.repository.snapshots(Namespace.ROOT, full);
        target.repository.protect(Namespace.ROOT, before.get(1).id(), true);
        source.repository.forgetGroup(Namespace.ROOT, vm);
        source.repository.forget(Namespace.ROOT, before.get(1).id());
        source.repository.forget(Namespace.ROOT, before.get(2).id());
        SyncReport report =
                sync(
                        options(
                                Namespace.ROOT,
                                Namespace.ROOT,
                                List.of(),
                                false,
                                false,
                                OptionalInt.empty(),
                                true,
                                false));
        assertThat(report.removed())
                .containsExactlyInAnyOrder(
                        before.get(2).id().toString(),
                        "vm/100/2026-01-01T00:00:00Z",
                        "vm/100/2026-01-02T00:00:00Z");
        assertThat(target.repository.snapshots(Namespace.ROOT, full)).hasSize(4);
        assertThat(target.repository.groups(Namespace.ROOT)).doesNotContain(vm);
    }

    @Test
    void onlyVerifiedOnes() {
        SnapshotId bad = SnapshotId.parse("host/full/2026-01-03T00:00:00Z");
        source.repository.recordVerification(
                Namespace.ROOT, bad, new dev.holdfast.store.VerifyState(false, 1));
        SyncReport report = sync(verifiedOnly("group:host/full", OptionalInt.empty()));
        assertThat(report.copied()).hasSize(4).noneMatch(name -> name.contains("01-03"));
        assertThat(report.skipped())
                .extracting(SyncReport.Remark::what)
                .containsExactly(bad.toString());
    }

    @Test
    void theLastOnesAreThoseThatTheFiltersLeave() {
        SnapshotId bad = SnapshotId.parse("host/full/2026-01-05T00:00:00Z");
        source.repository.recordVerification(
                Namespace.ROOT, bad, new dev.holdfast.store.VerifyState(false, 1));
        SyncReport report = sync(verifiedOnly("group:host/full", OptionalInt.of(2)));
        assertThat(report.copied())
                .containsExactly(
                        "host/full/2026-01-03T00:00:00Z", "host/full/2026-01-04T00:00:00Z");
        assertThat(report.skipped())
                .extracting(SyncReport.Remark::what)
                .containsExactly(bad.toString());
    }

    @Test
    void mendsWhatIsCorruptInTheTarget() throws IOException {
        sync(SyncOptions.everything());
        SnapshotId id = SnapshotId.parse("host/full/2026-01-05T00:00:00Z");
        DynamicIndex index =
                DynamicIndex.parse(
                        Files.readAllBytes(
                                target.path.resolve(id.toString()).resolve("root.ppxar.didx")));
        TestStore.flip(target.chunk(index.digest(0)));
        Files.delete(target.chunk(index.digest(1)));
        assertThat(target.verify(TestStore.goldenKeys(), VerifyOptions.everything()).failed())
                .isPositive();
        SyncReport report =
                sync(
                        options(
                                Namespace.ROOT,
                                Namespace.ROOT,
                                List.of(),
                                false,
                                false,
                                OptionalInt.empty(),
                                false,
                                true));
        assertThat(report.failed()).isEmpty();
        assertThat(report.copied()).contains(id.toString());
        assertThat(report.chunks()).isEqualTo(2);
        assertThat(target.verify(TestStore.goldenKeys(), VerifyOptions.everything()).problems())
                .isEmpty();
    }

    @Test
    void aDamagedSourceChunkDoesNotTravelNorLetLaterSnapshotsOvertake() throws IOException {
        SnapshotId id = SnapshotId.parse("host/full/2026-01-02T00:00:00Z");
        DynamicIndex index =
                DynamicIndex.parse(
                        Files.readAllBytes(
                                source.path.resolve(id.toString()).resolve("root.ppxar.didx")));
        TestStore.flip(source.chunk(index.digest(0)));
        SyncReport report = sync(only("group:host/full"));
        assertThat(report.copied()).containsExactly("host/full/2026-01-01T00:00:00Z");
        assertThat(report.failed())
                .extracting(SyncReport.Remark::what)
                .containsExactly(id.toString());
        assertThat(target.repository.snapshots(Namespace.ROOT, id.group())).hasSize(1);
        assertThat(target.chunk(index.digest(0))).doesNotExist();
    }

    /** As if killed in the middle, again and again; what had travelled is not sent again. */
    @Test
    void anInterruptedSyncGoesOnWhereItWas() {
        Random random = new Random(3);
        long travelled = 0;
        int killed = 0;
        for (int round = 0; round < 40; round++) {
            int[] left = {1 + random.nextInt(6)};
            SyncProgress dying =
                    new SyncProgress() {
                        @Override
                        public synchronized void chunk(String archive, long done, long total) {
                            if (--left[0] == 0) {
                                throw new dev.holdfast.Unreachable("the cable was pulled");
                            }
                        }
                    };
            SyncReport report =
                    new Sync(source.repository, target.repository, only("group:host/full"), dying)
                            .run();
            travelled += report.chunks();
            killed += report.failed().isEmpty() ? 0 : 1;
            target.repository
                    .snapshots(Namespace.ROOT, GroupId.parse("host/full"))
                    .forEach(entry -> assertThat(entry.finished()).isTrue());
            if (report.failed().isEmpty()) {
                break;
            }
        }
        assertThat(killed).isPositive();
        SyncReport last = sync(only("group:host/full"));
        assertThat(last.failed()).isEmpty();
        travelled += last.chunks();
        assertThat(target.repository.snapshots(Namespace.ROOT, GroupId.parse("host/full")))
                .hasSize(5);
        SyncReport everything = sync(SyncOptions.everything());
        assertThat(travelled + everything.chunks()).isEqualTo(59);
        assertThat(target.verify(TestStore.goldenKeys(), VerifyOptions.everything()).problems())
                .isEmpty();
    }

    @Test
    void aBusyTargetGroupIsAFailureOfThatGroupAlone() {
        try (SnapshotWriter writer =
                target.repository.create(
                        Namespace.ROOT, GroupId.parse("host/full").at(1_000_000))) {
            assertThat(writer.previous()).isEmpty();
            SyncReport report = sync(SyncOptions.everything());
            assertThat(report.failed()).hasSize(1);
            assertThat(report.copied()).hasSize(8);
        }
    }
}
