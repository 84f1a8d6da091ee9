package dev.holdfast.mount;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.Golden;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.fuse.Attributes;
import dev.holdfast.fuse.Directory;
import dev.holdfast.fuse.Errno;
import dev.holdfast.fuse.Node;
import dev.holdfast.store.Repository;
import dev.holdfast.store.local.LocalDatastore;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code .versions} and {@code .diff} of what the official client backed up. */
class FoundTreesTest {
    private static final String GROUP = "host/full";
    private static final String FIRST = "2026-01-01T00:00:00Z";
    private static final String FOURTH = "2026-01-04T00:00:00Z";
    private static final String FIFTH = "2026-01-05T00:00:00Z";

    /** Trees that were read, as several tests compare the same ones. */
    private static final Map<String, Map<String, String>> TREES = new HashMap<>();

    @TempDir static Path dir;
    private static Repository repository;
    private static KeyRing keys;
    private static RepositoryFileSystem fs;

    @BeforeAll
    static void open() {
        repository = LocalDatastore.open(Golden.store());
        keys = GoldenKeys.all();
        fs =
                new RepositoryFileSystem(
                        repository,
                        keys,
                        ViewOptions.defaults().withIndexDirectory(Optional.of(dir)));
    }

    @AfterAll
    static void close() {
        fs.close();
        repository.close();
        keys.close();
    }

    private static void isMissing(String path) {
        assertThatThrownBy(() -> Walk.node(fs, path))
                .isInstanceOfSatisfying(
                        Errno.class, e -> assertThat(e.number()).isEqualTo(Errno.ENOENT));
    }

    @Test
    void areFoundByNameAndNotListed() {
        assertThat(Walk.names(Walk.directory(fs, GROUP)))
                .containsExactly(
                        FIRST,
                        "2026-01-02T00:00:00Z",
                        "2026-01-03T00:00:00Z",
                        FOURTH,
                        FIFTH,
                        "latest");
        assertThat(Walk.names(Walk.directory(fs, GROUP + "/.versions")))
                .containsExactly("etc.conf", "root.pxar");
        assertThat(Walk.names(Walk.directory(fs, GROUP + "/.diff"))).isEmpty();
        isMissing("host/.versions");
        isMissing(GROUP + "/.other");
    }

    @Test
    void nobodyButTheOwnerOfTheMountGetsIn() {
        for (String path :
                List.of(
                        ".versions",
                        ".versions/root.pxar/links",
                        ".diff",
                        ".diff/" + FOURTH + ".." + FIFTH + "/added")) {
            assertThat(Walk.node(fs, GROUP + "/" + path).attributes().mode())
                    .isEqualTo(Attributes.DIRECTORY | 0500);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "host/full",
                "host/full/" + FIRST,
                "host/full/" + FIRST + "/root.pxar",
                "host/full/" + FIRST + "/root.pxar/links",
                "host/full/.versions",
                "host/full/.versions/root.pxar/links",
                "host/full/.versions/root.pxar/links/target.txt",
                "host/full/.diff",
                "host/full/.diff/" + FOURTH + ".." + FIFTH,
                "host/full/.diff/" + FOURTH + ".." + FIFTH + "/changed",
                "host/full/.diff/" + FOURTH + ".." + FIFTH + "/changed/root.pxar",
            })
    void aDirectoryKnowsTheOneAbove(String path) {
        String above = path.substring(0, path.lastIndexOf('/'));
        assertThat(Walk.directory(fs, path).parentInode())
                .isEqualTo(Walk.node(fs, above).attributes().inode());
    }

    @Test
    void aFileHasADirectoryOfItsVersions() {
        String file = GROUP + "/.versions/root.pxar/links/target.txt";
        assertThat(Walk.names(Walk.directory(fs, file))).containsExactly(FIRST, FIFTH);
        for (String time : List.of(FIRST, FIFTH)) {
            Node version = Walk.node(fs, file + "/" + time);
            Node original = Walk.node(fs, GROUP + "/" + time + "/root.pxar/links/target.txt");
            assertThat(Walk.read(version)).isEqualTo(Walk.read(original)).isNotEmpty();
            assertThat(version.attributes().mode()).isEqualTo(original.attributes().mode());
            assertThat(version.attributes().inode()).isNotEqualTo(original.attributes().inode());
        }
        assertThat(Walk.read(Walk.node(fs, file + "/" + FIRST)))
                .isNotEqualTo(Walk.read(Walk.node(fs, file + "/" + FIFTH)));
        isMissing(file + "/" + FOURTH);
    }

    @Test
    void whatIsGoneStaysAmongTheVersions() {
        String gone = "root.pxar/big-dir/file-00100.txt";
        isMissing(GROUP + "/" + FIFTH + "/" + gone);
        assertThat(Walk.names(Walk.directory(fs, GROUP + "/.versions/" + gone)))
                .containsExactly(FIRST);
        assertThat(Walk.read(Walk.node(fs, GROUP + "/.versions/" + gone + "/" + FIRST)))
                .isEqualTo(Walk.read(Walk.node(fs, GROUP + "/" + FOURTH + "/" + gone)));
    }

