package dev.holdfast.stage;

import static dev.holdfast.stage.Areas.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.fuse.Attributes;
import dev.holdfast.fuse.Errno;
import dev.holdfast.fuse.Node;
import dev.holdfast.fuse.OpenFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class StagedContentTest {
    private final MemoryDisk disk = new MemoryDisk();
    private StagingArea area;

    @BeforeEach
    void open() {
        area = Areas.create(disk);
    }

    @AfterEach
    void close() {
        area.abandon();
    }

    private void reopen() {
        area.close();
        area = Areas.open(disk);
    }

    @Test
    void readsWhatIsStillInTheBuffer() {
        OpenFile file = Areas.create(Areas.root(area), "a");
        Areas.write(file, 0, "hello");
        Areas.write(file, 5, " world");
        assertThat(Areas.read(file, 3, 100)).isEqualTo(bytes("lo world"));
        assertThat(file.node().attributes().sizeBytes()).isEqualTo(11);
    }

    @Test
    void keepsContentOverAReopen() {
        byte[] content = new byte[1_000_003];
        new Random(1).nextBytes(content);
        Areas.put(Areas.root(area), "a", content);
        reopen();
        assertThat(Areas.content(Areas.at(area, "a"))).isEqualTo(content);
        assertThat(Areas.at(area, "a").attributes().blocks512()).isEqualTo(1954);
    }

    @Test
    void overlaysShortWritesInAnyOrder() {
        byte[] model = new byte[300_000];
        OpenFile file = Areas.create(Areas.root(area), "a");
        Random random = new Random(2);
        for (int i = 0; i < 2000; i++) {
            byte[] piece = new byte[1 + random.nextInt(i % 50 == 0 ? 100_000 : 4000)];
            random.nextBytes(piece);
            int at = random.nextInt(model.length - piece.length);
            System.arraycopy(piece, 0, model, at, piece.length);
            file.write(at, ByteBuffer.wrap(piece));
            if (i % 100 == 0) {
                int from = random.nextInt(model.length);
                byte[] seen = Areas.read(file, from, 5000);
                assertThat(seen).isEqualTo(Arrays.copyOfRange(model, from, from + seen.length));
            }
        }
        file.release();
        int size = (int) Areas.at(area, "a").attributes().sizeBytes();
        assertThat(Areas.content(Areas.at(area, "a"))).isEqualTo(Arrays.copyOf(model, size));
        reopen();
        assertThat(Areas.content(Areas.at(area, "a"))).isEqualTo(Arrays.copyOf(model, size));
    }

    @Test
    void truncatesThroughTheBufferAndShowsZerosAfterwards() {
        OpenFile file = Areas.create(Areas.root(area), "a");
        Areas.write(file, 0, "0123456789");
        file.node().truncate(4, Areas.ROOT);
        file.node().truncate(8, Areas.ROOT);
        assertThat(Areas.read(file, 0, 100)).isEqualTo(bytes("0123\0\0\0\0"));
        file.flush();
        assertThat(Areas.read(file, 0, 100)).isEqualTo(bytes("0123\0\0\0\0"));
    }

    @Test
    void keepsASparseFileOfOneTebibyte() {
        OpenFile file = Areas.create(Areas.root(area), "sparse");
        long end = 1L << 40;
        Areas.write(file, end - 3, "end");
        assertThat(file.node().attributes().sizeBytes()).isEqualTo(end);
        assertThat(Areas.read(file, end - 5, 100)).isEqualTo(bytes("\0\0end"));
        file.release();
        assertThat(Areas.at(area, "sparse").attributes().blocks512()).isEqualTo(1);
        assertThatThrownBy(
                        () -> Areas.write(Areas.create(Areas.root(area), "b"), Long.MAX_VALUE, "x"))
                .isInstanceOfSatisfying(
                        Errno.class, e -> assertThat(e.number()).isEqualTo(Errno.EFBIG));
    }

    @Test
    void punchesHolesAndZeroesRanges() {
        OpenFile file = Areas.create(Areas.root(area), "a");
        Areas.write(file, 0, "0123456789");
        file.allocate(3, 2, 3);
        assertThat(Areas.read(file, 0, 100)).isEqualTo(bytes("01\0\0\00056789"));
        file.allocate(16, 8, 4);
        assertThat(Areas.read(file, 0, 100)).isEqualTo(bytes("01\0\0\000567\0\0\0\0"));
        file.allocate(0, 0, 20);
        assertThat(file.node().attributes().sizeBytes()).isEqualTo(20);
        file.allocate(1, 0, 40);
        assertThat(file.node().attributes().sizeBytes()).isEqualTo(20);
    }

    @Test
    void appendsWhereTheFileEnds() {
        Areas.put(Areas.root(area), "log", bytes("one "));
        Node node = Areas.at(area, "log");
        OpenFile a = node.open(1 | 02000);
        OpenFile b = node.open(1 | 02000);
        Areas.write(a, 0, "two ");
        Areas.write(b, 0, "three ");
        Areas.write(a, 0, "four");
        a.release();
        b.release();
        assertThat(Areas.text(node)).isEqualTo("one two three four");
    }

    @Test
    void openingWithTruncateEmptiesTheFile() {
        Areas.put(Areas.root(area), "a", bytes("content"));
        Areas.at(area, "a").open(1 | 01000).release();
        assertThat(Areas.at(area, "a").attributes().sizeBytes()).isZero();
        Areas.at(area, "a").open(01000).release();
    }

    @Test
    void anUnlinkedOpenFileLivesUntilItsLastReleaseAndNotOverARestart() {
        OpenFile file = Areas.create(Areas.root(area), "a");
        Areas.write(file, 0, "secret");
        Areas.root(area).unlink(bytes("a"), Areas.ROOT);
        assertThat(file.node().attributes().links()).isZero();
        Areas.write(file, 6, " more");
        assertThat(Areas.read(file, 0, 100)).isEqualTo(bytes("secret more"));
        area.seal();
        long inodes = area.usage().inodes();
        StagingArea other = Areas.open(disk.afterKill());
        other.upkeep();
        assertThat(other.usage().inodes()).isEqualTo(inodes - 1);
        assertThat(other.usage().changedBytes()).isZero();
        other.abandon();
        Node node = file.node();
        file.release();
        assertThatThrownBy(node::attributes).isInstanceOf(Errno.class);
        assertThat(area.usage().inodes()).isEqualTo(inodes - 1);
    }

    @Test
    void writesLongerThanAFrameAreWhole() {
        byte[] content = new byte[3_000_000];
        new Random(3).nextBytes(content);
        OpenFile file = Areas.create(Areas.root(area), "a");
        Areas.write(file, 0, "x");
        file.write(1, ByteBuffer.wrap(content));
        assertThat(Areas.read(file, 1, content.length)).isEqualTo(content);
    }

    @Test
    void anOrdinaryReadOnlyHandleCannotWrite() {
        Areas.put(Areas.root(area), "a", bytes("content"));
        OpenFile file = Areas.at(area, "a").open(0);
        assertThatThrownBy(() -> Areas.write(file, 0, "x"))
                .isInstanceOfSatisfying(
                        Errno.class, e -> assertThat(e.number()).isEqualTo(Errno.EBADF));
    }

    @Test
    void anOverwrittenSegmentIsDeleted() {
        byte[] content = new byte[3 << 20];
        OpenFile file = Areas.create(Areas.root(area), "a");
        for (int i = 0; i < 5; i++) {
            new Random(i).nextBytes(content);
            file.write(0, ByteBuffer.wrap(content));
            area.seal();
        }
        assertThat(disk.segments().size()).isLessThan(8);
        assertThat(Areas.read(file, 0, content.length)).isEqualTo(content);
        file.release();
        Areas.root(area).unlink(bytes("a"), Areas.ROOT);
        area.seal();
        assertThat(area.usage().changedBytes()).isZero();
        assertThat(disk.segments().size()).isLessThan(2);
    }

    @Test
    void nothingOnDiskIsPlainText() {
        String secret = "a-secret-that-must-not-be-seen";
        byte[] name = bytes("name-" + secret);
        OpenFile file = Areas.root(area).create(name, 0600, 2, Areas.ROOT).file();
        Areas.write(file, 0, "content-" + secret);
        file.node().setXattr("user." + secret, bytes("value-" + secret), 0, Areas.ROOT);
        Areas.root(area).makeSymlink(bytes("link"), bytes("target-" + secret), Areas.ROOT);
        file.release();
        area.close();
        assertThat(disk.contents()).isNotEmpty();
        disk.contents()
                .forEach(
                        (path, content) ->
                                assertThat(new String(content, StandardCharsets.ISO_8859_1))
                                        .as(path)
                                        .doesNotContain("secret"));
        area = Areas.open(disk);
        assertThat(Areas.at(area, "name-" + secret).attributes().type())
                .isEqualTo(Attributes.REGULAR);
    }
}
