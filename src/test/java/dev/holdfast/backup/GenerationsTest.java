package dev.holdfast.backup;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInfo;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Backups one after the other, of trees that change: what is read again, and that it is right. */
class GenerationsTest {
    private static TestStore store;
    private Path dir;
    private Path source;
    private long clock = 1_700_000_000;

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
    }

    private void write(String name, int bytes, int seed) throws IOException {
        byte[] content = new byte[bytes];
        new Random(seed).nextBytes(content);
        Path file = source.resolve(name);
        Files.createDirectories(file.getParent());
        Files.write(file, content);
        // Several writes in one tick of the clock would look like none.
        Files.setLastModifiedTime(file, FileTime.fromMillis(clock++ * 1000));
    }

    private TestStore.Backup backup(String group) {
        return store.backup(group, source, ScanOptions.DEFAULT, true);
    }

    private void checkRestored(TestStore.Backup backup, String name) {
        Path target = dir.resolve(name);
        TestStore.Restored restored =
                store.restore(backup.id(), "/", target, RestoreOptions.standard());
        assertThat(restored.failures()).isEmpty();
        TestTools.assertSameTree(source, target);
        TestTools.run("rm", "-rf", target.toString());
    }

    @Test
    void readsOnlyWhatChanged() throws IOException {
        for (int i = 0; i < 40; i++) {
            write("d" + i / 10 + "/f" + i, 1 << 20, i);
        }
        Files.createLink(source.resolve("d2/g-link"), source.resolve("d1/f15"));
        assertThat(backup("changes").reused()).isEmpty();
        assertThat(backup("changes").read()).isEmpty();

        write("d1/f12", 1 << 20, 100);
        Files.move(source.resolve("d2/f25"), source.resolve("d2/f25-renamed"));
        Files.delete(source.resolve("d3/f35"));
        write("d3/f33-inserted", 5000, 101);
        TestStore.Backup changed = backup("changes");
        assertThat(changed.read()).contains("f12", "f25-renamed", "f33-inserted");
        // A chunk holds about four of these files; one that lost a file is read again as a whole.
        assertThat(changed.read()).hasSizeLessThan(20);
        assertThat(changed.reused()).hasSizeGreaterThan(20);
        checkRestored(changed, "restored");
    }

    @Test
    void hardLinksDoNotBreakARun() throws IOException {
        for (int i = 0; i < 200; i++) {
            write("f" + (1000 + 2 * i), 10_000, i);
            Files.createLink(
                    source.resolve("f" + (1001 + 2 * i)), source.resolve("f" + (1000 + 2 * i)));
        }
        TestStore.Backup first = backup("links");
        assertThat(first.read()).hasSize(200);
        TestStore.Backup second = backup("links");
        assertThat(second.read()).isEmpty();
        assertThat(second.reused()).hasSize(200);
        checkRestored(second, "restored");
    }

    @Test
    void aChangedModeOrAttributeIsStoredThoughTheContentIsRead() throws IOException {
        TestTools.assumeRoot();
        write("a", 3_000_000, 1);
        write("b", 3_000_000, 2);
        write("c", 3_000_000, 3);
        backup("attributes");
        TestTools.run("chmod", "0600", source.resolve("b").toString());
        TestTools.run("setfattr", "-n", "user.x", "-v", "1", source.resolve("c").toString());
        TestStore.Backup changed = backup("attributes");
        assertThat(changed.read()).contains("b", "c");
        checkRestored(changed, "restored-1");
        // The value of an attribute does not tell of the content, but is stored anew.
        TestTools.run("setfattr", "-n", "user.x", "-v", "2", source.resolve("c").toString());
        TestStore.Backup value = backup("attributes");
        assertThat(value.read()).isEmpty();
        checkRestored(value, "restored-2");
    }

    @Test
    void aFileThatReplacesADirectoryAndTheOtherWayRound() throws IOException {
        write("x/file", 100, 1);
        write("y", 100, 2);
        backup("kinds");
        Files.delete(source.resolve("x/file"));
        Files.delete(source.resolve("x"));
        Files.delete(source.resolve("y"));
        write("x", 100, 3);
        write("y/file", 100, 4);
        checkRestored(backup("kinds"), "restored");
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4})
    void anyChangesOverGenerationsRestoreIdentically(long seed) throws IOException {
        Random random = new Random(seed);
        String group = "random-" + seed;
        for (int i = 0; i < 60; i++) {
            write(randomName(random), size(random), random.nextInt());
        }
        for (int generation = 0; generation < 5; generation++) {
            checkRestored(backup(group), "restored-" + generation);
            for (int i = random.nextInt(12); i > 0; i--) {
                change(random);
            }
        }
        store.assertClean();
    }

    private static String randomName(Random random) {
        return "d" + random.nextInt(4) + "/e" + random.nextInt(3) + "/f" + random.nextInt(1000);
    }

    private static int size(Random random) {
        return switch (random.nextInt(4)) {
            case 0 -> 0;
            case 1 -> random.nextInt(100);
            case 2 -> random.nextInt(20_000);
            default -> random.nextInt(1_500_000);
        };
    }

    private void change(Random random) throws IOException {
        List<Path> files = new ArrayList<>();
        try (Stream<Path> all = Files.walk(source)) {
            all.filter(Files::isRegularFile).sorted().forEach(files::add);
        }
        Path file = files.get(random.nextInt(files.size()));
        String name = source.relativize(file).toString();
        Path other = source.resolve(randomName(random));
        switch (random.nextInt(6)) {
            case 0 -> write(name, size(random), random.nextInt());
            case 1 -> write(source.relativize(other).toString(), size(random), random.nextInt());
            case 2 -> Files.delete(file);
            case 3 -> {
                Files.createDirectories(other.getParent());
                if (!Files.exists(other)) {
                    Files.createLink(other, file);
                }
            }
            case 4 -> {
                Path to = source.resolve("d" + random.nextInt(4) + "-" + random.nextInt(1000));
                Files.move(file.getParent(), to);
            }
            default -> Files.setLastModifiedTime(file, FileTime.fromMillis(clock++ * 1000));
        }
    }

    @Test
    void aSmallSurvivorOfALargeChunkIsReadAgainRatherThanDragTheChunkAlong() throws IOException {
        write("a", 100, 1);
        write("b", 3_900_000, 2);
        backup("padding");
        Files.delete(source.resolve("b"));
        TestStore.Backup second = backup("padding");
        assertThat(second.read()).containsExactly("a");
        checkRestored(second, "restored");
    }
}
