package dev.holdfast.upkeep;

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
import dev.holdfast.format.Digest;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.os.RawFiles;
import dev.holdfast.snapshot.ArchiveListener;
import dev.holdfast.snapshot.ArchiveReader;
import dev.holdfast.snapshot.ByteSource;
import dev.holdfast.snapshot.Snapshot;
import dev.holdfast.snapshot.SnapshotBuilder;
import dev.holdfast.snapshot.WritePolicy;
import dev.holdfast.store.Repository;
import dev.holdfast.store.local.LocalDatastore;
import dev.holdfast.store.local.LocalRepository;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/**
 * A datastore of a test, below {@code target/}: new, or a copy of the golden one. Its name, which
 * decides where its locks are, is its own.
 */
final class TestStore implements AutoCloseable {
    static final GroupId GROUP = GroupId.parse("host/a");

    private static final byte[] SECRET = new byte[32];
    private static final Path DSCHECK = Path.of("..", "shared", "tools", "dscheck", "dscheck");

    final Path path;
    final LocalRepository repository;

    private TestStore(Path path) {
        this.path = path;
        this.repository = LocalDatastore.open(path);
    }

    static TestStore create() throws IOException {
        Path path = fresh();
        LocalDatastore.create(path, Optional.of(path.getFileName().toString()));
        return new TestStore(path);
    }

    /** A copy that tests may change; it has only the chunk directories that are not empty. */
    static TestStore golden() throws IOException {
        Path path = fresh();
        Path source = Golden.store();
        try (Stream<Path> all = Files.walk(source)) {
            for (Path one : all.toList()) {
                Path target = path.resolve(source.relativize(one).toString());
                Files.copy(one, target);
                RawFiles.chmod(raw(target), RawFiles.lstat(raw(one)).mode() & 07777);
            }
        }
        return new TestStore(path);
    }

    private static Path fresh() throws IOException {
        // A datastore has 65536 directories: a second in memory, half a minute on a busy disk.
        Path memory = Path.of("/dev/shm");
        Path stores =
                (Files.isWritable(memory) ? memory : Path.of("target"))
                        .resolve("holdfast-upkeep-test")
                        .toAbsolutePath();
        Files.createDirectories(stores);
        return stores.resolve(String.format("store-%08x", new Random().nextInt()));
    }

