package dev.holdfast.stage;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.fuse.Directory;
import dev.holdfast.fuse.FileTime;
import dev.holdfast.fuse.Node;
import dev.holdfast.fuse.OpenFile;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Prints what things cost and fails only if they cost ten times what they should. */
class StageSpeedTest {
    @TempDir Path directory;

    private static final int FILES = Integer.getInteger("stage.files", 200_000);

    @Test
    void copiesManySmallFilesInTheWayOfRsync() {
        StagingArea area =
                StagingArea.create(
                        directory.resolve("a"),
                        Areas.WRAP,
                        StageOptions.defaults(),
                        Optional.empty());
        ByteBuffer content = ByteBuffer.allocateDirect(2000);
        Directory parent = Areas.root(area);
        long begun = System.nanoTime();
        long chunk = begun;
        for (int i = 0; i < FILES; i++) {
            if (i % 1000 == 0) {
                parent = Areas.root(area).makeDirectory(Areas.bytes("d" + i), 0755, Areas.ROOT);
            }
            byte[] temporary = Areas.bytes(".file" + i + ".Xa3dEf");
            byte[] name = Areas.bytes("file" + i);
            Directory.Created created = parent.create(temporary, 0600, 1, Areas.ROOT);
            OpenFile file = created.file();
            file.node().xattr("security.capability");
            file.write(0, content.clear());
            file.flush();
            file.release();
            Node node = created.node();
            node.attributes();
            node.setTimes(Optional.of(FileTime.now()), Optional.of(new FileTime(1, 2)), Areas.ROOT);
            node.chmod(0644, Areas.ROOT);
            parent.rename(temporary, parent, name, Areas.ROOT);
            node.attributes();
            if (i % 50_000 == 49_999) {
                long now = System.nanoTime();
                System.out.println(
                        (now - chunk) / 50_000 / 1000
                                + " us per file, longest pause "
                                + area.longestPauseNanos() / 1_000_000
                                + " ms, "
                                + area.usage());
                chunk = now;
            }
        }
        long micros = (System.nanoTime() - begun) / 1000 / FILES;
        System.out.println(FILES + " small files: " + micros + " us per file of 9 requests");
        long sealing = System.nanoTime();
        area.close();
        System.out.println("close: " + (System.nanoTime() - sealing) / 1_000_000 + " ms");
        long opening = System.nanoTime();
        StagingArea again =
                StagingArea.open(
                        directory.resolve("a"),
                        Areas.WRAP,
                        StageOptions.defaults(),
                        d -> {
                            throw new AssertionError();
                        });
        assertThat(Areas.list(Areas.dir(again, "d0"))).hasSize(1000);
        System.out.println("open: " + (System.nanoTime() - opening) / 1_000_000 + " ms");
        assertThat(micros).isLessThan(600);
        again.close();
    }

    @Test
    void listsALargeDirectoryInLinearTime() {
        StagingArea area =
                StagingArea.create(
                        directory.resolve("b"),
                        Areas.WRAP,
                        StageOptions.defaults(),
                        Optional.empty());
        for (int i = 0; i < 40_000; i++) {
            Areas.root(area).makeNode(Areas.bytes("f" + i), 0100644, 0, Areas.ROOT);
        }
        long begun = System.nanoTime();
        long[] cursor = {0};
        int[] seen = {0};
        boolean[] more = {true};
        while (more[0]) {
            more[0] = false;
            int[] batch = {0};
            Areas.root(area)
                    .list(
                            cursor[0],
                            (name, inode, mode, next) -> {
                                if (batch[0]++ == 100) {
                                    more[0] = true;
                                    return false;
                                }
                                cursor[0] = next;
                                seen[0]++;
                                return true;
                            });
        }
        System.out.println(
                "listing 40,000 entries: " + (System.nanoTime() - begun) / 1_000_000 + " ms");
        assertThat(seen[0]).isEqualTo(40_000);
        area.close();
    }

    @Test
    void writesAndReadsSequentially() {
        StagingArea area =
                StagingArea.create(
                        directory.resolve("c"),
                        Areas.WRAP,
                        StageOptions.defaults(),
                        Optional.empty());
        OpenFile file = Areas.create(Areas.root(area), "big");
        ByteBuffer block = ByteBuffer.allocateDirect(128 << 10);
        int blocks = 2048;
        for (int round = 0; round < 2; round++) {
            long begun = System.nanoTime();
            for (int i = 0; i < blocks; i++) {
                file.write((long) i * block.capacity(), block.clear());
            }
            file.flush();
            long mb = (long) blocks * block.capacity() / 1_000_000;
            System.out.println(
                    "sequential write: "
                            + mb * 1000 / ((System.nanoTime() - begun) / 1_000_000)
                            + " MB/s");
            begun = System.nanoTime();
            for (int i = 0; i < blocks; i++) {
                file.read((long) i * block.capacity(), block.clear());
            }
            System.out.println(
                    "sequential read: "
                            + mb * 1000 / ((System.nanoTime() - begun) / 1_000_000)
                            + " MB/s");
        }
        assertThat(block.position()).isEqualTo(block.capacity());
        file.release();
        area.close();
    }
}
