package dev.holdfast.backup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.format.SnapshotId;
import dev.holdfast.os.RawFiles;
import dev.holdfast.snapshot.Snapshot;
import dev.holdfast.snapshot.SnapshotBuilder;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** Trees with everything that is difficult, there and back, judged by independent tools. */
class BackupRestoreTest {
    private static TestStore store;

    private Path dir;

    @BeforeAll
    static void createStore() {
        store = TestStore.empty();
    }

    @BeforeEach
    void makeDirectory(TestInfo test) {
        dir = TestTools.freshDirectory(test.getTestMethod().orElseThrow().getName());
    }

    @AfterAll
    static void closeStore() {
        store.close();
    }

    @Test
    void restoresTheWholeTreeThroughItsGenerations() {
        Path source = dir.resolve("source");
        TestTools.makeTree(source, "v1");
        Set<String> excluded = Set.of("a.tmp", "b.tmp", "x");
        TestStore.Backup first = store.backup("full", source, ScanOptions.DEFAULT, true);
        assertThat(first.problems()).isEmpty();
        assertThat(first.reused()).isEmpty();
        assertThat(first.read()).doesNotContainAnyElementsOf(excluded).contains("important.tmp");
        checkRestored(source, first, "1");

        TestStore.Backup same = store.backup("full", source, ScanOptions.DEFAULT, true);
        // 64 bytes of start marker and neighbours are padding; everything is taken over.
        assertThat(same.read()).isEmpty();
        assertThat(same.reused()).isEqualTo(first.read());
        checkRestored(source, same, "2");

        TestTools.makeTree(source, "v1b");
        TestStore.Backup changed = store.backup("full", source, ScanOptions.DEFAULT, true);
        assertThat(changed.read()).contains("epoch", "zz-added-in-v1b");
        assertThat(changed.read()).hasSizeLessThan(first.read().size() / 2);
        checkRestored(source, changed, "3");

        TestTools.makeTree(source, "v2");
        TestStore.Backup more = store.backup("full", source, ScanOptions.DEFAULT, true);
        checkRestored(source, more, "4");
        TestStore.Backup data = store.backup("full", source, ScanOptions.DEFAULT, false);
        assertThat(data.reused()).isEmpty();
        checkRestored(source, data, "5");
        store.assertClean();
    }

    /** Source and restored tree are the same, except for what the source itself excludes. */
    private void checkRestored(Path source, TestStore.Backup backup, String name) {
        Path target = dir.resolve("restored-" + name);
        TestStore.Restored restored =
                store.restore(backup.id(), "/", target, RestoreOptions.standard());
        assertThat(restored.failures()).isEmpty();
        assertThat(restored.warnings()).isEmpty();
        List<String> expected =
                TestTools.manifest(source).stream()
                        .filter(
                                line ->
                                        !line.matches(
                                                ".*\"path\":\"excl/(a.tmp|dironly.*|rooted)\".*"))
                        .filter(line -> !line.contains("\"path\":\"excl/keep/b.tmp\""))
                        .toList();
        assertThat(TestTools.manifest(target)).isEqualTo(expected);
    }

    @Test
    void namesThatAreNoUtf8SurviveAnywhereInTheTree() {
        byte[] root = TestStore.raw(dir.resolve("raw"));
        RawFiles.mkdir(root, 0755);
        byte[] odd = RawFiles.child(root, new byte[] {(byte) 0xff, '\n', (byte) 0xc3});
        RawFiles.mkdir(odd, 0711);
        RawFiles.symlink(new byte[] {(byte) 0xfe}, RawFiles.child(odd, new byte[] {(byte) 0x80}));
        RawFiles.mknod(RawFiles.child(odd, new byte[] {'~', (byte) 0x90}), 0100640, 0);
        TestStore.Backup backup =
                store.backup("raw", dir.resolve("raw"), ScanOptions.DEFAULT, false);
        store.restore(backup.id(), "/", dir.resolve("back"), RestoreOptions.standard());
        TestTools.assertSameTree(dir.resolve("raw"), dir.resolve("back"));
    }

    @Test
    void holesStayHoles() throws IOException {
        Path source = Files.createDirectory(dir.resolve("source"));
        try (RandomAccessFile file = new RandomAccessFile(source.resolve("holes").toFile(), "rw")) {
            file.setLength(64 << 20);
            file.seek(5_000_000);
            file.write("data in the middle".getBytes(java.nio.charset.StandardCharsets.UTF_8));
            file.seek((20 << 20) - 1);
            file.write(1);
        }
        TestStore.Backup backup = store.backup("holes", source, ScanOptions.DEFAULT, false);
        Path target = dir.resolve("target");
        store.restore(backup.id(), "/", target, RestoreOptions.standard());
        TestTools.assertSameTree(source, target);
        long blocks = RawFiles.lstat(TestStore.raw(target.resolve("holes"))).blocks512();
        assertThat(blocks * 512).isLessThan(64 << 10);
    }

    @Test
    void recordsThePatternsOfTheCommandLine() throws IOException {
        Path source = Files.createDirectory(dir.resolve("source"));
        Files.writeString(source.resolve("a.o"), "x");
        Files.writeString(source.resolve("a.c"), "x");
        ScanOptions options =
                new ScanOptions(false, Set.of(), List.of(ExcludePattern.parse("*.o")));
        TestStore.Backup backup = store.backup("patterns", source, options, true);
        assertThat(backup.read()).containsExactly("a.c");
        try (Snapshot snapshot = store.open(backup.id())) {
            byte[] prelude = snapshot.archive(TestStore.ARCHIVE).prelude().orElseThrow();
            assertThat(prelude).asString().isEqualTo("{\"exclude-patterns\":\"*.o\\n\"}");
        }
    }

    @Test
    void imagesAndBlobsComeBackWithTheirHoles() throws IOException {
        Path image = dir.resolve("image");
        byte[] content = new byte[9_000_001];
        new Random(3).nextBytes(content);
        Arrays.fill(content, 1_000_000, 7_000_000, (byte) 0);
        Arrays.fill(content, 8_999_000, content.length, (byte) 0);
        Files.write(image, content);
        SnapshotId id = SnapshotId.parse("vm/1/2026-01-01T00:00:00Z");
        try (SnapshotBuilder builder = store.builder(id)) {
            try (HostImage open = HostImage.open(TestStore.raw(image))) {
                builder.image("disk.img", open);
            }
            builder.blob("fw.conf", HostImage.blob(TestStore.raw(Path.of("pom.xml"))));
            builder.finish(Optional.empty());
        }
        StreamRestorer restorer = new StreamRestorer(false, n -> {});
        try (Snapshot snapshot = store.open(id)) {
            Path back = dir.resolve("back");
            restorer.toFile(
                    snapshot.source(snapshot.manifest().file("disk.img.fidx").orElseThrow()),
                    TestStore.raw(back));
            assertThat(back).hasSameBinaryContentAs(image);
            assertThat(RawFiles.lstat(TestStore.raw(back)).blocks512() * 512).isLessThan(4_000_000);
            restorer.toFile(
                    snapshot.blob(snapshot.manifest().file("fw.conf.blob").orElseThrow()),
                    TestStore.raw(dir.resolve("conf")));
            assertThat(dir.resolve("conf")).hasSameBinaryContentAs(Path.of("pom.xml"));
        }
    }
}
