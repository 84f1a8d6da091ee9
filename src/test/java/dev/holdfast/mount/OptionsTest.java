package dev.holdfast.mount;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.BadKey;
import dev.holdfast.Damaged;
import dev.holdfast.Golden;
import dev.holdfast.NotFound;
import dev.holdfast.chunk.ChunkCache;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.format.pxar.AclEntry;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.format.pxar.PosixAcl;
import dev.holdfast.fuse.Attributes;
import dev.holdfast.fuse.Directory;
import dev.holdfast.fuse.Errno;
import dev.holdfast.fuse.Node;
import dev.holdfast.store.Repository;
import dev.holdfast.store.local.LocalDatastore;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.FutureTask;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** How options, pages and threads change what is seen, and do not. */
class OptionsTest {
    private static final String SMALL = "host/plain/2026-01-02T00:00:00Z/root.pxar";

    private final KeyRing keys = GoldenKeys.all();
    private Repository repository;

    @BeforeEach
    void open() {
        repository = LocalDatastore.open(Golden.store());
    }

    @AfterEach
    void close() {
        repository.close();
        keys.close();
    }

    private RepositoryFileSystem view(ViewOptions options) {
        return new RepositoryFileSystem(repository, keys, options);
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 7, 1000})
    void listingsAreTheSameInPagesOfAnySize(int page) {
        RepositoryFileSystem fs = view(ViewOptions.defaults());
        for (String path : List.of("", "host", "host/full", "vm/100", SMALL, SMALL + "/many")) {
            Directory directory = Walk.directory(fs, path);
            List<String> all = Walk.list(directory, 500).stream().map(Walk.Listed::text).toList();
            assertThat(Walk.list(directory, page).stream().map(Walk.Listed::text).toList())
                    .isEqualTo(all)
                    .doesNotHaveDuplicates()
                    .isNotEmpty();
        }
        fs.close();
    }

    @Test
    void aCursorThatNobodyGaveIsInvalid() {
        RepositoryFileSystem fs = view(ViewOptions.defaults());
        Directory many = Walk.directory(fs, SMALL + "/many");
        for (long cursor : List.of(1L, 12345L, Long.MAX_VALUE)) {
            assertThatThrownBy(() -> many.list(cursor, (name, inode, mode, next) -> true))
                    .isInstanceOfSatisfying(
                            Errno.class, e -> assertThat(e.number()).isEqualTo(Errno.EINVAL));
        }
        fs.close();
    }

    @Test
    void inodeNumbersAreTheSameAfterRemountingAndNeverTwice() {
        Map<String, String> before = inodes();
        assertThat(inodes()).isEqualTo(before);
        Set<String> different = new HashSet<>(before.values());
        assertThat(different).hasSameSizeAs(before.values());
    }

    /** Inode numbers of a whole repository, of names that are no hard links. */
    private Map<String, String> inodes() {
        RepositoryFileSystem fs = view(ViewOptions.defaults());
        Map<String, String> inodes = new java.util.TreeMap<>();
        collect(fs.root(), "", inodes);
        fs.close();
        return inodes;
    }

    private static void collect(Directory directory, String path, Map<String, String> inodes) {
        for (Walk.Listed listed : Walk.list(directory, 1000)) {
            Node node = directory.lookup(listed.name());
            String child = path + "/" + listed.text() + java.util.Arrays.hashCode(listed.name());
            if (node.attributes().links() == 1 && !child.contains("/full/2026-01-01")) {
                inodes.put(child, Long.toHexString(listed.inode()));
            }
            if (node instanceof Directory d) {
                collect(d, child, inodes);
            }
        }
    }

    @Test
    void timeFormatNamesSnapshotsAndLatest() {
        RepositoryFileSystem fs =
                view(
                        ViewOptions.defaults()
                                .withTimeNames(TimeNames.ofPattern("yyyy-MM-dd_HH.mm.ss")));
        Directory group = Walk.directory(fs, "vm/100");
        assertThat(Walk.names(group))
                .containsExactly("2026-01-01_00.00.00", "2026-01-02_00.00.00", "latest");
        assertThat(group.lookup("latest".getBytes(UTF_8)).readLink())
                .isEqualTo("2026-01-02_00.00.00".getBytes(UTF_8));
        assertThat(Walk.names(Walk.directory(fs, "vm/100/2026-01-02_00.00.00"))).isNotEmpty();
        fs.close();
    }

    @Test
    void idMapsApplyToOwnersAndAcls() {
        ViewOptions options =
                ViewOptions.defaults()
                        .withOwner(77, 78)
                        .withIdMaps(
                                IdMap.parse(List.of("1000:2000", "1001:2001")),
                                IdMap.parse(List.of("1000:3000", "2001:3001")));
        RepositoryFileSystem fs = view(options);
        Node file = Walk.node(fs, SMALL + "/acl/file");
        assertThat(file.attributes().uid()).isEqualTo(2000);
        assertThat(file.attributes().gid()).isEqualTo(3000);
        PosixAcl acl = acl(file);
        RepositoryFileSystem plain = view(ViewOptions.defaults());
        PosixAcl stored = acl(Walk.node(plain, SMALL + "/acl/file"));
        List<AclEntry> mapped =
                stored.entries().stream()
                        .map(e -> new AclEntry(e.tag(), e.permissions(), shown(options, e)))
                        .toList();
        assertThat(acl).isEqualTo(new PosixAcl(mapped));
        assertThat(acl).isNotEqualTo(stored);
        assertThat(fs.root().attributes().uid()).isEqualTo(77);
        assertThat(Walk.node(fs, "vm/100/latest").attributes().gid()).isEqualTo(78);
        fs.close();
        plain.close();
    }

    private static int shown(ViewOptions options, AclEntry entry) {
        return switch (entry.tag()) {
            case USER -> options.uids().map(entry.id());
            case GROUP -> options.gids().map(entry.id());
            default -> entry.id();
        };
    }

    private static PosixAcl acl(Node node) {
        return PosixAcl.decode(node.xattr(PosixAcl.ACCESS_NAME).orElseThrow());
    }

    @Test
    void absoluteLinksLeadIntoTheArchiveIfAskedTo() {
        RepositoryFileSystem plain = view(ViewOptions.defaults());
        RepositoryFileSystem contained = view(ViewOptions.defaults().withContainSymlinks(true));
        int bent = 0;
        for (Walk.Listed listed : Walk.list(Walk.directory(plain, SMALL + "/links"), 50)) {
            if ((listed.mode() & Attributes.TYPE_MASK) != Attributes.SYMLINK) {
                continue;
            }
            byte[] before = Walk.node(plain, SMALL + "/links/" + listed.text()).readLink();
            Node after = Walk.node(contained, SMALL + "/links/" + listed.text());
            assertThat(after.attributes().sizeBytes()).isEqualTo(after.readLink().length);
            if (before.length > 0 && before[0] == '/') {
                assertThat(new String(after.readLink(), UTF_8))
                        .isEqualTo(".." + new String(before, UTF_8));
                bent++;
            }
        }
        assertThat(bent).isPositive();
        plain.close();
        contained.close();
    }

    @Test
    void whatIsToBeShownIsChecked() {
        SnapshotId snapshot = SnapshotId.parse("host/full/2026-01-02T00:00:00Z");
        Namespace root = Namespace.ROOT;
        for (Scope missing :
                List.of(
                        new Scope.Everything(Namespace.parse("no/such")),
                        new Scope.Group(root, GroupId.parse("host/none")),
                        new Scope.OneSnapshot(root, SnapshotId.parse("vm/1/2026-01-02T00:00:00Z")),
                        new Scope.Archive(root, snapshot, "other.pxar"))) {
            RepositoryFileSystem fs = view(ViewOptions.defaults().withScope(missing));
            assertThatThrownBy(fs::checkScope).isInstanceOf(NotFound.class);
            fs.close();
        }
        RepositoryFileSystem locked =
                new RepositoryFileSystem(
                        repository,
                        KeyRing.empty(),
                        ViewOptions.defaults()
                                .withScope(new Scope.Archive(root, snapshot, "root.pxar")));
        assertThatThrownBy(locked::checkScope).isInstanceOf(BadKey.class);
        locked.close();
    }

    @Test
    void manyThreadsWithHardlyAnyCacheSeeTheSame() throws Exception {
        RepositoryFileSystem fs = view(ViewOptions.defaults().withCacheBytes(1 << 20));
        Map<String, String> expected = TreeLines.ofDirectory(Walk.directory(fs, SMALL));
        ExecutorService threads = Executors.newFixedThreadPool(6);
        try {
            Callable<Map<String, String>> walk =
                    () -> TreeLines.ofDirectory(Walk.directory(fs, SMALL));
            List<Future<Map<String, String>>> results =
                    threads.invokeAll(IntStream.range(0, 6).mapToObj(i -> walk).toList());
            for (Future<Map<String, String>> result : results) {
                assertThat(result.get()).isEqualTo(expected);
            }
        } finally {
            threads.shutdownNow();
            fs.close();
        }
    }

    /** With a count of 1, rsync -H would tear the names of a file apart. */
    @Test
    void filesCountTwoLinksWhereTheLinksCannotBeCounted() {
        OpenSnapshots snapshots =
                new OpenSnapshots(repository, keys, new ChunkCache(64 << 20), Duration.ZERO);
        SnapshotKey key =
                new SnapshotKey(
                        Namespace.ROOT, SnapshotId.parse("host/plain/2026-01-02T00:00:00Z"));
        List<RuntimeException> heard = new ArrayList<>();
        Damaged damaged = new Damaged("metadata");
        try (OpenSnapshot snapshot = snapshots.hold(key)) {
            OpenArchive open = snapshot.archive(snapshot.files().get("root.pxar"));
            OpenArchive uncounted =
                    new OpenArchive(
                            open.reader(),
                            open.content(),
                            new FutureTask<>(
                                    () -> {
                                        throw damaged;
                                    }));
            Entry file = open.reader().lookupPath("links/target.txt".getBytes(UTF_8)).orElseThrow();
            assertThat(open.links(file, heard::add)).isEqualTo(1);
            assertThat(heard).isEmpty();
            assertThat(uncounted.links(file, heard::add)).isEqualTo(2);
            assertThat(heard).containsExactly(damaged);
        }
        snapshots.close();
    }

    @Test
    void statFsIsReadOnlyAndSane() {
        RepositoryFileSystem fs = view(ViewOptions.defaults());
        assertThat(fs.statFs().blockBytes()).isEqualTo(4096);
        assertThat(fs.statFs().blocks()).isPositive();
        assertThat(fs.statFs().freeBlocks()).isZero();
        assertThat(fs.statFs().nameMax()).isEqualTo(255);
        fs.close();
    }
}
