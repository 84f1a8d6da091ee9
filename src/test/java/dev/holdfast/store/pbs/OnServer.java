package dev.holdfast.store.pbs;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.MemoryTree;
import dev.holdfast.chunk.ChunkCache;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.format.CryptMode;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.snapshot.ArchiveListener;
import dev.holdfast.snapshot.ArchiveReader;
import dev.holdfast.snapshot.ByteSource;
import dev.holdfast.snapshot.Snapshot;
import dev.holdfast.snapshot.SnapshotBuilder;
import dev.holdfast.snapshot.WritePolicy;
import dev.holdfast.store.pbs.server.Accounts;
import dev.holdfast.store.pbs.server.SlowLink;
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
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.BiPredicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.io.TempDir;

/** A server and a key for each test, and what tests do with them. */
abstract class OnServer {
    static final GroupId GROUP = GroupId.parse("host/demo");
    static final long FIRST = 1_767_225_600;
    static final Timeouts TIMEOUTS =
            new Timeouts(
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(10),
                    Duration.ofSeconds(60),
                    Duration.ofSeconds(5),
                    Duration.ofSeconds(10));

    @TempDir Path temporary;
    Path directory;
    TestServer server;
    final BackupKey key = BackupKey.random(FIRST);
    private final List<AutoCloseable> opened = new ArrayList<>();

    @BeforeEach
    void startServer() throws IOException {
        directory = temporary.resolve("tank");
        Files.createDirectories(directory.resolve(".chunks"));
        server = new TestServer("tank", directory);
    }

    @AfterEach
    void stopServer() throws Exception {
        for (AutoCloseable each : opened) {
            each.close();
        }
        server.close();
    }

    RepositoryAddress address(String authId) {
        return new RepositoryAddress(authId, "127.0.0.1", server.port(), "tank");
    }

    ServerAccess access(String authId, String secret) {
        return new ServerAccess(
                address(authId),
                () -> secret,
                Optional.of(server.fingerprint()),
                new KnownFingerprints(temporary.resolve("fingerprints")),
                Optional.empty(),
                TIMEOUTS,
                Optional.empty());
    }

    ServerAccess tokenAccess() {
        return access(Accounts.TOKEN, Accounts.SECRET);
    }

    PbsRepository repository() {
        return repository(tokenAccess());
    }

    PbsRepository repository(ServerAccess access) {
        PbsRepository repository = new PbsRepository(access);
        opened.add(repository);
        return repository;
    }

    static ServerAccess with(ServerAccess access, Timeouts timeouts) {
        return new ServerAccess(
                access.address(),
                access.secret(),
                access.pin(),
                access.known(),
                access.confirm(),
                timeouts,
                access.proxy());
    }

    static ServerAccess with(ServerAccess access, RepositoryAddress address) {
        return new ServerAccess(
                address,
                access.secret(),
                access.pin(),
                access.known(),
                access.confirm(),
                access.timeouts(),
                access.proxy());
    }

    /** The same server at the end of a slow link. */
    static ServerAccess through(SlowLink link, ServerAccess access) {
        RepositoryAddress direct = access.address();
        return with(
                access,
                new RepositoryAddress(direct.authId(), direct.host(), link.port(), direct.store()));
    }

    static ServerAccess with(ServerAccess access, HttpProxy proxy) {
        return new ServerAccess(
                access.address(),
                access.secret(),
                access.pin(),
                access.known(),
                access.confirm(),
                access.timeouts(),
                Optional.of(proxy));
    }

    static ServerAccess with(
            ServerAccess access,
            Optional<CertificateFingerprint> pin,
            Optional<BiPredicate<String, CertificateFingerprint>> confirm) {
        return new ServerAccess(
                access.address(),
                access.secret(),
                pin,
                access.known(),
                confirm,
                access.timeouts(),
                access.proxy());
    }

    WritePolicy encrypting() {
        return new WritePolicy(CryptMode.ENCRYPT, Optional.of(key), false);
    }

    /** Incompressible bytes. */
    static byte[] random(long seed, int lengthBytes) {
        byte[] bytes = new byte[lengthBytes];
        new SplittableRandom(seed).nextBytes(bytes);
        return bytes;
    }

    /** Enough for several chunks of metadata-free content. */
    static Map<String, byte[]> files() {
        return Map.of(
                "large", random(1, 21_000_000),
                "empty", new byte[0],
                "text", "some text\n".repeat(1000).getBytes(StandardCharsets.UTF_8));
    }

    /** Backs up a tree and a small configuration. */
    void backUp(PbsRepository repository, long time, Map<String, byte[]> files) {
        try (SnapshotBuilder builder =
                SnapshotBuilder.begin(
                        repository, Namespace.ROOT, GROUP.at(time), encrypting(), 2)) {
            builder.tree(
                    "root.pxar",
                    MemoryTree.of(files),
                    builder.base("root.pxar"),
                    Optional.empty(),
                    ArchiveListener.NONE);
            builder.blob("app.conf", "hello=world\n".getBytes(StandardCharsets.UTF_8));
            builder.finish(Optional.of("a note"));
        }
    }

    Snapshot open(PbsRepository repository, long time) {
        return Snapshot.open(
                repository.open(Namespace.ROOT, GROUP.at(time)),
                new KeyRing(List.of(key)),
                new ChunkCache(64 << 20));
    }

    static byte[] read(Snapshot snapshot, String name) {
        ArchiveReader archive = snapshot.archive("root.pxar");
        Entry entry =
                archive.lookupPath(("/" + name).getBytes(StandardCharsets.UTF_8)).orElseThrow();
        ByteSource content = archive.content(entry);
        byte[] bytes = new byte[(int) content.size()];
        content.read(0, bytes, 0, bytes.length);
        return bytes;
    }

    /** A server removes an unfinished snapshot and lets go of the group a little later. */
    void awaitNobodyWrites() throws InterruptedException {
        for (int i = 0; server.api().isWriting() && i < 1000; i++) {
            TimeUnit.MILLISECONDS.sleep(10);
        }
        assertThat(server.api().isWriting()).isFalse();
    }

    long requests(String request) {
        return server.requests().stream().filter(request::equals).count();
    }
}
