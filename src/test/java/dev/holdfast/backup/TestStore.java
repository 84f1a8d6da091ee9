package dev.holdfast.backup;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.chunk.ChunkCache;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.format.CryptMode;
import dev.holdfast.format.Digest;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.format.pxar.Body;
import dev.holdfast.snapshot.ArchiveListener;
import dev.holdfast.snapshot.BaseArchive;
import dev.holdfast.snapshot.Snapshot;
import dev.holdfast.snapshot.SnapshotBuilder;
import dev.holdfast.snapshot.SourceEntry;
import dev.holdfast.snapshot.WritePolicy;
import dev.holdfast.store.Repository;
import dev.holdfast.store.local.LocalDatastore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.TreeSet;

/** A datastore for a test class, and the ways to use it in one line each. */
final class TestStore implements AutoCloseable {
    static final String ARCHIVE = "root.pxar";

    private final Path path;
    private final Repository repository;
    private final BackupKey key;
    private long time = 1_700_000_000;

    private TestStore(Path path) {
        this.path = path;
        this.repository = LocalDatastore.open(path);
        byte[] secret = new byte[BackupKey.BYTES];
        new Random(7).nextBytes(secret);
        writeKeyFile(secret);
        this.key = new BackupKey(secret, 1_700_000_000);
    }

    /** The key as a file without passphrase, for the checker. */
    private void writeKeyFile(byte[] secret) {
        String json =
                "{\"kdf\":null,\"created\":\"2026-01-01T00:00:00+00:00\","
                        + "\"modified\":\"2026-01-01T00:00:00+00:00\",\"data\":\""
                        + Base64.getEncoder().encodeToString(secret)
                        + "\"}";
        try {
            Files.writeString(keyFile(), json);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private Path keyFile() {
        return path.resolveSibling("backup-test-key.json");
    }

    /** The file that holds a chunk. */
    Path chunk(Digest digest) {
        String name = digest.toString();
        return path.resolve(".chunks").resolve(name.substring(0, 4)).resolve(name);
    }

    /** Asserts that the checker finds nothing wrong, in chunks, archives or elsewhere. */
    void assertClean() {
        TestTools.assertClean(path, "--keyfile", keyFile().toString());
    }

    /**
     * An empty store. Its 65536 directories, which take seconds to make and more to remove, are
     * kept from run to run.
     */
    static TestStore empty() {
        Path path = Path.of("target", "backup-test-store").toAbsolutePath();
        if (Files.exists(path.resolve(".chunks"))) {
            TestTools.run(
                    "rm", "-rf", path.resolve("host").toString(), path.resolve("vm").toString());
            TestTools.run("find", path.resolve(".chunks").toString(), "-type", "f", "-delete");
        } else {
            LocalDatastore.create(path, Optional.of("backup-test"));
        }
        return new TestStore(path);
    }

    /**
     * What a backup did.
     *
     * @param read names of the files whose content was read
     * @param reused names of those whose content was taken over
     * @param problems what was said of entries, with their paths
     */
    record Backup(
            SnapshotId id,
            TreeSet<String> read,
            TreeSet<String> reused,
            List<String> problems,
            long skipped) {}

    /** Backs up a directory as the next snapshot of a group. */
    Backup backup(String group, Path source, ScanOptions options, boolean detectChanges) {
        SnapshotId id = SnapshotId.parse("host/" + group + "/2026-01-01T00:00:00Z");
        id = new SnapshotId(id.group(), time++);
        TreeSet<String> read = new TreeSet<>();
        TreeSet<String> reused = new TreeSet<>();
        List<String> problems = new ArrayList<>();
        try (SnapshotBuilder builder = builder(id)) {
            Optional<BaseArchive> base = detectChanges ? builder.base(ARCHIVE) : Optional.empty();
            long skipped;
            try (HostTree tree = HostTree.open(raw(source), options, base, recorder(problems))) {
                builder.tree(
                        ARCHIVE,
                        tree.root(),
                        base,
                        tree.prelude(),
                        new ArchiveListener() {
                            @Override
                            public void placed(
                                    SourceEntry.File file,
                                    long filenameOffset,
                                    Body.Regular placed,
                                    boolean wasReused) {
                                (wasReused ? reused : read).add(new String(file.name(), UTF_8));
                            }
                        });
                skipped = tree.skipped();
            }
            builder.finish(Optional.empty());
            return new Backup(id, read, reused, problems, skipped);
        }
    }

    SnapshotBuilder builder(SnapshotId id) {
        WritePolicy policy = new WritePolicy(CryptMode.ENCRYPT, Optional.of(key), false);
        return SnapshotBuilder.begin(repository, Namespace.ROOT, id, policy, 2);
    }

    private static ScanListener recorder(List<String> problems) {
        return new ScanListener() {
            @Override
            public void skipped(byte[] path, String reason) {
                problems.add(new String(path, UTF_8) + ": " + reason);
            }

            @Override
            public void incomplete(byte[] path, String reason) {
                problems.add(new String(path, UTF_8) + ": " + reason);
            }

            @Override
            public void mountPoint(byte[] path) {
                problems.add(new String(path, UTF_8) + ": mount point");
            }
        };
    }

    Snapshot open(SnapshotId id) {
        return Snapshot.open(
                repository.open(Namespace.ROOT, id),
                new KeyRing(List.of(key)),
                new ChunkCache(96L << 20));
    }

    /**
     * How a restore went.
     *
     * @param failures paths that failed, with the reason
     */
    record Restored(RestoreReport report, List<String> failures, List<String> warnings) {}

    Restored restore(SnapshotId id, String inArchive, Path target, RestoreOptions options) {
        try (Snapshot snapshot = open(id)) {
            return restore(snapshot, ARCHIVE, inArchive, target, options);
        }
    }

    static Restored restore(
            Snapshot snapshot,
            String archive,
            String inArchive,
            Path target,
            RestoreOptions options) {
        List<String> failures = new ArrayList<>();
        List<String> warnings = new ArrayList<>();
        RestoreListener listener =
                new RestoreListener() {
                    @Override
                    public void failed(byte[] path, String reason) {
                        failures.add(new String(path, UTF_8) + ": " + reason);
                    }

                    @Override
                    public void warned(byte[] path, String reason) {
                        warnings.add(new String(path, UTF_8) + ": " + reason);
                    }
                };
        RestoreReport report =
                new Restorer(snapshot, archive, options, listener)
                        .restore(inArchive.getBytes(UTF_8), raw(target));
        return new Restored(report, failures, warnings);
    }

    /** As system calls take it. */
    static byte[] raw(Path path) {
        return path.toString().getBytes(UTF_8);
    }

    @Override
    public void close() {
        repository.close();
        key.close();
    }
}