    @Test
    void imagesAndLinksHaveVersionsToo() {
        assertThat(Walk.names(Walk.directory(fs, "vm/100/.versions/drive-scsi0.img")))
                .containsExactly(FIRST, "2026-01-02T00:00:00Z");
        Directory links = Walk.directory(fs, GROUP + "/.versions/root.pxar/links");
        assertThat(Walk.names(links)).contains("target.txt", "hard-a");
    }

    /** Everything below a directory, and what it is; of files the content. */
    private static Map<String, String> tree(String path) {
        return TREES.computeIfAbsent(
                path,
                p -> {
                    Map<String, String> lines = TreeLines.ofDirectory(Walk.directory(fs, p));
                    lines.remove("");
                    return lines;
                });
    }

    private static Set<String> filesOf(Map<String, String> tree) {
        Set<String> files = new HashSet<>();
        tree.forEach(
                (path, line) -> {
                    if (!line.startsWith("d")) {
                        files.add(path + line.replaceAll(" (links|of) [0-9a-f]+", ""));
                    }
                });
        return files;
    }

    @ParameterizedTest
    @CsvSource({
        "host/full, 2026-01-04T00:00:00Z, 2026-01-05T00:00:00Z",
        "host/full, 2026-01-05T00:00:00Z, 2026-01-04T00:00:00Z",
        "host/full, 2026-01-03T00:00:00Z, 2026-01-04T00:00:00Z",
    })
    void aDiffHasWhatIsInOneTreeOnlyOrDiffers(String group, String before, String after) {
        Map<String, String> old = tree(group + "/" + before + "/root.pxar");
        Map<String, String> now = tree(group + "/" + after + "/root.pxar");
        String diff = group + "/.diff/" + before + ".." + after;
        Map<String, String> added = new TreeMap<>(now);
        added.keySet().removeAll(old.keySet());
        Map<String, String> removed = new TreeMap<>(old);
        removed.keySet().removeAll(now.keySet());
        Map<String, String> changed = new TreeMap<>(now);
        changed.keySet().retainAll(old.keySet());
        changed.keySet().removeIf(path -> same(old.get(path)).equals(same(now.get(path))));
        compare(diff + "/added", added);
        compare(diff + "/removed", removed);
        compare(diff + "/changed", changed);
        assertThat(filesOf(added).size() + filesOf(removed).size() + filesOf(changed).size())
                .isPositive();
    }

    /** Directories may be there for what is in them, files not. */
    private static void compare(String path, Map<String, String> expected) {
        Map<String, String> shown = shown(path);
        assertThat(filesOf(shown)).isEqualTo(filesOf(expected));
        assertThat(shown.keySet()).containsAll(expected.keySet());
    }

    /** How many names a file has is no difference between two of its names. */
    private static String same(String line) {
        return line.replaceAll(" (links|of) [0-9a-f]+", "");
    }

    private static Map<String, String> shown(String path) {
        boolean any = Walk.names(Walk.directory(fs, path)).contains("root.pxar");
        return any ? tree(path + "/root.pxar") : new TreeMap<>();
    }

    @Test
    void aDiffOfEqualTreesIsEmpty() {
        String diff = GROUP + "/.diff/" + FIFTH + ".." + FIFTH;
        assertThat(Walk.names(Walk.directory(fs, diff)))
                .containsExactly("added", "changed", "removed");
        for (String part : List.of("added", "changed", "removed")) {
            assertThat(Walk.names(Walk.directory(fs, diff + "/" + part))).isEmpty();
        }
        assertThat(Walk.directory(fs, GROUP + "/.diff/" + FOURTH + "..latest/added/root.pxar"))
                .isNotNull();
        isMissing(GROUP + "/.diff/" + FIFTH);
        isMissing(GROUP + "/.diff/" + FIFTH + "..tomorrow");
        isMissing(GROUP + "/.diff/" + FIFTH + ".." + FIFTH + "/all");
        isMissing(GROUP + "/.diff/" + FIFTH + ".." + FIFTH + "/added/root.pxar");
    }

    @Test
    void inodesAreUniqueAndStayTheSame() {
        Map<Long, String> seen = new TreeMap<>();
        for (String top : List.of(".versions/root.pxar/links", ".diff/" + FOURTH + ".." + FIFTH)) {
            collect(GROUP + "/" + top, seen);
        }
        collect(GROUP + "/" + FIFTH + "/root.pxar/acl", seen);
        assertThat(seen).hasSizeGreaterThan(100);
        try (Repository other = LocalDatastore.open(Golden.store());
                KeyRing ring = GoldenKeys.all()) {
            RepositoryFileSystem again =
                    new RepositoryFileSystem(other, ring, ViewOptions.defaults());
            seen.forEach(
                    (inode, path) ->
                            assertThat(Walk.node(again, path).attributes().inode())
                                    .as(path)
                                    .isEqualTo(inode));
            again.close();
        }
    }

    private static void collect(String path, Map<Long, String> seen) {
        for (Walk.Listed listed : Walk.list(Walk.directory(fs, path), 7)) {
            String child = path + "/" + listed.text();
            Node node = Walk.directory(fs, path).lookup(listed.name());
            assertThat(node.attributes().inode()).as(child).isEqualTo(listed.inode());
            if (new String(listed.name(), UTF_8).getBytes(UTF_8).length == listed.name().length) {
                assertThat(seen.put(listed.inode(), child)).as(child).isNull();
            }
            if (node instanceof Directory) {
                collect(child, seen);
            }
        }
    }
}
