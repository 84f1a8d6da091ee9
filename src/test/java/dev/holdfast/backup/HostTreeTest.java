package dev.holdfast.backup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.NotFound;
import dev.holdfast.Refused;
import dev.holdfast.os.RawFiles;
import dev.holdfast.os.Stat;
import dev.holdfast.snapshot.SourceEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

class HostTreeTest {
    private final List<String> said = new ArrayList<>();
    private final ScanListener listener =
            new ScanListener() {
                @Override
                public void skipped(byte[] path, String reason) {
                    said.add("skipped " + new String(path, UTF_8));
                }

                @Override
                public void incomplete(byte[] path, String reason) {
                    said.add(new String(path, UTF_8) + " " + reason);
                }

                @Override
                public void mountPoint(byte[] path) {
                    said.add("mount point " + new String(path, UTF_8));
                }
            };
    private Path dir;

    @BeforeEach
    void makeDirectory(TestInfo test) {
        dir = TestTools.freshDirectory(test.getTestMethod().orElseThrow().getName());
    }

    private HostTree open(ScanOptions options) {
        return HostTree.open(TestStore.raw(dir), options, Optional.empty(), listener);
    }

    private static ScanOptions excluding(String... patterns) {
        List<ExcludePattern> parsed = new ArrayList<>();
        for (String pattern : patterns) {
            parsed.add(ExcludePattern.parse(pattern));
        }
        return new ScanOptions(false, Set.of(), parsed);
    }

    private List<String> walk(ScanOptions options) {
        try (HostTree tree = open(options)) {
            List<String> paths = new ArrayList<>();
            walk(tree.root(), "", paths);
            return paths;
        }
    }

    private static void walk(SourceEntry.Directory directory, String path, List<String> paths) {
        Iterator<SourceEntry> children = directory.children();
        while (children.hasNext()) {
            SourceEntry child = children.next();
            String childPath = path + "/" + new String(child.name(), UTF_8);
            paths.add(childPath);
            if (child instanceof SourceEntry.Directory below) {
                walk(below, childPath, paths);
            }
        }
    }

    @Test
    void sortsByUnsignedBytes() throws IOException {
        for (String name : List.of("b", "B", "a-", "a", "é", "a/x", "a.b")) {
            Path path = dir.resolve(name);
            if (!name.equals("a")) {
                Files.createDirectories(path.getParent());
                Files.writeString(path, "");
            }
        }
        assertThat(walk(ScanOptions.DEFAULT))
                .containsExactly("/B", "/a", "/a/x", "/a-", "/a.b", "/b", "/é");
    }

    @Test
    void leavesOutWhatPatternsExclude() throws IOException {
        Files.createDirectories(dir.resolve("many/deep"));
        Files.createDirectories(dir.resolve("sub"));
        for (String name : List.of("a.txt", "b", "sub/c.txt", "sub/keep.txt", "many/deep/x")) {
            Files.writeString(dir.resolve(name), "");
        }
        Files.writeString(dir.resolve(".pxarexclude-cli"), "from a restore");
        Files.writeString(dir.resolve("sub/.pxarexclude"), "!keep.txt\n..\n");
        assertThat(walk(excluding("/many", "*.txt")))
                .containsExactly("/b", "/sub", "/sub/.pxarexclude", "/sub/keep.txt");
        assertThat(said).hasSize(1);
        assertThat(said.get(0)).contains("'..' is no exclude pattern");
    }

    @Test
    void reportsWhatVanishesAndGoesOn() throws IOException {
        for (String name : List.of("a", "b", "c")) {
            Files.writeString(dir.resolve(name), "content of " + name);
        }
        Files.createLink(dir.resolve("a2"), dir.resolve("a"));
        try (HostTree tree = open(ScanOptions.DEFAULT)) {
            Iterator<SourceEntry> children = tree.root().children();
            SourceEntry.File a = (SourceEntry.File) children.next();
            Files.delete(dir.resolve("b"));
            assertThat(children.next().name()).isEqualTo("a2".getBytes(UTF_8));
            assertThat(children.next().name()).isEqualTo("c".getBytes(UTF_8));
            // Met before, looked for again only now.
            Files.delete(dir.resolve("a"));
            assertThat(a.open()).isEmpty();
            assertThat(said)
                    .containsExactly("skipped " + dir.resolve("b"), "skipped " + dir.resolve("a"));
            assertThat(tree.skipped()).isEqualTo(2);
        }
    }

