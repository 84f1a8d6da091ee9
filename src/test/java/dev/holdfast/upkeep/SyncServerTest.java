package dev.holdfast.upkeep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.Golden;
import dev.holdfast.Refused;
import dev.holdfast.Unreachable;
import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.format.Digest;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Manifest;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.Sha256;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.store.Repository;
import dev.holdfast.store.SnapshotEntry;
import dev.holdfast.store.pbs.KnownFingerprints;
import dev.holdfast.store.pbs.PbsRepository;
import dev.holdfast.store.pbs.RepositoryAddress;
import dev.holdfast.store.pbs.ServerAccess;
import dev.holdfast.store.pbs.Timeouts;
import dev.holdfast.store.pbs.server.Accounts;
import dev.holdfast.store.pbs.server.Fault;
import dev.holdfast.store.pbs.server.TestServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** {@link Sync} with a server at one end: the official client's snapshots, over the wire. */
class SyncServerTest {
    private static final GroupId FULL = GroupId.parse("host/full");
    private static final List<Path> GOLDEN_KEYS =
            List.of(
                    Golden.dir().resolve("keys/key1-none.json"),
                    Golden.dir().resolve("keys/key2-changed-to-none.json"));

    @TempDir Path temporary;
    private TestStore local;
    private final List<AutoCloseable> opened = new ArrayList<>();

    @BeforeEach
    void copyGolden() throws IOException {
        local = TestStore.golden();
        opened.add(local);
    }

    @AfterEach
    void close() throws Exception {
        for (int i = opened.size() - 1; i >= 0; i--) {
            opened.get(i).close();
        }
    }

