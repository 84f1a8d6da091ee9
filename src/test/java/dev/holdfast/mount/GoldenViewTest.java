package dev.holdfast.mount;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.Golden;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.Sha256;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.fuse.Attributes;
import dev.holdfast.fuse.Node;
import dev.holdfast.store.Repository;
import dev.holdfast.store.local.LocalDatastore;
import java.io.IOException;
import java.nio.file.Files;
import java.util.Map;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What the official client backed up, seen through the view. */
class GoldenViewTest {
    private static Repository repository;
    private static KeyRing keys;
    private static RepositoryFileSystem fs;

    @BeforeAll
    static void open() {
        repository = LocalDatastore.open(Golden.store());
        keys = GoldenKeys.all();
        fs = new RepositoryFileSystem(repository, keys, ViewOptions.defaults());
    }

    @AfterAll
    static void close() {
        fs.close();
        repository.close();
        keys.close();
    }

    @ParameterizedTest
    @CsvSource({
        "host/full/2026-01-01T00:00:00Z/root.pxar, full-v1, ''",
        "host/full/2026-01-02T00:00:00Z/root.pxar, full-v1, ''",
        "host/full/2026-01-03T00:00:00Z/root.pxar, full-v1, ''",
        "host/full/2026-01-04T00:00:00Z/root.pxar, full-v1b, ''",
        "host/full/2026-01-05T00:00:00Z/root.pxar, full-v2, ''",
        "host/plain/2026-01-01T00:00:00Z/root.pxar, small, ''",
        "host/plain/2026-01-02T00:00:00Z/root.pxar, small, ''",
        "host/signed/2026-01-01T00:00:00Z/root.pxar, small, ''",
        "host/otherkey/2026-01-01T00:00:00Z/root.pxar, small, ''",
        "ns/a/ns/b/host/nested/2026-01-01T00:00:00Z/root.pxar, small, ''",
        "ct/101/2026-01-01T00:00:00Z/root.pxar, small, ''",
        "ct/101/2026-01-01T00:00:00Z/mp0.pxar, small, names",
    })
    void showsTheTreeThatWasBackedUp(String path, String manifest, String subtree) {
        Map<String, String> expected = TreeLines.ofManifest(manifest, subtree);
        without(expected, "excl/a.tmp", "excl/dironly", "excl/keep/b.tmp", "excl/rooted");
        Map<String, String> actual = TreeLines.ofDirectory(Walk.directory(fs, path));
        if (path.contains("nested")) {
            without(expected, "many");
            assertThat(actual.remove(TreeLines.hex(".pxarexclude-cli"))).contains("mode 0600");
        }
        assertThat(expected).hasSizeGreaterThan(20);
        assertThat(actual).isEqualTo(expected);
    }

    private static void without(Map<String, String> lines, String... paths) {
        for (String path : paths) {
            String hex = TreeLines.hex(path);
            lines.keySet().removeIf(k -> k.equals(hex) || k.startsWith(hex + "2f"));
        }
    }

    @ParameterizedTest
    @CsvSource({
        "vm/100/2026-01-01T00:00:00Z/drive-scsi0.img, e526136e",
        "vm/100/2026-01-02T00:00:00Z/drive-scsi0.img, df91a5d4",
    })
    void showsImages(String path, String sha256) {
        Node image = Walk.node(fs, path);
        Attributes attributes = image.attributes();
        assertThat(attributes.sizeBytes()).isEqualTo(18_874_880);
        assertThat(attributes.mode()).isEqualTo(Attributes.REGULAR | 0400);
        assertThat(Sha256.of(Walk.read(image)).hex()).startsWith(sha256);
        long zeroChunks = zeroChunks(Walk.read(image));
        assertThat(attributes.blocks512())
                .isEqualTo((18_874_880 + 511) / 512 - zeroChunks * (4 << 20) / 512);
    }

