package dev.holdfast.backup;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.NotFound;
import dev.holdfast.Refused;
import dev.holdfast.os.Descriptor;
import dev.holdfast.os.OpenInode;
import dev.holdfast.os.RawFiles;
import dev.holdfast.snapshot.Snapshot;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;

/** What a restore must not do, and what it does instead. */
class RestorerSafetyTest {
    private static TestStore store;
    private Path dir;
    private Path source;
    private Path target;

    @BeforeAll
    static void createStore() {
        store = TestStore.empty();
    }

    @AfterAll
    static void closeStore() {
        store.close();
    }

    @BeforeEach
    void makeDirectories(TestInfo test) throws IOException {
        dir = TestTools.freshDirectory(test.getTestMethod().orElseThrow().getName());
        source = Files.createDirectory(dir.resolve("source"));
        target = dir.resolve("target");
    }

    private TestStore.Backup backup() {
        return store.backup(dir.getFileName().toString(), source, ScanOptions.DEFAULT, false);
    }

    private TestStore.Restored restore(RestoreOptions options) {
        return store.restore(backup().id(), "/", target, options);
    }

    /** Nobody could remove the checkout with immutable files in it. */
    @AfterEach
    void dropFlags() {
        for (Path tree : List.of(source, target)) {
            if (Files.isDirectory(tree)) {
                TestTools.tryRun(List.of("chattr", "-R", "-f", "-i", "-a", tree.toString()));
            }
        }
    }

    @Test
    void refusesATargetThatIsNotEmpty() throws IOException {
        Files.writeString(source.resolve("a"), "new");
        Files.writeString(Files.createDirectory(target).resolve("a"), "old");
        assertThatThrownBy(() -> restore(RestoreOptions.standard()))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("--overwrite");
        assertThat(target.resolve("a")).hasContent("old");
    }

    @Test
    void overwritesWhatIsThereWithoutWritingIntoIt() throws IOException {
        Files.writeString(source.resolve("file"), "new");
        Files.createDirectory(source.resolve("sub"));
        Files.writeString(source.resolve("sub/inner"), "new");
        Files.createSymbolicLink(source.resolve("link"), Path.of("elsewhere"));
        Files.createDirectories(target.resolve("sub"));
        Files.writeString(dir.resolve("precious"), "old");
        Files.createLink(target.resolve("file"), dir.resolve("precious"));
        Files.writeString(target.resolve("link"), "a file");
        Files.writeString(target.resolve("sub/other"), "stays");
        TestStore.Restored restored = restore(RestoreOptions.standard().overwriting());
        assertThat(restored.failures()).isEmpty();
        assertThat(target.resolve("file")).hasContent("new");
        assertThat(dir.resolve("precious")).hasContent("old");
        assertThat(Files.readSymbolicLink(target.resolve("link"))).hasToString("elsewhere");
        assertThat(target.resolve("sub/inner")).hasContent("new");
        assertThat(target.resolve("sub/other")).hasContent("stays");
    }

    @Test
    void doesNotGoThroughALinkInTheTarget() throws IOException {
        Path outside = Files.createDirectory(dir.resolve("outside"));
        Files.writeString(outside.resolve("victim"), "old");
        Files.createDirectory(source.resolve("sub"));
        Files.writeString(source.resolve("sub/victim"), "new");
        Files.writeString(source.resolve("victim"), "new");
        Files.createDirectory(target);
        Files.createSymbolicLink(target.resolve("sub"), outside);
        Files.createSymbolicLink(target.resolve("victim"), outside.resolve("victim"));
        TestStore.Restored restored = restore(RestoreOptions.standard().overwriting());
        assertThat(outside.resolve("victim")).hasContent("old");
        assertThat(outside.toFile().list()).containsExactly("victim");
        assertThat(restored.report().failures()).isEqualTo(1);
        assertThat(restored.failures().get(0)).startsWith(target.resolve("sub") + ": ");
        assertThat(target.resolve("victim")).hasContent("new");
        assertThat(Files.isSymbolicLink(target.resolve("victim"))).isFalse();
    }

    @Test
    void doesNotReplaceADirectoryByAFile() throws IOException {
        Files.writeString(source.resolve("a"), "new");
        Files.createDirectories(target.resolve("a/b"));
        TestStore.Restored restored = restore(RestoreOptions.standard().overwriting());
        assertThat(restored.failures()).hasSize(1);
        assertThat(target.resolve("a/b")).isDirectory();
        assertThat(target.toFile().list()).containsExactly("a");
    }

    @Test
    void aDamagedChunkCostsTheFilesInItAndNothingElse() throws IOException {
        byte[] content = new byte[20 << 20];
        new Random(1).nextBytes(content);
        Files.writeString(source.resolve("a-first"), "before");
        Files.write(source.resolve("b-large"), content);
        Files.writeString(source.resolve("c-last"), "after");
        Files.createLink(source.resolve("d-link"), source.resolve("b-large"));
        TestStore.Backup backup = backup();
        try (Snapshot snapshot = store.open(backup.id())) {
            var index = snapshot.content(TestStore.ARCHIVE).index();
            assertThat(index.chunkCount()).isGreaterThan(2);
            int middle = index.chunkAt(10 << 20);
            flipAByte(store.chunk(index.digest(middle)));
        }
        TestStore.Restored restored =
                store.restore(backup.id(), "/", target, RestoreOptions.standard());
        assertThat(restored.failures()).hasSize(2);
        assertThat(restored.failures().get(0)).startsWith(target.resolve("b-large") + ": ");
        assertThat(restored.failures().get(1)).startsWith(target.resolve("d-link") + ": ");
        assertThat(restored.report().isComplete()).isFalse();
        assertThat(target.toFile().list()).containsExactlyInAnyOrder("a-first", "c-last");
        assertThat(target.resolve("c-last")).hasContent("after");
    }