    /** A server for a datastore directory. */
    private TestServer serve(Path directory) throws IOException {
        Files.createDirectories(directory.resolve(".chunks"));
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path owner : all.filter(p -> p.endsWith("owner")).toList()) {
                Files.writeString(owner, Accounts.TOKEN + "\n");
            }
        }
        TestServer server = new TestServer("tank", directory);
        opened.add(server);
        return server;
    }

    private Repository connect(TestServer server) {
        Repository repository = connect(server, temporary.resolve("fingerprints"));
        opened.add(repository);
        return repository;
    }

    static Repository connect(TestServer server, Path fingerprints) {
        // Patient, as the machine may be busy.
        Duration minute = Duration.ofMinutes(1);
        return new PbsRepository(
                new ServerAccess(
                        new RepositoryAddress(Accounts.TOKEN, "127.0.0.1", server.port(), "tank"),
                        () -> Accounts.SECRET,
                        Optional.of(server.fingerprint()),
                        new KnownFingerprints(fingerprints),
                        Optional.empty(),
                        new Timeouts(minute, minute, minute, minute, minute),
                        Optional.empty()));
    }

    private static SyncOptions options(
            List<String> filters, boolean encryptedOnly, boolean removeVanished, boolean resync) {
        return new SyncOptions(
                Namespace.ROOT,
                Namespace.ROOT,
                OptionalInt.empty(),
                filters.stream().map(GroupFilter::parse).toList(),
                encryptedOnly,
                false,
                OptionalInt.empty(),
                removeVanished,
                resync,
                2,
                2,
                OptionalLong.empty());
    }

    private static SyncReport sync(Repository from, Repository to, SyncOptions options) {
        return new Sync(from, to, options, SyncProgress.NONE).run();
    }

    /**
     * What snapshots and chunks consist of, by path. Of manifests all that is signed: a server adds
     * its statistics to the rest.
     */
    private static Map<String, Digest> files(Path store) throws IOException {
        Map<String, Digest> files = SyncTest.files(store);
        for (Map.Entry<String, Digest> file : files.entrySet()) {
            if (file.getKey().endsWith("index.json.blob")) {
                byte[] blob = Files.readAllBytes(store.resolve(file.getKey()));
                Manifest manifest = Manifest.parse(BlobCodec.plain().decode(blob));
                file.setValue(Sha256.of(manifest.canonicalBytes()));
            }
        }
        // The one chunk that no snapshot needs.
        files.keySet().removeIf(name -> name.contains("/bb9f8df61474d25e71fa"));
        return files;
    }

    @Test
    void bringsEverythingToAServerAsItIsStored() throws IOException {
        Path directory = temporary.resolve("tank");
        TestServer server = serve(directory);
        Repository remote = connect(server);
        SyncReport report = sync(local.repository, remote, SyncOptions.everything());
        assertThat(report.failed()).isEmpty();
        assertThat(report.copied()).hasSize(13);
        assertThat(files(directory)).containsExactlyEntriesOf(files(local.path));
        TestStore.assertIndependentlyClean(directory, GOLDEN_KEYS);
        long uploads = server.requests().stream().filter(r -> r.endsWith("_chunk")).count();
        assertThat(report.chunks()).isEqualTo(uploads);
        SyncReport again = sync(local.repository, remote, SyncOptions.everything());
        assertThat(again.copied()).isEmpty();
        assertThat(again.failed()).isEmpty();
        assertThat(server.requests().stream().filter(r -> r.endsWith("_chunk")))
                .hasSize((int) uploads);
    }

    @Test
    void fetchesEverythingFromAServerAsItIsStored() throws IOException {
        Repository remote = connect(serve(local.path));
        try (TestStore target = TestStore.create()) {
            SyncReport report = sync(remote, target.repository, SyncOptions.everything());
            assertThat(report.failed()).isEmpty();
            assertThat(report.copied()).hasSize(13);
            assertThat(report.chunks()).isEqualTo(59);
            assertThat(files(target.path)).containsExactlyEntriesOf(files(local.path));
            VerifyReport verified =
                    target.verify(TestStore.goldenKeys(), VerifyOptions.everything());
            assertThat(verified.problems()).isEmpty();
            SyncReport again = sync(remote, target.repository, SyncOptions.everything());
            assertThat(again.copied()).isEmpty();
            assertThat(again.chunks()).isZero();
            TestStore.assertIndependentlyClean(target.path, GOLDEN_KEYS);
        }
    }

    @Test
    void onlyMissingChunksTravelToAServer() throws IOException {
        TestServer server = serve(temporary.resolve("tank"));
        Repository remote = connect(server);
        List<SnapshotEntry> all = local.repository.snapshots(Namespace.ROOT, FULL);
        SnapshotId newest = all.get(all.size() - 1).id();
        SyncReport whole =
                sync(
                        local.repository,
                        remote,
                        options(List.of("group:host/full"), false, false, false));
        assertThat(whole.copied()).hasSize(5);
        // Each snapshot takes from the one before what both have.
        assertThat(whole.knownChunks()).isPositive();
        remote.forget(Namespace.ROOT, newest);
        SyncReport last =
                sync(
                        local.repository,
                        remote,
                        options(List.of("group:host/full"), false, false, false));
        assertThat(last.copied()).containsExactly(newest.toString());
        assertThat(last.chunks()).isLessThan(whole.chunks() / 2);
        assertThat(last.knownChunks()).isPositive();
    }

    /** The server says of its blob that it is encrypted; what it sends is looked at. */
    @Test
    void doesNotBelieveAServerThatLiesAboutABlob() throws IOException {
        Repository remote = connect(serve(local.path));
        SnapshotId id = SnapshotId.parse("vm/100/2026-01-02T00:00:00Z");
        LyingManifests.lie(local, id, "qemu-server.conf.blob");
        try (TestStore target = TestStore.create()) {
            SyncReport report =
                    sync(remote, target.repository, options(List.of(), true, false, false));
            assertThat(report.failed()).isEmpty();
            assertThat(report.skipped())
                    .extracting(SyncReport.Remark::what)
                    .containsExactlyInAnyOrder(
                            "host/plain/2026-01-01T00:00:00Z",
                            "host/plain/2026-01-02T00:00:00Z",
                            "host/signed/2026-01-01T00:00:00Z",
                            id.toString());
            assertThat(report.copied()).hasSize(9);
            assertThat(target.repository.groups(Namespace.ROOT))
                    .doesNotContain(GroupId.parse("host/plain"), GroupId.parse("host/signed"));
        }
    }

    @Test
    void anInterruptedSyncToAServerGoesOnInOrder() throws IOException {
        Path directory = temporary.resolve("tank");
        TestServer server = serve(directory);
        AtomicInteger uploads = new AtomicInteger();
        // The connection ends at these chunks; a server does not say which of them it has got.
        Set<Integer> ends = Set.of(3, 12, 30, 60, 100);
        server.faults(
                (method, path) ->
                        path.endsWith("_chunk") && ends.contains(uploads.incrementAndGet())
                                ? new Fault.Drop()
                                : new Fault.None());
        List<SnapshotId> wanted =
                local.repository.snapshots(Namespace.ROOT, FULL).stream()
                        .map(SnapshotEntry::id)
                        .toList();
        int interrupted = 0;
        for (int round = 0; round < 10; round++) {
            SyncReport report =
                    sync(
                            local.repository,
                            connect(server),
                            options(List.of("group:host/full"), true, false, false));
            List<SnapshotId> there = finished(connect(server));
            assertThat(there).isEqualTo(wanted.subList(0, there.size()));
            if (report.failed().isEmpty()) {
                break;
            }
            interrupted++;
        }
        assertThat(interrupted).isGreaterThan(1);
        assertThat(finished(connect(server))).isEqualTo(wanted);
        TestStore.assertIndependentlyClean(directory, GOLDEN_KEYS);
    }

    private static List<SnapshotId> finished(Repository remote) {
        return remote.snapshots(Namespace.ROOT, FULL).stream()
                .filter(SnapshotEntry::finished)
                .map(SnapshotEntry::id)
                .toList();
    }

    @Test
    void anInterruptedSyncFromAServerGoesOnWhereItWas() throws IOException {
        Repository remote = connect(serve(local.path));
        List<SnapshotId> wanted = finished(remote);
        try (TestStore target = TestStore.create()) {
            long travelled = 0;
            int interrupted = 0;
            SyncReport report;
            do {
                AtomicInteger left = new AtomicInteger(4 + interrupted);
                report =
                        new Sync(
                                        remote,
                                        target.repository,
                                        options(List.of("group:host/full"), true, false, false),
                                        new SyncProgress() {
                                            @Override
                                            public void chunk(String archive, long done, long all) {
                                                if (left.decrementAndGet() == 0) {
                                                    throw new Unreachable("the cable was pulled");
                                                }
                                            }
                                        })
                                .run();
                travelled += report.chunks();
                List<SnapshotId> there = finished(target.repository);
                assertThat(there).isEqualTo(wanted.subList(0, there.size()));
                interrupted++;
            } while (!report.failed().isEmpty() && interrupted < 40);
            assertThat(interrupted).isGreaterThan(1);
            assertThat(finished(target.repository)).isEqualTo(wanted);
            // What had arrived was not fetched again.
            assertThat(travelled).isEqualTo(target.chunkFiles().size());
        }
    }

    @Test
    void makesNamespacesOnTheServerAndRemovesWhatVanished() throws IOException {
        TestServer server = serve(temporary.resolve("tank"));
        Repository remote = connect(server);
        sync(local.repository, remote, SyncOptions.everything());
        assertThat(remote.namespaces()).contains(Namespace.parse("a/b"));
        List<SnapshotEntry> all = remote.snapshots(Namespace.ROOT, FULL);
        remote.protect(Namespace.ROOT, all.get(0).id(), true);
        local.repository.protect(Namespace.ROOT, all.get(0).id(), false);
        local.repository.forget(Namespace.ROOT, all.get(0).id());
        local.repository.forget(Namespace.ROOT, all.get(1).id());
        local.repository.forgetGroup(Namespace.ROOT, GroupId.parse("vm/100"));
        SyncReport report = sync(local.repository, remote, options(List.of(), false, true, false));
        assertThat(report.failed()).isEmpty();
        assertThat(report.removed())
                .containsExactlyInAnyOrder(
                        all.get(1).id().toString(),
                        "vm/100/2026-01-01T00:00:00Z",
                        "vm/100/2026-01-02T00:00:00Z");
        assertThat(report.skipped())
                .singleElement()
                .satisfies(r -> assertThat(r.why()).contains("protected"));
        assertThat(finished(remote)).hasSize(4).contains(all.get(0).id());
    }

    @Test
    void refusesToMendWhatAServerKeepsBeforeAnythingIsCopied() throws IOException {
        TestServer server = serve(temporary.resolve("tank"));
        Repository remote = connect(server);
        assertThatThrownBy(
                        () ->
                                sync(
                                        local.repository,
                                        remote,
                                        options(List.of(), false, false, true)))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("server");
        assertThat(remote.groups(Namespace.ROOT)).isEmpty();
    }

    @Test
    void betweenTwoServers() throws IOException {
        Path directory = temporary.resolve("tank");
        Repository from = connect(serve(local.path));
        Repository to = connect(serve(directory));
        SyncReport report = sync(from, to, options(List.of(), true, false, false));
        assertThat(report.failed()).isEmpty();
        assertThat(report.copied()).hasSize(10);
        assertThat(
                        new String(
                                Files.readAllBytes(directory.resolve("host/full/owner")),
                                StandardCharsets.UTF_8))
                .startsWith(Accounts.TOKEN);
        TestStore.assertIndependentlyClean(directory, GOLDEN_KEYS);
    }
}