    private static long zeroChunks(byte[] image) {
        long zeroChunks = 0;
        byte[] zeros = new byte[4 << 20];
        for (int at = 0; at + zeros.length <= image.length; at += zeros.length) {
            if (java.util.Arrays.equals(image, at, at + zeros.length, zeros, 0, zeros.length)) {
                zeroChunks++;
            }
        }
        return zeroChunks;
    }

    @ParameterizedTest
    @CsvSource({
        "host/full/2026-01-01T00:00:00Z/etc.conf, short.conf",
        "host/full/2026-01-02T00:00:00Z/etc.conf, long.conf",
        "host/plain/2026-01-01T00:00:00Z/random.conf, random.conf",
        "host/plain/2026-01-01T00:00:00Z/long.conf, long.conf",
        "host/plain/2026-01-01T00:00:00Z/empty.conf, empty.conf",
        "host/signed/2026-01-01T00:00:00Z/long.conf, long.conf",
        "vm/100/2026-01-01T00:00:00Z/qemu-server.conf, short.conf",
        "vm/100/2026-01-01T00:00:00Z/random.conf, random.conf",
        "vm/100/2026-01-01T00:00:00Z/empty.conf, empty.conf",
        "vm/100/2026-01-02T00:00:00Z/qemu-server.conf, long.conf",
        "ct/101/2026-01-01T00:00:00Z/pct.conf, short.conf",
        "ct/101/2026-01-01T00:00:00Z/client.log, client.log",
    })
    void showsBlobs(String path, String input) throws IOException {
        byte[] expected = Files.readAllBytes(Golden.dir().resolve("inputs").resolve(input));
        Node blob = Walk.node(fs, path);
        assertThat(blob.attributes().sizeBytes()).isEqualTo(expected.length);
        assertThat(Walk.read(blob)).isEqualTo(expected);
    }

    @Test
    void showsTheWrappedKey() throws IOException {
        byte[] expected = Files.readAllBytes(Golden.dir().resolve("keys/key2.rsa-encrypted.key"));
        assertThat(Walk.read(Walk.node(fs, "host/otherkey/2026-01-01T00:00:00Z/rsa-encrypted.key")))
                .isEqualTo(expected);
    }