    private static void flipAByte(Path file) throws IOException {
        byte[] bytes = Files.readAllBytes(file);
        bytes[bytes.length / 2] ^= 1;
        Files.write(file, bytes, StandardOpenOption.TRUNCATE_EXISTING);
    }

    @Test
    void withoutOwnersThereAreNoSetIdBits() throws IOException {
        Path file = Files.writeString(source.resolve("tool"), "x");
        RawFiles.chmod(TestStore.raw(file), 06755);
        TestStore.Restored restored = restore(new RestoreOptions(false, false));
        assertThat(RawFiles.lstat(TestStore.raw(target.resolve("tool"))).mode()).isEqualTo(0100755);
        assertThat(restored.warnings()).hasSize(1);
        assertThat(restored.failures()).isEmpty();
    }

    @Test
    void flagsThatForbidLinkingComeAfterAllNames() throws IOException {
        TestTools.assumeRoot();
        Files.writeString(source.resolve("a"), "immutable");
        Files.createLink(source.resolve("b"), source.resolve("a"));
        Files.createDirectory(source.resolve("c"));
        Files.createLink(source.resolve("c/d"), source.resolve("a"));
        TestTools.run("chattr", "+i", source.resolve("a").toString());
        TestTools.run("chattr", "+a", source.resolve("c").toString());
        TestStore.Restored restored = restore(RestoreOptions.standard());
        assertThat(restored.failures()).isEmpty();
        assertThat(restored.warnings()).isEmpty();
        TestTools.assertSameTree(source, target);
        try (Descriptor file =
                Descriptor.open(TestStore.raw(target.resolve("c/d")), Descriptor.O_RDONLY, 0)) {
            assertThat(file.inodeFlags() & 0x10).isEqualTo(0x10);
        }
    }

    @Test
    void anInheritedDefaultAclDoesNotLeakIntoWhatIsRestored() throws IOException {
        TestTools.assumeRoot();
        Files.writeString(source.resolve("a"), "x");
        Files.createDirectory(target);
        TestTools.run("setfacl", "-d", "-m", "u:1234:rwx", target.toString());
        assertThat(restore(RestoreOptions.standard()).failures()).isEmpty();
        TestTools.assertSameTree(source, target);
    }

    @Test
    void restoresAProjectId() throws IOException {
        TestTools.assumeRoot();
        Path file = Files.writeString(source.resolve("a"), "x");
        try (Descriptor open = Descriptor.open(TestStore.raw(file), Descriptor.O_RDONLY, 0)) {
            org.junit.jupiter.api.Assumptions.assumeTrue(
                    setProject(new OpenInode(open)), "the file system has no project quota");
        }
        assertThat(restore(RestoreOptions.standard()).warnings()).isEmpty();
        TestTools.assertSameTree(source, target);
    }

    private static boolean setProject(OpenInode inode) {
        try {
            inode.setProjectId(77);
            return inode.projectId() == 77;
        } catch (dev.holdfast.os.OsError e) {
            return false;
        }
    }

    @Test
    void restoresASingleFileUnderItsOwnNameOrAnother() throws IOException {
        Files.createDirectory(source.resolve("sub"));
        Files.writeString(source.resolve("sub/file"), "content");
        Files.createLink(source.resolve("sub/link"), source.resolve("sub/file"));
        TestStore.Backup backup = backup();
        Files.createDirectory(target);
        RestoreOptions options = RestoreOptions.standard();
        store.restore(backup.id(), "/sub/file", target, options);
        assertThat(target.resolve("file")).hasContent("content");
        store.restore(backup.id(), "/sub/link", target.resolve("other"), options);
        assertThat(target.resolve("other")).hasContent("content");
        TestStore.Restored again =
                store.restore(backup.id(), "/sub/file", target.resolve("other"), options);
        assertThat(again.failures().get(0)).contains("something of that name already");
        assertThatThrownBy(() -> store.restore(backup.id(), "/sub/none", target, options))
                .isInstanceOf(NotFound.class);
    }

    @Test
    void imagesAndBlobsKeepWhatIsThere() throws IOException {
        Path file = Files.writeString(dir.resolve("there"), "old");
        byte[] blob = "blob".getBytes(UTF_8);
        StreamRestorer careful = new StreamRestorer(false, n -> {});
        assertThatThrownBy(() -> careful.toFile(blob, TestStore.raw(file)))
                .isInstanceOf(Refused.class);
        assertThat(file).hasContent("old");
        new StreamRestorer(true, n -> {}).toFile(blob, TestStore.raw(file));
        assertThat(file).hasContent("blob");
        careful.toFile(blob, TestStore.raw(dir.resolve("new")));
        assertThat(dir.resolve("new")).hasContent("blob");
    }

    @Test
    void writesZerosToATargetThatIsNotEmpty() throws IOException {
        Path file = dir.resolve("device");
        Files.write(file, "x".repeat(20000).getBytes(UTF_8));
        byte[] content = new byte[20000];
        content[12345] = 1;
        try (Descriptor open = Descriptor.open(TestStore.raw(file), Descriptor.O_RDWR, 0)) {
            new SparseOutput(open, false).next(content, 0, content.length);
            ByteBuffer back = ByteBuffer.allocate(content.length);
            open.read(0, back);
            assertThat(back.array()).isEqualTo(content);
        }
    }
}
