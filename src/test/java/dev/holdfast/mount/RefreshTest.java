package dev.holdfast.mount;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.chunk.ChunkCache;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.fuse.Directory;
import dev.holdfast.fuse.Errno;
import dev.holdfast.fuse.Node;
import dev.holdfast.fuse.OpenFile;
import dev.holdfast.os.FileLock;
import dev.holdfast.store.Repository;
import dev.holdfast.store.SnapshotReader;
import dev.holdfast.store.local.LocalDatastore;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What comes and goes while a repository is mounted. */
class RefreshTest {
    private static final String GROUP = "host/plain";
    private static final String FIRST = "2026-01-01T00:00:00Z";
    private static final String SECOND = "2026-01-02T00:00:00Z";

    @TempDir Path dir;
    private final AtomicLong nanos = new AtomicLong();
    private final KeyRing keys = GoldenKeys.all();
    private Path store;
    private Repository repository;
    private RepositoryFileSystem fs;

    @BeforeEach
    void mount() {
        store = StoreCopy.in(dir);
        repository = LocalDatastore.open(store);
        fs =
                new RepositoryFileSystem(
                        repository, keys, ViewOptions.defaults(), Duration.ZERO, nanos::get);
    }

    @AfterEach
    void close() {
        fs.close();
        repository.close();
        keys.close();
    }

    private void pass(Duration time) {
        nanos.addAndGet(time.toNanos());
    }