    @Test
    void listsTheRepository() {
        assertThat(Walk.names(fs.root())).containsExactly("ct", "host", "ns", "vm");
        assertThat(Walk.names(Walk.directory(fs, "ns"))).containsExactly("a");
        assertThat(Walk.names(Walk.directory(fs, "ns/a"))).containsExactly("ns");
        assertThat(Walk.names(Walk.directory(fs, "ns/a/ns/b"))).containsExactly("host");
        assertThat(Walk.names(Walk.directory(fs, "host")))
                .containsExactly("full", "otherkey", "plain", "signed");
        assertThat(Walk.names(Walk.directory(fs, "vm/100")))
                .containsExactly("2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "latest");
        assertThat(Walk.names(Walk.directory(fs, "ct/101/2026-01-01T00:00:00Z")))
                .containsExactly("client.log", "mp0.pxar", "pct.conf", "root.pxar");
        assertThat(Walk.names(Walk.directory(fs, "host/plain/2026-01-01T00:00:00Z")))
                .containsExactly(
                        "catalog.pcat1", "empty.conf", "long.conf", "random.conf", "root.pxar");
    }

    @Test
    void latestIsALinkToTheNewestSnapshot() {
        Node latest = Walk.node(fs, "host/full/latest");
        assertThat(latest.readLink()).isEqualTo("2026-01-05T00:00:00Z".getBytes(UTF_8));
        assertThat(latest.attributes().type()).isEqualTo(Attributes.SYMLINK);
        assertThat(latest.attributes().sizeBytes()).isEqualTo(20);
    }

    @Test
    void snapshotsHaveTheTimeOfTheBackup() {
        Attributes snapshot = Walk.node(fs, "host/full/2026-01-04T00:00:00Z").attributes();
        assertThat(snapshot.mtime().seconds()).isEqualTo(1_767_484_800);
        assertThat(snapshot.mode()).isEqualTo(Attributes.DIRECTORY | 0555);
        assertThat(Walk.node(fs, "host/full").attributes().mtime().seconds())
                .isEqualTo(1_767_571_200);
    }

    @Test
    void snapshotsTellOfTheirManifestInExtendedAttributes() {
        Node first = Walk.node(fs, "host/full/2026-01-01T00:00:00Z");
        assertThat(first.xattrNames())
                .contains("user.holdfast.crypt-mode", "user.holdfast.verify-state");
        assertThat(text(first, "protected")).isEqualTo("true");
        assertThat(text(first, "crypt-mode")).isEqualTo("encrypt");
        assertThat(text(first, "key-fingerprint"))
                .isEqualTo(GoldenKeys.key1().fingerprint().longForm());
        assertThat(text(first, "verify-state")).isEqualTo("ok");
        assertThat(text(first, "owner")).contains("@");
        Node second = Walk.node(fs, "host/full/2026-01-02T00:00:00Z");
        assertThat(text(second, "protected")).isEqualTo("false");
        assertThat(text(second, "notes")).isNotEmpty();
        assertThat(text(Walk.node(fs, "host/signed/2026-01-01T00:00:00Z"), "crypt-mode"))
                .isEqualTo("sign-only");
        assertThat(text(Walk.node(fs, "host/plain/2026-01-01T00:00:00Z"), "crypt-mode"))
                .isEqualTo("none");
    }

    @Test
    void archivesAnswerForTheirSnapshotWithoutListingIt() {
        Node root = Walk.node(fs, "host/full/2026-01-05T00:00:00Z/root.pxar");
        assertThat(root.xattrNames()).noneMatch(name -> name.startsWith("user.holdfast."));
        assertThat(text(root, "crypt-mode")).isEqualTo("encrypt");
        assertThat(Long.parseLong(text(root, "size"))).isPositive();
        Node file = Walk.node(fs, "host/full/2026-01-05T00:00:00Z/root.pxar/excl/.pxarexclude");
        assertThat(text(file, "chunks")).isEqualTo("1");
        assertThat(file.xattrNames()).isEmpty();
        assertThat(file.xattr("user.none")).isEmpty();
    }

    private static String text(Node node, String name) {
        return new String(node.xattr("user.holdfast." + name).orElseThrow(), UTF_8);
    }

    @Test
    void everyScopeShowsTheSameNodes() {
        SnapshotId snapshot = SnapshotId.parse("host/plain/2026-01-02T00:00:00Z");
        String file = "links/target.txt";
        Attributes expected = Walk.node(fs, snapshot + "/root.pxar/" + file).attributes();
        Namespace root = Namespace.ROOT;
        assertThat(scoped(new Scope.Group(root, snapshot.group()), "latest")).isNotNull();
        assertThat(
                        scoped(
                                new Scope.Group(root, snapshot.group()),
                                snapshot.timeText() + "/root.pxar/" + file))
                .isEqualTo(expected);
        assertThat(scoped(new Scope.OneSnapshot(root, snapshot), "root.pxar/" + file))
                .isEqualTo(expected);
        assertThat(scoped(new Scope.Archive(root, snapshot, "root.pxar"), file))
                .isEqualTo(expected);
        Namespace nested = Namespace.parse("a/b");
        assertThat(scoped(new Scope.Everything(nested), "host/nested").isDirectory()).isTrue();
        SnapshotId vm = SnapshotId.parse("vm/100/2026-01-01T00:00:00Z");
        assertThat(scoped(new Scope.Archive(root, vm, "drive-scsi0.img"), "drive-scsi0.img"))
                .isEqualTo(Walk.node(fs, vm + "/drive-scsi0.img").attributes());
    }

    private static Attributes scoped(Scope scope, String path) {
        RepositoryFileSystem scoped =
                new RepositoryFileSystem(repository, keys, ViewOptions.defaults().withScope(scope));
        try {
            scoped.checkScope();
            return Walk.node(scoped, path).attributes();
        } finally {
            scoped.close();
        }
    }
}
