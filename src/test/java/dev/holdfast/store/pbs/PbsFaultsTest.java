package dev.holdfast.store.pbs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.Damaged;
import dev.holdfast.HoldfastException;
import dev.holdfast.Refused;
import dev.holdfast.Unreachable;
import dev.holdfast.chunk.EncodedBlob;
import dev.holdfast.format.ChunkIndex;
import dev.holdfast.format.Namespace;
import dev.holdfast.snapshot.Snapshot;
import dev.holdfast.store.pbs.server.Fault;
import java.nio.file.Files;
import java.time.Duration;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** What becomes of snapshots and readers when the server or the way to it fails. */
class PbsFaultsTest extends OnServer {
    private static final Map<String, byte[]> FILES =
            Map.of("a", random(1, 3_000_000), "b", random(2, 500));
    private static final Timeouts IMPATIENT =
            new Timeouts(
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(20),
                    Duration.ofSeconds(20),
                    Duration.ofMillis(200),
                    Duration.ofMillis(700));

    /** Requests of sessions, not of REST. */
    private static boolean inSession(String path) {
        return !path.startsWith("/api2");
    }

    /** The fault, at the {@code n}th request of a session only; gives the path that it hit. */
    private AtomicReference<String> failAt(int n, Fault fault) {
        AtomicInteger count = new AtomicInteger();
        AtomicReference<String> hit = new AtomicReference<>("none");
        server.faults(
                (method, path) -> {
                    if (inSession(path) && count.incrementAndGet() == n) {
                        hit.set(path);
                        return fault;
                    }
                    return new Fault.None();
                });
        return hit;
    }

    /** Lets every request of a backup into a group that has a base fail in turn. */
    private void failEverywhere(
            PbsRepository repository, Fault fault, Class<? extends HoldfastException> expected)
            throws InterruptedException {
        backUp(repository, FIRST, Map.of("a", FILES.get("a")));
        AtomicReference<String> hit = new AtomicReference<>("");
        Set<String> failed = new TreeSet<>();
        int n = 1;
        for (; !hit.get().equals("none"); n++) {
            hit = failAt(n, fault);
            try {
                backUp(repository, FIRST + n, Map.of("a", FILES.get("a"), "b", random(n, 500)));
                // Reading the base is repeated, and can be done without; nothing else is.
                assertThat(hit.get()).isIn("/download", "/chunk", "/previous", "none");
            } catch (HoldfastException e) {
                assertThat(e).as("at %s", hit.get()).isInstanceOf(expected);
                awaitNothingOf(FIRST + n);
                failed.add(hit.get());
            }
        }
        assertThat(failed)
                .contains(
                        "/blob",
                        "/dynamic_chunk",
                        "/dynamic_close",
                        "/dynamic_index",
                        "/finish",
                        "/previous_backup_time");
        heal();
        try (Snapshot snapshot = open(repository, FIRST + n - 1)) {
            assertThat(read(snapshot, "a")).isEqualTo(FILES.get("a"));
            assertThat(read(snapshot, "b")).isEqualTo(random(n - 1, 500));
        }
    }

    private void failOnce(String where, Fault fault) {
        AtomicInteger count = new AtomicInteger();
        server.faults(
                (method, path) ->
                        path.equals(where) && count.incrementAndGet() == 1
                                ? fault
                                : new Fault.None());
    }

    private void heal() {
        server.faults((method, path) -> new Fault.None());
    }

    private void awaitNothingOf(long time) throws InterruptedException {
        awaitNobodyWrites();
        assertThat(directory.resolve("host/demo").resolve(GROUP.at(time).timeText()))
                .doesNotExist();
    }

    @Test
    void leavesNothingWhereverTheConnectionBreaks() throws Exception {
        failEverywhere(repository(), new Fault.Drop(), Unreachable.class);
    }

    @Test
    void leavesNothingWhereverTheServerRefuses() throws Exception {
        failEverywhere(
                repository(),
                new Fault.Refuse(400, "write failed: No space left on device (os error 28)"),
                HoldfastException.class);
    }

    @Test
    void leavesNothingWhereverTheServerStopsAnswering() throws Exception {
        Timeouts hasty =
                new Timeouts(
                        Duration.ofSeconds(20),
                        Duration.ofMillis(1500),
                        Duration.ofMillis(1500),
                        Duration.ofSeconds(20),
                        Duration.ofMillis(100));
        failEverywhere(
                repository(with(tokenAccess(), hasty)), new Fault.Never(), Unreachable.class);
    }

