package dev.holdfast.mount;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import dev.holdfast.chunk.ChunkCache;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.format.Digest;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.fuse.Directory;
import dev.holdfast.fuse.Errno;
import dev.holdfast.fuse.Node;
import dev.holdfast.fuse.OpenFile;
import dev.holdfast.snapshot.ChunkedSource;
import dev.holdfast.snapshot.Snapshot;
import dev.holdfast.store.Repository;
import dev.holdfast.store.local.LocalDatastore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.slf4j.LoggerFactory;

/** What is broken costs what it held, and is said once. */
class DamageTest {
    private static final SnapshotId FULL = SnapshotId.parse("host/full/2026-01-02T00:00:00Z");
    private static final String FORTY_MIB = "sizes/forty-mib";

    @TempDir Path dir;
    private Path store;
    private Repository repository;
    private final KeyRing keys = GoldenKeys.all();
    private final ListAppender<ILoggingEvent> log = new ListAppender<>();

    @BeforeEach
    void copyStore() {
        store = StoreCopy.in(dir);
        repository = LocalDatastore.open(store);
        log.start();
        ((Logger) LoggerFactory.getLogger(Failures.class)).addAppender(log);
    }

    @AfterEach
    void close() {
        ((Logger) LoggerFactory.getLogger(Failures.class)).detachAppender(log);
        repository.close();
        keys.close();
    }

    private RepositoryFileSystem view() {
        return new RepositoryFileSystem(repository, keys, ViewOptions.defaults());
    }

    private static void assertErrno(
            int expected, org.assertj.core.api.ThrowableAssert.ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(
                        Errno.class, e -> assertThat(e.number()).isEqualTo(expected));
    }

    /** A damaged chunk and which part of a file it holds. */
    private record Hole(Digest digest, long start, long end) {}

    /** Damages the chunk in the middle of a file's content. */
    private Hole damageMiddleOf(String path) {
        try (Snapshot snapshot =
                Snapshot.open(
                        repository.open(Namespace.ROOT, FULL), keys, new ChunkCache(16 << 20))) {
            Entry entry =
                    snapshot.archive("root.pxar")
                            .lookupPath(path.getBytes(StandardCharsets.UTF_8))
                            .orElseThrow();
            Body.Regular content = (Body.Regular) entry.body();
            ChunkedSource payload = snapshot.content("root.pxar");
            int chunk = payload.index().chunkAt(content.contentOffset() + content.sizeBytes() / 2);
            Digest digest = payload.index().digest(chunk);
            StoreCopy.damage(store, digest);
            return new Hole(
                    digest,
                    payload.index().startOffset(chunk) - content.contentOffset(),
                    payload.index().endOffset(chunk) - content.contentOffset());
        }
    }

    @Test
    void damagedChunkCostsExactlyItsBytes() {
        byte[] intact = readFortyMib();
        Hole hole = damageMiddleOf(FORTY_MIB);
        assertThat(hole.start()).isPositive();
        assertThat(hole.end()).isLessThan(intact.length);
        RepositoryFileSystem fs = view();
        OpenFile file = Walk.node(fs, FULL + "/root.pxar/" + FORTY_MIB).open(0);
        assertThat(readRange(file, 0, hole.start())).isEqualTo(range(intact, 0, hole.start()));
        assertThat(readRange(file, hole.end(), intact.length))
                .isEqualTo(range(intact, hole.end(), intact.length));
        for (long bad : List.of(hole.start(), hole.start() + 1, hole.end() - 1)) {
            assertErrno(Errno.EIO, () -> file.read(bad, ByteBuffer.allocateDirect(1)));
        }
        file.release();
        fs.close();
    }

