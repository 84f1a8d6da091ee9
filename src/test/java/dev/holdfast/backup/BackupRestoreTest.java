package dev.holdfast.backup;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.os.RawFiles;
import java.io.IOException;
import java.io.RandomAccessFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
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
}