    @Test
    void saysThatTheServersDiskIsFull() throws Exception {
        PbsRepository repository = repository();
        for (String path : List.of("/dynamic_chunk", "/dynamic_index", "/blob", "/finish")) {
            failOnce(path, new Fault.Refuse(400, "x: No space left on device (os error 28)"));
            assertThatThrownBy(() -> backUp(repository, FIRST, FILES))
                    .as(path)
                    .isInstanceOf(Refused.class)
                    .hasMessageContaining("disk is full");
            awaitNothingOf(FIRST);
        }
    }

    @Test
    void findsOutThatItWasFinishedWhenOnlyTheAnswerWasLost() {
        PbsRepository repository = repository();
        failOnce("/finish", new Fault.DropAnswer());
        backUp(repository, FIRST, FILES);
        try (Snapshot snapshot = open(repository, FIRST)) {
            assertThat(read(snapshot, "b")).isEqualTo(FILES.get("b"));
        }
    }

    @Test
    void storesEverythingAgainWhenTheBaseCannotBeHad() {
        PbsRepository repository = repository();
        backUp(repository, FIRST, FILES);
        failOnce("/previous", new Fault.Refuse(404, "open file \"x\" failed - not found"));
        backUp(repository, FIRST + 1, FILES);
        try (Snapshot snapshot = open(repository, FIRST + 1)) {
            assertThat(read(snapshot, "b")).isEqualTo(FILES.get("b"));
        }
    }

    @Test
    void goesOnReadingWhenTheServerComesBack() throws Exception {
        PbsRepository repository = repository();
        backUp(repository, FIRST, FILES);
        try (Snapshot snapshot = open(repository, FIRST)) {
            ChunkIndex index =
                    snapshot.reader()
                            .index(snapshot.manifest().file("root.ppxar.didx").orElseThrow());
            byte[] before = chunk(snapshot, index);
            server.stop();
            CompletableFuture<byte[]> waiting =
                    CompletableFuture.supplyAsync(() -> chunk(snapshot, index));
            TimeUnit.MILLISECONDS.sleep(300);
            assertThat(waiting).isNotDone();
            server.start();
            assertThat(waiting.get(5, TimeUnit.SECONDS)).isEqualTo(before);
            server.dropConnections();
            assertThat(chunk(snapshot, index)).isEqualTo(before);
            assertThat(read(snapshot, "a")).isEqualTo(FILES.get("a"));
        }
    }

    private static byte[] chunk(Snapshot snapshot, ChunkIndex index) {
        EncodedBlob blob = snapshot.reader().chunk(index.digest(0));
        return Arrays.copyOf(blob.bytes(), blob.lengthBytes());
    }

    @Test
    void givesUpReadingAfterAWhileAndWorksAgainLater() {
        PbsRepository repository = repository(with(tokenAccess(), IMPATIENT));
        backUp(repository, FIRST, FILES);
        try (Snapshot snapshot = open(repository, FIRST)) {
            ChunkIndex index =
                    snapshot.reader()
                            .index(snapshot.manifest().file("root.ppxar.didx").orElseThrow());
            server.stop();
            long before = System.nanoTime();
            assertThatThrownBy(() -> chunk(snapshot, index)).isInstanceOf(Unreachable.class);
            assertThat(Duration.ofNanos(System.nanoTime() - before))
                    .isBetween(Duration.ofMillis(600), Duration.ofSeconds(4));
            server.start();
            assertThat(chunk(snapshot, index)).isNotEmpty();
        }
    }

    @Test
    void noticesThatTheServerIsSilent() {
        PbsRepository repository = repository(with(tokenAccess(), IMPATIENT));
        server.faults(
                (method, path) -> {
                    if (path.equals("/dynamic_close")) {
                        server.freeze();
                        return new Fault.Slow(Duration.ofSeconds(60));
                    }
                    return new Fault.None();
                });
        assertThatThrownBy(() -> backUp(repository, FIRST, FILES))
                .isInstanceOf(Unreachable.class)
                .hasMessageContaining("does not answer any more");
    }