    private void remove(Path snapshot) throws IOException {
        try (Stream<Path> all = Files.walk(snapshot)) {
            for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(path);
            }
        }
    }

    @Test
    void snapshotsVanishWithinTheRefreshInterval() throws IOException {
        Directory group = Walk.directory(fs, GROUP);
        assertThat(Walk.names(group)).containsExactly(FIRST, SECOND, "latest");
        remove(store.resolve(GROUP).resolve(SECOND));
        pass(Duration.ofSeconds(4));
        assertThat(Walk.names(group)).contains(SECOND);
        pass(Duration.ofSeconds(2));
        assertThat(Walk.names(group)).containsExactly(FIRST, "latest");
        assertThat(group.lookup("latest".getBytes(UTF_8)).readLink())
                .isEqualTo(FIRST.getBytes(UTF_8));
        assertThatThrownBy(() -> group.lookup(SECOND.getBytes(UTF_8))).isInstanceOf(Errno.class);
    }

    @Test
    void snapshotsAppearWithinTheRefreshIntervalOnceTheyAreFinished() throws IOException {
        Path second = store.resolve(GROUP).resolve(SECOND);
        Path manifest = second.resolve("index.json.blob");
        Path kept = dir.resolve("manifest");
        Files.move(manifest, kept);
        Directory group = Walk.directory(fs, GROUP);
        assertThat(Walk.names(group)).containsExactly(FIRST, "latest");
        Files.move(kept, manifest);
        pass(Duration.ofSeconds(6));
        assertThat(Walk.names(group)).containsExactly(FIRST, SECOND, "latest");
        assertThat(Walk.names(Walk.directory(fs, GROUP + "/" + SECOND))).isNotEmpty();
    }

    @Test
    void listsAreValidForTheIntervalAndSnapshotsForever() {
        assertThat(fs.root().validMillis()).isEqualTo(5000);
        assertThat(Walk.directory(fs, GROUP).validMillis()).isEqualTo(5000);
        assertThat(Walk.directory(fs, GROUP + "/" + FIRST).validMillis()).isEqualTo(Long.MAX_VALUE);
        assertThat(Walk.directory(fs, GROUP + "/" + FIRST + "/root.pxar").validMillis())
                .isEqualTo(Long.MAX_VALUE);
    }

    @Test
    void groupsAppearToo() {
        assertThat(Walk.names(Walk.directory(fs, "host"))).doesNotContain("fresh");
        StoreCopy.copyTree(store.resolve(GROUP), store.resolve("host/fresh"));
        pass(Duration.ofSeconds(6));
        assertThat(Walk.names(Walk.directory(fs, "host"))).contains("fresh");
    }

    @Test
    void aSnapshotIsLockedWhileAFileOfItIsOpenAndFreeAfterAWhile() throws IOException {
        String file = GROUP + "/" + FIRST + "/root.pxar/links/target.txt";
        OpenFile open = Walk.node(fs, file).open(0);
        fs.closeUnusedSnapshots();
        assertThat(fs.openSnapshots()).isEqualTo(1);
        assertThat(canBeRemoved(FIRST)).isFalse();
        ByteBuffer buffer = ByteBuffer.allocateDirect(10);
        open.read(0, buffer);
        assertThat(buffer.position()).isPositive();
        open.release();
        open.release(); // of no effect
        awaitAllClosed();
        assertThat(canBeRemoved(FIRST)).isTrue();
    }

    @Test
    void nodesWorkOnWhenTheirSnapshotWasClosedMeanwhile() {
        Directory links = Walk.directory(fs, GROUP + "/" + FIRST + "/root.pxar/links");
        Node file = links.lookup("target.txt".getBytes(UTF_8));
        byte[] before = Walk.read(file);
        awaitAllClosed();
        assertThat(Walk.read(file)).isEqualTo(before).isNotEmpty();
        awaitAllClosed();
        assertThat(file.attributes().links()).isPositive();
        awaitAllClosed();
        assertThat(Walk.names(links)).contains("target.txt");
    }

    @Test
    void nothingStaysLockedWhenTheFileSystemIsClosed() throws IOException {
        assertThat(Walk.names(Walk.directory(fs, GROUP + "/" + FIRST + "/root.pxar"))).isNotEmpty();
        fs.close();
        assertThat(fs.openSnapshots()).isZero();
        assertThat(canBeRemoved(FIRST)).isTrue();
    }

    /** A count of links in the background may hold a snapshot a little longer. */
    private void awaitAllClosed() {
        long deadline = System.nanoTime() + Duration.ofSeconds(20).toNanos();
        do {
            fs.closeUnusedSnapshots();
            assertThat(System.nanoTime()).isLessThan(deadline);
            Thread.onSpinWait();
        } while (fs.openSnapshots() > 0);
    }

    /** Whether an exclusive lock can be had, as for removing. */
    private boolean canBeRemoved(String time) throws IOException {
        Optional<FileLock> lock = exclusiveLock(time);
        lock.ifPresent(FileLock::close);
        return lock.isPresent();
    }

    private Optional<FileLock> exclusiveLock(String time) throws IOException {
        SnapshotId id = SnapshotId.parse(GROUP + "/" + time);
        try (SnapshotReader shared = repository.open(Namespace.ROOT, id)) {
            assertThat(shared.id()).isEqualTo(id); // makes the lock file, if it was not there
        }
        Path locks =
                Path.of("/run/proxmox-backup/locks")
                        .resolve(Files.readString(store.resolve(".holdfast-name")));
        Path lock =
                (Files.isDirectory(locks) ? locks : store.resolve(".holdfast-locks"))
                        .resolve("host-plain-" + time.replace("-", "\\x2d").replace(":", "\\x3a"));
        assertThat(lock).exists();
        return FileLock.tryLock(lock.toString().getBytes(UTF_8), FileLock.Kind.EXCLUSIVE);
    }

    @Test
    void aSnapshotIsOpenedOnceForAllWhoHoldIt() {
        OpenSnapshots snapshots =
                new OpenSnapshots(repository, keys, new ChunkCache(1 << 20), Duration.ZERO);
        SnapshotKey key = new SnapshotKey(Namespace.ROOT, SnapshotId.parse(GROUP + "/" + FIRST));
        OpenSnapshot held = snapshots.hold(key);
        OpenSnapshot again = snapshots.hold(key);
        assertThat(again).isSameAs(held);
        held.close();
        snapshots.closeUnused();
        assertThat(snapshots.count()).isEqualTo(1);
        again.close();
        snapshots.closeUnused();
        assertThat(snapshots.count()).isZero();
        try (OpenSnapshot fresh = snapshots.hold(key)) {
            assertThat(fresh).isNotSameAs(held);
            assertThat(fresh.files()).containsKey("root.pxar");
        }
        snapshots.close();
        assertThat(snapshots.count()).isZero();
    }

    @Test
    void aSnapshotThatIsBeingRemovedIsBusy() throws IOException {
        Directory snapshot = Walk.directory(fs, GROUP + "/" + FIRST);
        try (FileLock removing = exclusiveLock(FIRST).orElseThrow()) {
            assertThat(removing.descriptor()).isNotNull();
            assertThatThrownBy(() -> Walk.list(snapshot, 10))
                    .isInstanceOfSatisfying(
                            Errno.class, e -> assertThat(e.number()).isEqualTo(Errno.EBUSY));
        }
        assertThat(Walk.list(snapshot, 10)).isNotEmpty();
    }
}