    @Test
    void opensAFileAgainAfterItsDirectoryIsDoneButNoOther() throws IOException {
        Files.createDirectories(dir.resolve("d/e"));
        Files.writeString(dir.resolve("d/e/a"), "first");
        Files.createLink(dir.resolve("d/e/b"), dir.resolve("d/e/a"));
        Files.writeString(dir.resolve("z"), "");
        try (HostTree tree = open(ScanOptions.DEFAULT)) {
            List<SourceEntry.File> files = new ArrayList<>();
            collect(tree.root(), files);
            byte[] buffer = new byte[10];
            try (SourceEntry.Content content = files.get(0).open().orElseThrow()) {
                assertThat(content.read(buffer, 0, 10)).isEqualTo(5);
            }
            Files.delete(dir.resolve("d/e/a"));
            Files.writeString(dir.resolve("d/e/a"), "other");
            assertThat(files.get(0).open()).isEmpty();
            Files.move(dir.resolve("d/e"), dir.resolve("moved"));
            Files.createSymbolicLink(dir.resolve("d/e"), dir.resolve("moved"));
            assertThat(files.get(1).open()).as("not through a link").isEmpty();
        }
    }

    private static void collect(SourceEntry.Directory directory, List<SourceEntry.File> files) {
        directory
                .children()
                .forEachRemaining(
                        child -> {
                            if (child instanceof SourceEntry.Directory below) {
                                collect(below, files);
                            } else if (child instanceof SourceEntry.File file) {
                                files.add(file);
                            }
                        });
    }

    @Test
    void saysIfAFileChangesWhileItIsRead() throws IOException {
        Path file = Files.writeString(dir.resolve("log"), "line\n");
        try (HostTree tree = open(ScanOptions.DEFAULT)) {
            SourceEntry.File entry = (SourceEntry.File) tree.root().children().next();
            try (SourceEntry.Content content = entry.open().orElseThrow()) {
                Files.writeString(file, "line\nand another\n");
                assertThat(content.read(new byte[5], 0, 5)).isEqualTo(5);
            }
            assertThat(said).hasSize(1);
            assertThat(said.get(0)).contains("changed while it was read");
            assertThat(tree.incomplete()).isEqualTo(1);
        }
    }

    @Test
    void storesAMountPointEmptyUnlessItIsWanted() throws IOException {
        TestTools.assumeRoot();
        Path mount = Files.createDirectory(dir.resolve("mnt"));
        TestTools.Result mounted =
                TestTools.tryRun(List.of("mount", "-t", "tmpfs", "none", mount.toString()));
        org.junit.jupiter.api.Assumptions.assumeTrue(mounted.status() == 0, mounted.output());
        try {
            Files.writeString(mount.resolve("inside"), "x");
            Stat stat = RawFiles.lstat(TestStore.raw(mount));
            assertThat(walk(ScanOptions.DEFAULT)).containsExactly("/mnt");
            assertThat(said).containsExactly("mount point " + mount);
            assertThat(walk(new ScanOptions(true, Set.of(), List.of())))
                    .containsExactly("/mnt", "/mnt/inside");
            assertThat(walk(new ScanOptions(false, Set.of(stat.device()), List.of())))
                    .containsExactly("/mnt", "/mnt/inside");
        } finally {
            TestTools.run("umount", mount.toString());
        }
    }

    @Test
    void refusesWhatIsNoDirectoryToBackUp() throws IOException {
        assertThatThrownBy(
                        () ->
                                HostTree.open(
                                        "/proc".getBytes(UTF_8),
                                        ScanOptions.DEFAULT,
                                        Optional.empty(),
                                        listener))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("virtual");
        byte[] file = TestStore.raw(Files.writeString(dir.resolve("f"), ""));
        assertThatThrownBy(
                        () -> HostTree.open(file, ScanOptions.DEFAULT, Optional.empty(), listener))
                .isInstanceOf(NotFound.class)
                .hasMessageContaining("not a directory");
    }

    @Test
    void readsAnImageWithItsHolesAndRefusesWhatIsTooLongForABlob() throws IOException {
        Path image = dir.resolve("image");
        TestTools.run("truncate", "-s", "20M", image.toString());
        assertThatThrownBy(() -> HostImage.blob(TestStore.raw(image)))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("20971520 bytes");
        long total = 0;
        try (HostImage open = HostImage.open(TestStore.raw(image))) {
            assertThat(open.sizeBytes()).isEqualTo(20 << 20);
            byte[] buffer = new byte[1 << 20];
            for (int n = open.read(buffer, 0, buffer.length);
                    n >= 0;
                    n = open.read(buffer, 0, buffer.length)) {
                total += n;
            }
            assertThat(open.hasChanged()).isFalse();
        }
        assertThat(total).isEqualTo(20 << 20);
        Path blob = Files.writeString(dir.resolve("blob"), "content");
        assertThat(HostImage.blob(TestStore.raw(blob))).isEqualTo("content".getBytes(UTF_8));
        assertThatThrownBy(() -> HostImage.open(TestStore.raw(dir))).isInstanceOf(Refused.class);
    }
}
