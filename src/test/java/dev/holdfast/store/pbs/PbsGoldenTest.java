package dev.holdfast.store.pbs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.Golden;
import dev.holdfast.MemoryTree;
import dev.holdfast.chunk.ChunkCache;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.KeyLock;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.crypto.KeyStorage;
import dev.holdfast.format.CryptMode;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.format.Namespace;
import dev.holdfast.snapshot.ArchiveListener;
import dev.holdfast.snapshot.ChunkedSource;
import dev.holdfast.snapshot.Snapshot;
import dev.holdfast.snapshot.SnapshotBuilder;
import dev.holdfast.snapshot.WritePolicy;
import dev.holdfast.store.SnapshotEntry;
import dev.holdfast.store.pbs.server.Accounts;
import dev.holdfast.store.pbs.server.TestServer;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The official client's datastore behind the server of the tests. */
class PbsGoldenTest extends OnServer {
    private static final Path PYTHON = Path.of("target", "venv", "bin", "python").toAbsolutePath();

    private final BackupKey official = officialKey();

    private static BackupKey officialKey() {
        Path file = Golden.dir().resolve("keys").resolve("key1-none.json");
        return KeyLock.unlock(KeyStorage.read(file), "key1", () -> new byte[0]);
    }

    private PbsRepository golden() throws Exception {
        Process copy =
                new ProcessBuilder("cp", "-a", Golden.store() + "/.", directory.toString())
                        .inheritIO()
                        .start();
        assertThat(copy.waitFor()).isZero();
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path owner : all.filter(p -> p.endsWith("owner")).toList()) {
                Files.writeString(owner, Accounts.TOKEN + "\n");
            }
        }
        server.close();
        server = new TestServer("tank", directory);
        return repository();
    }

    @Test
    void readsEverySnapshotOfTheOfficialClientWithItsKey() throws Exception {
        PbsRepository repository = golden();
        int streams = 0;
        for (Namespace namespace : repository.namespaces()) {
            for (GroupId group : repository.groups(namespace)) {
                for (SnapshotEntry entry : repository.snapshots(namespace, group)) {
                    assertThat(entry.finished()).isTrue();
                    if (!group.id().equals("otherkey")) {
                        streams += readAll(repository, namespace, entry);
                    }
                }
            }
        }
        assertThat(streams).isEqualTo(24);
    }

    private int readAll(PbsRepository repository, Namespace namespace, SnapshotEntry entry) {
        int streams = 0;
        try (Snapshot snapshot =
                Snapshot.open(
                        repository.open(namespace, entry.id()),
                        new KeyRing(List.of(official)),
                        new ChunkCache(32 << 20))) {
            for (ManifestFile file : snapshot.manifest().files()) {
                if (file.name().endsWith(".blob")) {
                    snapshot.blob(file);
                } else {
                    ChunkedSource source = snapshot.source(file);
                    for (int i = 0; i < source.index().chunkCount(); i++) {
                        assertThat(source.chunk(i)).hasSize(source.index().chunkBytes(i));
                    }
                    streams++;
                }
            }
        }
        return streams;
    }

    @Test
    void addsSnapshotsThatAnIndependentCheckerFindsRight() throws Exception {
        Path dscheck = Golden.dir().resolveSibling("tools").resolve("dscheck").resolve("dscheck");
        assumeTrue(Files.isExecutable(dscheck), "no checker at " + dscheck);
        assumeTrue(Files.exists(PYTHON), "no " + PYTHON + " with the checker's packages");
        PbsRepository repository = golden();
        long time = 1_780_000_000;
        for (int i = 0; i < 2; i++) {
            write(repository, GroupId.parse("host/full"), time + i);
            write(repository, GroupId.parse("vm/100"), time + i);
        }
        assertThat(check(dscheck)).isZero();
        Path chunk = anyChunkOf(repository, time);
        byte[] bytes = Files.readAllBytes(chunk);
        bytes[bytes.length - 1] ^= 1;
        Files.write(chunk, bytes);
        assertThat(check(dscheck)).as("the checker sees damage").isEqualTo(1);
    }

    private void write(PbsRepository repository, GroupId group, long time) {
        try (SnapshotBuilder builder =
                SnapshotBuilder.begin(
                        repository,
                        Namespace.ROOT,
                        group.at(time),
                        new WritePolicy(CryptMode.ENCRYPT, Optional.of(official), false),
                        2)) {
            assertThat(builder.previous()).isPresent();
            builder.tree(
                    "root.pxar",
                    MemoryTree.of(files()),
                    builder.base("root.pxar"),
                    Optional.empty(),
                    ArchiveListener.NONE);
            builder.image("drive-scsi0.img", MemoryTree.content(random(time, 5 << 20)));
            builder.blob("app.conf", "hello=world\n".getBytes(StandardCharsets.UTF_8));
            builder.finish(Optional.of("notes"));
        }
    }

    private Path anyChunkOf(PbsRepository repository, long time) {
        try (Snapshot snapshot =
                Snapshot.open(
                        repository.open(Namespace.ROOT, GroupId.parse("host/full").at(time)),
                        new KeyRing(List.of(official)),
                        new ChunkCache(1 << 20))) {
            ManifestFile file = snapshot.manifest().file("root.ppxar.didx").orElseThrow();
            String hex = snapshot.reader().index(file).digest(1).hex();
            return directory.resolve(".chunks").resolve(hex.substring(0, 4)).resolve(hex);
        }
    }

    private int check(Path dscheck) throws IOException, InterruptedException {
        Path output = temporary.resolve("dscheck.txt");
        Process process =
                new ProcessBuilder(
                                PYTHON.toString(),
                                dscheck.toString(),
                                "verify",
                                "--keyfile",
                                Golden.dir().resolve("keys/key1-none.json").toString(),
                                "--allow-missing-keys",
                                "--max-per-archive",
                                "3",
                                directory.toString())
                        .redirectErrorStream(true)
                        .redirectOutput(output.toFile())
                        .start();
        int code = process.waitFor();
        if (code > 1) {
            throw new AssertionError(Files.readString(output));
        }
        return code;
    }
}