    static byte[] raw(Path path) {
        return path.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** The key of what {@link #backUp} writes: another object every time, as rings close theirs. */
    static BackupKey key() {
        return new BackupKey(SECRET.clone(), 0);
    }

    static KeyRing keys() {
        return new KeyRing(List.of(key()));
    }

    /** The keys of the golden snapshots. */
    static KeyRing goldenKeys() {
        List<BackupKey> keys = new ArrayList<>();
        for (String name : List.of("key1-none.json", "key2-changed-to-none.json")) {
            Path file = Golden.dir().resolve("keys").resolve(name);
            keys.add(
                    KeyLock.unlock(
                            KeyStorage.read(file),
                            name,
                            () -> {
                                throw new IllegalStateException("no passphrase is needed");
                            }));
        }
        return new KeyRing(keys);
    }

    static WritePolicy encrypting() {
        return new WritePolicy(CryptMode.ENCRYPT, Optional.of(key()), false);
    }

    /** Backs up a tree as root.pxar. */
    SnapshotId backUp(GroupId group, long time, Map<String, byte[]> files) {
        return backUp(Namespace.ROOT, group, time, files, encrypting());
    }

    SnapshotId backUp(
            Namespace namespace,
            GroupId group,
            long time,
            Map<String, byte[]> files,
            WritePolicy policy) {
        try (SnapshotBuilder builder =
                SnapshotBuilder.begin(repository, namespace, group.at(time), policy, 2)) {
            builder.tree(
                    "root.pxar",
                    MemoryTree.of(files),
                    builder.base("root.pxar"),
                    Optional.empty(),
                    ArchiveListener.NONE);
            builder.blob("fw.conf", "rules".getBytes(StandardCharsets.UTF_8));
            builder.finish(Optional.empty());
            return builder.id();
        }
    }

    /** All regular files of root.pxar with their contents. */
    static Map<String, byte[]> restore(Repository repository, Namespace namespace, SnapshotId id) {
        Map<String, byte[]> files = new TreeMap<>();
        try (KeyRing keys = keys();
                Snapshot snapshot =
                        Snapshot.open(
                                repository.open(namespace, id), keys, new ChunkCache(64 << 20))) {
            ArchiveReader archive = snapshot.archive("root.pxar");
            collect(archive, archive.root().list(), "", files);
        }
        return files;
    }

    private static void collect(
            ArchiveReader archive,
            java.util.Iterator<Entry> entries,
            String prefix,
            Map<String, byte[]> files) {
        while (entries.hasNext()) {
            Entry entry = entries.next();
            String name = prefix + new String(entry.name(), StandardCharsets.UTF_8);
            if (entry.isDirectory()) {
                collect(archive, archive.open(entry).list(), name + "/", files);
            } else {
                ByteSource content = archive.content(entry);
                byte[] bytes = new byte[(int) content.size()];
                content.read(0, bytes, 0, bytes.length);
                files.put(name, bytes);
            }
        }
    }

    void assertRestores(SnapshotId id, Map<String, byte[]> expected) {
        assertRestores(Namespace.ROOT, id, expected);
    }

    void assertRestores(Namespace namespace, SnapshotId id, Map<String, byte[]> expected) {
        assertRestores(repository, namespace, id, expected);
    }

    static void assertRestores(
            Repository repository,
            Namespace namespace,
            SnapshotId id,
            Map<String, byte[]> expected) {
        Map<String, byte[]> found = restore(repository, namespace, id);
        assertThat(found.keySet()).isEqualTo(new TreeMap<>(expected).keySet());
        expected.forEach((path, content) -> assertThat(found.get(path)).isEqualTo(content));
    }

    Path chunk(Digest digest) {
        return path.resolve(".chunks").resolve(digest.hex().substring(0, 4)).resolve(digest.hex());
    }

    /** Changes one byte in the middle of a file. */
    static void flip(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2 + 20] ^= 1;
        Files.write(file, bytes);
    }

    /** All chunk files, those moved aside included. */
    List<Path> chunkFiles() throws IOException {
        try (Stream<Path> files = Files.walk(path.resolve(".chunks"))) {
            return files.filter(Files::isRegularFile).toList();
        }
    }

    /** Makes every chunk look as if it had not been used for two days. */
    void age() throws IOException {
        long then = System.currentTimeMillis() / 1000 - 200_000;
        for (Path file : chunkFiles()) {
            RawFiles.setTimes(raw(file), then, 0, 0, RawFiles.UTIME_OMIT);
        }
    }

    VerifyReport verify(KeyRing keys, VerifyOptions options) {
        return verify(keys, options, ChunkLedger.inMemory());
    }

    VerifyReport verify(KeyRing keys, VerifyOptions options, ChunkLedger ledger) {
        try (keys) {
            return new Verification(repository, keys, ledger, options, VerifyProgress.NONE)
                    .run(Verification.all(repository, Namespace.ROOT));
        }
    }

    /** The same for a whole repository, as the command does it. */
    VerifyReport verifyAll(VerifyOptions options, ChunkLedger ledger) {
        try (KeyRing keys = keys()) {
            return new Verification(repository, keys, ledger, options, VerifyProgress.NONE)
                    .run(Verification.all(repository, Namespace.ROOT), true);
        }
    }

    /** Asks the independent checker; skipped where it is not installed. */
    void assertIndependentlyClean(Path... keyFiles) throws IOException {
        assertIndependentlyClean(path, List.of(keyFiles));
    }

    static void assertIndependentlyClean(Path path, List<Path> keyFiles) throws IOException {
        Path python = Path.of("target", "venv", "bin", "python");
        assumeTrue(
                Files.exists(python) && Files.exists(shared().orElse(DSCHECK)),
                "dscheck is not installed in target/venv");
        List<String> command =
                new ArrayList<>(
                        List.of(
                                python.toString(),
                                shared().orElse(DSCHECK).toString(),
                                "verify",
                                path.toString()));
        for (Path key : keyFiles) {
            command.add("--keyfile");
            command.add(key.toString());
        }
        if (keyFiles.isEmpty()) {
            command.add("--allow-missing-keys");
        }
        Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
        String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        try {
            assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        assertThat(process.exitValue()).as(output).isZero();
    }

    private static Optional<Path> shared() {
        String dir = System.getProperty("holdfast.shared", System.getenv("HOLDFAST_SHARED"));
        return Optional.ofNullable(dir)
                .map(d -> Path.of(d, "tools", "dscheck", "dscheck"))
                .filter(Files::exists);
    }

    /** The key file of {@link #key}, for other programs. */
    static Path keyFile() throws IOException {
        Path file = Path.of("target", "upkeep-test-key.json").toAbsolutePath();
        try (BackupKey key = key()) {
            Files.writeString(
                    file,
                    "{\"kdf\":null,\"created\":\"2026-01-01T00:00:00Z\",\"modified\":\"2026-01-01T00:00:00Z\",\"data\":\""
                            + java.util.Base64.getEncoder().encodeToString(SECRET)
                            + "\",\"fingerprint\":\""
                            + key.fingerprint().longForm()
                            + "\"}");
        }
        return file;
    }

    static byte[] random(long seed, int length) {
        byte[] bytes = new byte[length];
        new Random(seed).nextBytes(bytes);
        return bytes;
    }

    @Override
    public void close() throws IOException {
        repository.close();
        deleteTree(path);
        deleteTree(Path.of("/run/proxmox-backup/locks", path.getFileName().toString()));
    }

    static void deleteTree(Path directory) throws IOException {
        if (!Files.exists(directory)) {
            return;
        }
        try (Stream<Path> all = Files.walk(directory)) {
            for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(p);
            }
        }
    }
}