    /** A short answer would mean that the file ends there, unless the page cache is bypassed. */
    @Test
    void aReadThatReachesDamageFailsAsAWholeAndIsShortOnceTheDamageIsKnown() {
        byte[] intact = readFortyMib();
        Hole hole = damageMiddleOf(FORTY_MIB);
        RepositoryFileSystem fs = view();
        Node node = Walk.node(fs, FULL + "/root.pxar/" + FORTY_MIB);
        OpenFile file = node.open(0);
        assertThat(file.bypassesCache()).isFalse();
        assertErrno(Errno.EIO, () -> file.read(hole.start() - 10, ByteBuffer.allocateDirect(20)));
        file.release();
        OpenFile again = node.open(0);
        assertThat(again.bypassesCache()).isTrue();
        assertThat(readRange(again, hole.start() - 10, hole.start() + 10))
                .isEqualTo(range(intact, hole.start() - 10, hole.start()));
        assertErrno(Errno.EIO, () -> again.read(hole.start(), ByteBuffer.allocateDirect(20)));
        again.release();
        OpenFile other = Walk.node(fs, FULL + "/root.pxar/sizes/one").open(0);
        assertThat(other.bypassesCache()).isFalse();
        other.release();
        fs.close();
    }

    @Test
    void damagedChunkIsLoggedOnceWithAllThatNamesIt() {
        Hole hole = damageMiddleOf(FORTY_MIB);
        RepositoryFileSystem fs = view();
        Node node = Walk.node(fs, FULL + "/root.pxar/" + FORTY_MIB);
        for (int i = 0; i < 3; i++) {
            assertErrno(Errno.EIO, () -> Walk.read(node));
        }
        assertThat(log.list).hasSize(1);
        assertThat(log.list.get(0).getFormattedMessage())
                .contains(hole.digest().hex(), FULL.toString(), "root.pxar/" + FORTY_MIB);
        fs.close();
    }

    @Test
    void everythingElseStaysReadable() {
        damageMiddleOf(FORTY_MIB);
        RepositoryFileSystem fs = view();
        Directory root = Walk.directory(fs, FULL + "/root.pxar");
        int failed = 0;
        int read = 0;
        for (Walk.Listed listed : Walk.list((Directory) root.lookup(bytes("sizes")), 10)) {
            try {
                Walk.read(((Directory) root.lookup(bytes("sizes"))).lookup(listed.name()));
                read++;
            } catch (Errno e) {
                failed++;
            }
        }
        assertThat(failed).isEqualTo(1);
        assertThat(read).isGreaterThan(5);
        fs.close();
    }

    @Test
    void missingChunkIsAnErrorToo() throws IOException {
        Hole hole = damageMiddleOf(FORTY_MIB);
        Files.delete(StoreCopy.chunk(store, hole.digest()));
        RepositoryFileSystem fs = view();
        Node node = Walk.node(fs, FULL + "/root.pxar/" + FORTY_MIB);
        assertErrno(Errno.EIO, () -> Walk.read(node));
        assertThat(log.list.get(0).getFormattedMessage()).contains(hole.digest().hex());
        fs.close();
    }

    @Test
    void damagedMetadataIsNamedByItsChunk() {
        Digest metadata;
        try (Snapshot snapshot =
                Snapshot.open(
                        repository.open(Namespace.ROOT, FULL), keys, new ChunkCache(16 << 20))) {
            metadata =
                    snapshot.source(snapshot.manifest().file("root.mpxar.didx").orElseThrow())
                            .index()
                            .digest(0);
        }
        StoreCopy.damage(store, metadata);
        RepositoryFileSystem fs = view();
        assertErrno(Errno.EIO, () -> Walk.node(fs, FULL + "/root.pxar").attributes());
        assertErrno(Errno.EIO, () -> Walk.list(Walk.directory(fs, FULL + "/root.pxar"), 10));
        assertThat(log.list).hasSize(1);
        assertThat(log.list.get(0).getFormattedMessage()).contains(metadata.hex());
        assertThat(Walk.names(Walk.directory(fs, FULL.toString()))).contains("etc.conf");
        fs.close();
    }

