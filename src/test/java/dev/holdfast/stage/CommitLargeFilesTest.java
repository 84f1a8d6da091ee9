package dev.holdfast.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.chunk.ChunkCache;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.format.CryptMode;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.fuse.OpenFile;
import dev.holdfast.snapshot.ArchiveListener;
import dev.holdfast.snapshot.Snapshot;
import dev.holdfast.snapshot.SnapshotBuilder;
import dev.holdfast.snapshot.WritePolicy;
import dev.holdfast.store.Repository;
import dev.holdfast.store.local.LocalDatastore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Commits of files that were encoded while they were written, to a datastore on the disk. */
class CommitLargeFilesTest {
    private static final int MIB = 1 << 20;

    @TempDir Path directory;

    private final BackupKey key = BackupKey.random(1_700_000_000);
    private final Repository repository = store();
    private final byte[] content = new byte[40 * MIB];

    /** Its 65536 directories, which take seconds to make, are kept from run to run. */
    private static Repository store() {
        Path path = Path.of("target", "stage-test-store").toAbsolutePath();
        if (Files.exists(path.resolve(".chunks"))) {
            run("rm", "-rf", path.resolve("host").toString());
            run("find", path.resolve(".chunks").toString(), "-type", "f", "-delete");
        } else {
            LocalDatastore.create(path, Optional.of("stage-test"));
        }
        return LocalDatastore.open(path);
    }

    private static void run(String... command) {
        try {
            assertThat(new ProcessBuilder(command).inheritIO().start().waitFor()).isZero();
        } catch (IOException | InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    private StagingArea area(String name, KeyWrap wrap) {
        return StagingArea.create(
                directory.resolve(name), wrap, StageOptions.defaults(), Optional.empty());
    }

    private Commit.Result commit(StagingArea area, String group) {
        return new Commit(
                        area,
                        repository,
                        Namespace.ROOT,
                        GroupId.parse("host/" + group + ProcessHandle.current().pid()),
                        "root.pxar",
                        new WritePolicy(CryptMode.ENCRYPT, Optional.of(key), true),
                        2,
                        id ->
                                new SnapshotBase(
                                        Snapshot.open(
                                                repository.open(Namespace.ROOT, id),
                                                new KeyRing(List.of(key)),
                                                new ChunkCache(64 * MIB)),
                                        "root.pxar",
                                        new byte[0]))
                .run(Optional.empty(), Optional.empty(), (entries, bytes) -> {});
    }

    private void write(StagingArea area, int pieceBytes) {
        OpenFile file = Areas.create(Areas.root(area), "large");
        for (int at = 0; at < content.length; at += pieceBytes) {
            file.write(at, ByteBuffer.wrap(content, at, Math.min(pieceBytes, content.length - at)));
        }
        file.flush();
        file.release();
    }

    @ParameterizedTest
    @ValueSource(ints = {128 << 10, 1 << 20})
    void theyAreCutAsIfTheyHadBeenReadByTheCommitAndTakenOverWithoutWriting(int pieceBytes)
            throws IOException {
        new SecureRandom().nextBytes(content);
        try (StagingArea ahead = area("ahead", LargeFilesTest.encrypting(key));
                StagingArea plain = area("plain", Areas.WRAP)) {
            write(ahead, pieceBytes);
            write(plain, pieceBytes);
            Path segments = directory.resolve("ahead").resolve("spool");
            assertThat(namesOfLastChunk(segments)).isEqualTo(1);

            Commit.Result first = commit(ahead, "ahead");
            Commit.Result second = commit(plain, "plain");

            assertThat(first.totals().contentBytes()).isGreaterThan(content.length);
            assertThat(first.totals().newChunks()).isGreaterThan(2);
            // The metadata differs in nothing but times; the content in nothing at all.
            assertThat(second.totals().newContentBytes()).isLessThan(MIB);
            assertThat(Areas.content(Areas.at(ahead, "large"))).isEqualTo(content);
            assertThat(Areas.content(Areas.at(plain, "large"))).isEqualTo(content);
            ahead.seal();
            ahead.seal();
            assertThat(ahead.usage().changedBytes()).isZero();
            assertThat(ahead.usage().spoolBytes()).isLessThan(content.length / 2);
        }
    }

    @Test
    void aChunkFileOfTheRepositoryIsTheOneOfTheSpool() throws IOException {
        new SecureRandom().nextBytes(content);
        try (StagingArea area = area("ahead", LargeFilesTest.encrypting(key))) {
            write(area, 128 << 10);
            try (Frozen view = area.freeze()) {
                // A commit that fails at the end leaves its chunks in the store.
                try (SnapshotBuilder builder =
                        SnapshotBuilder.begin(
                                repository,
                                Namespace.ROOT,
                                GroupId.parse("host/linked" + ProcessHandle.current().pid())
                                        .at(1_700_000_000),
                                new WritePolicy(CryptMode.ENCRYPT, Optional.of(key), true),
                                2)) {
                    builder.tree(
                            "root.pxar",
                            new FrozenTree(view, Optional.empty(), true).root(),
                            Optional.empty(),
                            Optional.empty(),
                            new ArchiveListener() {});
                }
            }
            assertThat(namesOfLastChunk(directory.resolve("ahead").resolve("spool"))).isEqualTo(2);
            assertThat(Areas.content(Areas.at(area, "large"))).isEqualTo(content);
            assertThat(commit(area, "again").totals().newContentBytes()).isLessThan(MIB);
            assertThat(Areas.content(Areas.at(area, "large"))).isEqualTo(content);
        }
    }

    /** How many names the last chunk in the spool has. */
    private static int namesOfLastChunk(Path spool) throws IOException {
        try (Stream<Path> files = Files.list(spool)) {
            // The first segment is one of frames, and there is room for all of them in it.
            Path last = files.sorted().reduce((a, b) -> b).orElseThrow();
            return (int) Files.getAttribute(last, "unix:nlink");
        }
    }
}