    @Test
    void waitsForAServerThatIsOnlySlow() {
        PbsRepository repository = repository(with(tokenAccess(), IMPATIENT));
        failOnce("/finish", new Fault.Slow(Duration.ofMillis(1500)));
        backUp(repository, FIRST, FILES);
        assertThat(repository.snapshots(Namespace.ROOT, GROUP)).hasSize(1);
    }

    @ParameterizedTest
    @ValueSource(strings = {"/chunk", "/download"})
    void refusesWrongBytes(String path) {
        PbsRepository repository = repository();
        backUp(repository, FIRST, FILES);
        server.faults((method, p) -> p.equals(path) ? new Fault.Corrupt() : new Fault.None());
        assertThatThrownBy(
                        () -> {
                            try (Snapshot snapshot = open(repository, FIRST)) {
                                read(snapshot, "a");
                            }
                        })
                .isInstanceOf(Damaged.class);
    }

    @Test
    void refusesAWrongIndex() {
        PbsRepository repository = repository();
        backUp(repository, FIRST, FILES);
        try (Snapshot snapshot = open(repository, FIRST)) {
            failOnce("/download", new Fault.Corrupt());
            assertThatThrownBy(() -> read(snapshot, "a"))
                    .isInstanceOf(Damaged.class)
                    .hasMessageContaining("mpxar.didx");
            assertThat(read(snapshot, "a")).isEqualTo(FILES.get("a"));
        }
    }

    @Test
    void asksAgainWhenAnAnswerBreaksOff() {
        PbsRepository repository = repository();
        backUp(repository, FIRST, FILES);
        try (Snapshot snapshot = open(repository, FIRST)) {
            failOnce("/chunk", new Fault.BreakOff());
            assertThat(read(snapshot, "a")).isEqualTo(FILES.get("a"));
        }
    }

    @Test
    void goesElsewhereWhenTheServerAsksForIt() {
        PbsRepository repository = repository();
        backUp(repository, FIRST, FILES);
        try (Snapshot snapshot = open(repository, FIRST)) {
            ChunkIndex index =
                    snapshot.reader()
                            .index(snapshot.manifest().file("root.ppxar.didx").orElseThrow());
            failOnce("/chunk", new Fault.GoAway());
            long sessions = requests("GET /api2/json/reader");
            byte[] first = chunk(snapshot, index);
            assertThat(chunk(snapshot, index)).isEqualTo(first);
            assertThat(requests("GET /api2/json/reader")).isEqualTo(sessions + 1);
        }
    }

    @Test
    void readsOtherArchivesThoughAnIndexIsLost() throws Exception {
        PbsRepository repository = repository();
        backUp(repository, FIRST, FILES);
        try (Snapshot snapshot = open(repository, FIRST)) {
            var metadata = snapshot.manifest().file("root.mpxar.didx").orElseThrow();
            ChunkIndex payload =
                    snapshot.reader()
                            .index(snapshot.manifest().file("root.ppxar.didx").orElseThrow());
            Files.delete(
                    directory
                            .resolve("host/demo")
                            .resolve(GROUP.at(FIRST).timeText())
                            .resolve(metadata.name()));
            assertThatThrownBy(() -> snapshot.reader().index(metadata))
                    .isInstanceOf(Damaged.class)
                    .hasMessageContaining(metadata.name());
            server.dropConnections();
            assertThat(chunk(snapshot, payload)).isNotEmpty();
        }
    }

    @Test
    void saysWhichChunkTheServerCannotRead() throws Exception {
        PbsRepository repository = repository();
        backUp(repository, FIRST, FILES);
        try (Snapshot snapshot = open(repository, FIRST)) {
            ChunkIndex index =
                    snapshot.reader()
                            .index(snapshot.manifest().file("root.ppxar.didx").orElseThrow());
            String hex = index.digest(0).hex();
            Files.delete(directory.resolve(".chunks").resolve(hex.substring(0, 4)).resolve(hex));
            assertThatThrownBy(() -> chunk(snapshot, index))
                    .isInstanceOf(Damaged.class)
                    .hasMessageContaining(hex);
        }
    }

    @Test
    void doesNotTakeATruncatedListForAnEmptyOne() {
        PbsRepository repository = repository();
        backUp(repository, FIRST, FILES);
        server.faults(
                (method, path) ->
                        path.endsWith("/snapshots") ? new Fault.BreakOff() : new Fault.None());
        assertThatThrownBy(() -> repository.snapshots(Namespace.ROOT, GROUP))
                .isInstanceOf(Unreachable.class);
    }
}
