package dev.holdfast.store.pbs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.Unreachable;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.format.Digest;
import dev.holdfast.format.Namespace;
import dev.holdfast.fuse.Directory;
import dev.holdfast.fuse.Errno;
import dev.holdfast.fuse.Node;
import dev.holdfast.fuse.OpenFile;
import dev.holdfast.mount.RepositoryFileSystem;
import dev.holdfast.mount.ViewOptions;
import dev.holdfast.snapshot.Snapshot;
import dev.holdfast.store.pbs.server.Fault;
import dev.holdfast.store.pbs.server.SlowLink;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A server whose connection lives, and that does not answer, or not to the end. */
class PbsStallTest extends OnServer {
    private static final Duration LIMIT = Duration.ofMillis(1500);
    private static final Timeouts HASTY =
            new Timeouts(
                    Duration.ofSeconds(1),
                    LIMIT,
                    LIMIT,
                    Duration.ofSeconds(20),
                    Duration.ofMillis(300));
    private static final Map<String, byte[]> FILES =
            Map.of("a", random(1, 3_000_000), "b", random(2, 9_000_000));

    static Stream<Fault> faults() {
        return Stream.of(new Fault.Never(), new Fault.Stall());
    }

    private PbsRepository hasty() {
        return repository(with(tokenAccess(), HASTY));
    }

    private void fail(String where, Fault fault) {
        server.faults((method, path) -> path.endsWith(where) ? fault : new Fault.None());
    }

    private void heal() {
        server.faults((method, path) -> new Fault.None());
    }

    private static void assertGivesUp(Supplier<?> call) {
        long before = System.nanoTime();
        assertThatThrownBy(call::get)
                .isInstanceOf(Unreachable.class)
                .hasMessageContaining("took too long to answer");
        assertThat(Duration.ofNanos(System.nanoTime() - before))
                .isBetween(LIMIT, Duration.ofSeconds(15));
    }

    private static List<Digest> chunks(Snapshot snapshot) {
        var index =
                snapshot.reader().index(snapshot.manifest().file("root.ppxar.didx").orElseThrow());
        return List.of(index.digest(0), index.digest(1));
    }

    @ParameterizedTest
    @MethodSource("faults")
    void readsGiveUpAndWorkAgainInTheSameSession(Fault fault) {
        PbsRepository repository = hasty();
        backUp(repository(), FIRST, FILES);
        try (Snapshot snapshot = open(repository, FIRST)) {
            List<Digest> chunks = chunks(snapshot);
            long sessions = requests("GET /api2/json/reader");
            fail("/chunk", fault);
            assertGivesUp(() -> snapshot.reader().chunk(chunks.get(0)));
            heal();
            assertThat(snapshot.reader().chunk(chunks.get(0)).lengthBytes()).isPositive();
            assertThat(requests("GET /api2/json/reader")).isEqualTo(sessions);
        }
    }

    @Test
    void aReadThatGetsNoAnswerHoldsUpNoOther() throws Exception {
        Timeouts patient =
                new Timeouts(
                        HASTY.connect(), LIMIT, LIMIT, HASTY.silence(), Duration.ofSeconds(10));
        PbsRepository repository = repository(with(tokenAccess(), patient));
        backUp(repository(), FIRST, FILES);
        try (Snapshot snapshot = open(repository, FIRST)) {
            List<Digest> chunks = chunks(snapshot);
            fail("/chunk", new Fault.Never());
            CompletableFuture<?> stuck =
                    CompletableFuture.supplyAsync(() -> snapshot.reader().chunk(chunks.get(0)));
            while (requests("GET /chunk") == 0) {
                TimeUnit.MILLISECONDS.sleep(5);
            }
            heal();
            assertThat(snapshot.reader().chunk(chunks.get(1)).lengthBytes()).isPositive();
            // It is asked for again once it was given up.
            assertThat(stuck.get(15, TimeUnit.SECONDS)).isNotNull();
        }
    }

    @Test
    void whatComesSlowlyButSteadilyIsWaitedFor() throws Exception {
        backUp(repository(), FIRST, FILES);
        // Sealed, the smaller file takes several times the limit.
        try (SlowLink link = new SlowLink(server.port(), 600_000, 1)) {
            PbsRepository slow = repository(through(link, with(tokenAccess(), HASTY)));
            try (Snapshot snapshot = open(slow, FIRST)) {
                long before = System.nanoTime();
                assertThat(read(snapshot, "a")).isEqualTo(FILES.get("a"));
                assertThat(Duration.ofNanos(System.nanoTime() - before))
                        .isGreaterThan(LIMIT.multipliedBy(2));
            }
        }
    }

    @ParameterizedTest
    @MethodSource("faults")
    void uploadsGiveUpAndLeaveNothing(Fault fault) throws Exception {
        PbsRepository repository = hasty();
        for (String where : List.of("/dynamic_chunk", "/dynamic_index", "/dynamic_close")) {
            fail(where, fault);
            assertGivesUp(
                    () -> {
                        backUp(repository, FIRST, FILES);
                        return null;
                    });
            heal();
            awaitNobodyWrites();
            assertThat(repository.snapshots(Namespace.ROOT, GROUP)).isEmpty();
        }
    }

    @ParameterizedTest
    @MethodSource("faults")
    void callsGiveUpAndWorkAgain(Fault fault) {
        PbsRepository repository = hasty();
        backUp(repository(), FIRST, FILES);
        fail("/snapshots", fault);
        assertGivesUp(() -> repository.snapshots(Namespace.ROOT, GROUP));
        heal();
        assertThat(repository.snapshots(Namespace.ROOT, GROUP)).hasSize(1);
    }

    @Test
    void sessionsThatDoNotBeginAreGivenUp() {
        PbsRepository repository = hasty();
        fail("/backup", new Fault.Never());
        assertGivesUp(
                () -> {
                    backUp(repository, FIRST, FILES);
                    return null;
                });
    }

    @ParameterizedTest
    @MethodSource("faults")
    void aMountGivesAnErrorAndWorksAgain(Fault fault) {
        PbsRepository repository = hasty();
        backUp(repository(), FIRST, FILES);
        RepositoryFileSystem view =
                new RepositoryFileSystem(
                        repository, new KeyRing(List.of(key)), ViewOptions.defaults());
        try {
            Node node = view.root();
            for (String name :
                    List.of("host", "demo", GROUP.at(FIRST).timeText(), "root.pxar", "b")) {
                node = ((Directory) node).lookup(name.getBytes(StandardCharsets.UTF_8));
            }
            OpenFile file = node.open(0);
            fail("/chunk", fault);
            ByteBuffer buffer = ByteBuffer.allocateDirect(1000);
            assertThatThrownBy(() -> file.read(5_000_000, buffer))
                    .isInstanceOfSatisfying(
                            Errno.class, e -> assertThat(e.number()).isEqualTo(Errno.EIO));
            heal();
            buffer.clear();
            file.read(5_000_000, buffer);
            assertThat(buffer.flip()).isEqualTo(ByteBuffer.wrap(FILES.get("b"), 5_000_000, 1000));
            file.release();
        } finally {
            view.close();
        }
    }
}