    @Test
    void damagedBlobAndIndexAreErrors() throws IOException {
        Path snapshot = store.resolve(FULL.toString());
        for (String name : List.of("etc.conf.blob", "root.ppxar.didx")) {
            byte[] bytes = Files.readAllBytes(snapshot.resolve(name));
            bytes[bytes.length - 1] ^= 1;
            Files.write(snapshot.resolve(name), bytes);
        }
        RepositoryFileSystem fs = view();
        assertErrno(Errno.EIO, () -> Walk.node(fs, FULL + "/etc.conf").open(0));
        assertErrno(Errno.EIO, () -> Walk.node(fs, FULL + "/root.pxar").attributes());
        fs.close();
    }

    @Test
    void withoutTheKeyNamesAreShownAndContentsRefused() {
        RepositoryFileSystem fs =
                new RepositoryFileSystem(
                        repository,
                        new KeyRing(List.of(GoldenKeys.key2())),
                        ViewOptions.defaults());
        assertThat(Walk.names(Walk.directory(fs, FULL.toString())))
                .containsExactly("etc.conf", "root.pxar");
        Node locked = Walk.node(fs, FULL + "/root.pxar");
        assertThat(locked.attributes().mode() & 0777).isZero();
        assertThat(locked.xattrNames()).isEmpty();
        assertThat(locked.xattr("system.posix_acl_access")).isEmpty();
        assertThat(locked.xattr("user.holdfast.key-fingerprint"))
                .contains(bytes(GoldenKeys.key1().fingerprint().longForm()));
        assertErrno(Errno.EACCES, () -> Walk.list(Walk.directory(fs, FULL + "/root.pxar"), 10));
        assertErrno(Errno.EACCES, () -> Walk.node(fs, FULL + "/root.pxar/sizes"));
        assertErrno(Errno.EACCES, () -> Walk.node(fs, FULL + "/etc.conf").open(0));
        assertThat(log.list).hasSize(1);
        assertThat(log.list.get(0).getFormattedMessage())
                .contains(GoldenKeys.key1().fingerprint().shortForm(), FULL.toString());
        Node other = Walk.node(fs, "host/otherkey/2026-01-01T00:00:00Z/root.pxar/excl");
        assertThat(other.attributes().isDirectory()).isTrue();
        fs.close();
    }

    @Test
    void nothingCanBeWritten() {
        RepositoryFileSystem fs = view();
        Node file = Walk.node(fs, FULL + "/root.pxar/sizes/one");
        assertErrno(Errno.EROFS, () -> file.open(1));
        assertErrno(Errno.EROFS, () -> file.open(2));
        assertErrno(Errno.EROFS, () -> file.open(01000));
        assertErrno(Errno.EROFS, () -> Walk.node(fs, FULL + "/etc.conf").open(1));
        fs.close();
    }

    @Test
    void whatIsNotThereIsNotFound() {
        RepositoryFileSystem fs = view();
        for (String path :
                List.of(
                        "vm/999",
                        "ns/x",
                        "host/full/2026-01-09T00:00:00Z",
                        "host/full/x",
                        FULL + "/x",
                        FULL + "/root.mpxar",
                        FULL + "/root.pxar/x")) {
            assertErrno(Errno.ENOENT, () -> Walk.node(fs, path));
        }
        fs.close();
    }

    private byte[] readFortyMib() {
        RepositoryFileSystem fs = view();
        byte[] content = Walk.read(Walk.node(fs, FULL + "/root.pxar/" + FORTY_MIB));
        fs.close();
        return content;
    }

    private static byte[] range(byte[] bytes, long from, long to) {
        return java.util.Arrays.copyOfRange(bytes, (int) from, (int) to);
    }

    private static byte[] readRange(OpenFile file, long from, long to) {
        ByteBuffer buffer = ByteBuffer.allocateDirect((int) (to - from));
        file.read(from, buffer);
        byte[] bytes = new byte[buffer.position()];
        buffer.flip().get(bytes);
        return bytes;
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
