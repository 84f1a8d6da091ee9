package dev.holdfast.stage;

import static dev.holdfast.stage.Areas.ROOT;
import static dev.holdfast.stage.Areas.bytes;
import static dev.holdfast.stage.StagedNamesTest.fails;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.fuse.Directory;
import dev.holdfast.fuse.Errno;
import dev.holdfast.fuse.Node;
import dev.holdfast.fuse.OpenFile;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class ControlDirectoryTest {
    private final StagingArea area = Areas.create(new MemoryDisk());
    private final List<String> lines = new ArrayList<>();
    private final Directory root =
            new ControlledFileSystem(
                            area.fileSystem(),
                            new ControlDirectory(
                                    0, 0, () -> bytes("{\"dirty\":1}\n"), this::carryOut))
                    .root();
    private final Directory control = (Directory) root.lookup(bytes(".holdfast"));

    private void carryOut(String line) {
        if (line.equals("fail")) {
            throw new Errno(Errno.EBUSY);
        }
        lines.add(line);
    }

    @AfterEach
    void close() {
        area.close();
    }

    @Test
    void isFoundButNotListed() {
        Areas.put(root, "a", bytes("x"));
        assertThat(Areas.list(root)).containsExactly("a");
        assertThat(Areas.list(control)).containsExactly("status", "commit");
        assertThat(control.attributes().isDirectory()).isTrue();
        assertThat(control.parentInode()).isEqualTo(root.attributes().inode());
    }

    @Test
    void showsTheStatus() {
        assertThat(Areas.text(control.lookup(bytes("status")))).isEqualTo("{\"dirty\":1}\n");
        fails(Errno.EACCES, () -> control.lookup(bytes("status")).open(1));
    }

    @Test
    void makesAReportWhenItIsOpened() {
        List<String> made = new ArrayList<>();
        Directory with =
                new ControlDirectory(0, 0, () -> bytes("{}"), line -> {})
                        .withReport(
                                "jfr",
                                argument -> {
                                    if (argument.isEmpty()) {
                                        throw new Errno(Errno.EINVAL);
                                    }
                                    made.add(argument);
                                    return bytes("of " + argument + " seconds");
                                });
        Node report = with.lookup(bytes("jfr-30"));
        assertThat(report.attributes().mode() & 0777).isEqualTo(0400);
        assertThat(report.attributes().inode())
                .isNotEqualTo(with.lookup(bytes("jfr-3")).attributes().inode());
        assertThat(made).isEmpty();
        OpenFile file = report.open(0);
        ByteBuffer target = ByteBuffer.allocateDirect(100);
        file.read(0, target);
        byte[] text = new byte[target.flip().remaining()];
        target.get(text);
        assertThat(new String(text, StandardCharsets.UTF_8)).isEqualTo("of 30 seconds");
        assertThat(made).containsExactly("30");
        assertThat(Areas.list(with)).containsExactly("status", "commit");
        fails(Errno.EINVAL, () -> with.lookup(bytes("jfr-")).open(0));
        fails(Errno.EACCES, () -> with.lookup(bytes("jfr-1")).open(1));
        fails(Errno.ENOENT, () -> with.lookup(bytes("jfr")));
        fails(Errno.ENOENT, () -> control.lookup(bytes("jfr-30")));
    }

    @Test
    void carriesOutEachLineAndReportsItsFailure() {
        OpenFile file = control.lookup(bytes("commit")).open(1);
        Areas.write(file, 0, "one\ntw");
        Areas.write(file, 6, "o\nthree");
        assertThat(lines).containsExactly("one", "two");
        file.flush();
        file.flush();
        assertThat(lines).containsExactly("one", "two", "three");
        fails(Errno.EBUSY, () -> Areas.write(file, 0, "fail\n"));
        Areas.write(file, 0, "fail");
        fails(Errno.EBUSY, file::flush);
        fails(Errno.EFBIG, () -> Areas.write(file, 0, "x".repeat(5000)));
        file.release();
    }

    @Test
    void nobodyTakesOrRemovesItsName() {
        byte[] name = bytes(".holdfast");
        Directory below = root.makeDirectory(bytes("d"), 0755, ROOT);
        Areas.put(below, "f", bytes("x"));
        fails(Errno.EEXIST, () -> root.create(name, 0644, 2, ROOT));
        fails(Errno.EEXIST, () -> root.makeDirectory(name, 0755, ROOT));
        fails(Errno.EBUSY, () -> root.removeDirectory(name, ROOT));
        fails(Errno.EBUSY, () -> root.rename(name, root, bytes("x"), ROOT));
        fails(Errno.EBUSY, () -> below.rename(bytes("f"), root, name, ROOT));
        below.rename(bytes("f"), root, bytes("f"), ROOT);
        assertThat(Areas.list(root)).containsExactlyInAnyOrder("d", "f");
        below.create(name, 0644, 2, ROOT).file().release();
    }
}
