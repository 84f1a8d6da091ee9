package dev.holdfast.stage;

import static dev.holdfast.stage.Areas.ROOT;
import static dev.holdfast.stage.Areas.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.fuse.Attributes;
import dev.holdfast.fuse.Directory;
import dev.holdfast.fuse.Errno;
import dev.holdfast.fuse.Node;
import java.util.ArrayList;
import java.util.List;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StagedNamesTest {
    private final MemoryDisk disk = new MemoryDisk();
    private StagingArea area = Areas.create(disk);
    private final Directory root = Areas.root(area);

    @AfterEach
    void close() {
        area.close();
    }

    static void fails(int errno, ThrowingCallable call) {
        assertThatThrownBy(call)
                .isInstanceOfSatisfying(Errno.class, e -> assertThat(e.number()).isEqualTo(errno));
    }

    private Directory mkdir(Directory parent, String name) {
        return parent.makeDirectory(bytes(name), 0755, ROOT);
    }

    @Test
    void countsTheLinksOfDirectories() {
        Directory a = mkdir(root, "a");
        assertThat(root.attributes().links()).isEqualTo(3);
        mkdir(a, "b");
        assertThat(a.attributes().links()).isEqualTo(3);
        a.rename(bytes("b"), root, bytes("b"), ROOT);
        assertThat(a.attributes().links()).isEqualTo(2);
        assertThat(root.attributes().links()).isEqualTo(4);
        root.rename(bytes("b"), root, bytes("a"), ROOT);
        assertThat(root.attributes().links()).isEqualTo(3);
        root.removeDirectory(bytes("a"), ROOT);
        assertThat(root.attributes().links()).isEqualTo(2);
    }

    @Test
    void refusesWhatRenameMustRefuse() {
        Directory a = mkdir(root, "a");
        Directory b = mkdir(a, "b");
        Areas.put(root, "file", bytes("x"));
        fails(Errno.EINVAL, () -> root.rename(bytes("a"), a, bytes("x"), ROOT));
        fails(Errno.EINVAL, () -> root.rename(bytes("a"), b, bytes("x"), ROOT));
        fails(Errno.ENOTDIR, () -> root.rename(bytes("a"), root, bytes("file"), ROOT));
        fails(Errno.EISDIR, () -> root.rename(bytes("file"), root, bytes("a"), ROOT));
        fails(Errno.ENOENT, () -> root.rename(bytes("none"), root, bytes("a"), ROOT));
        mkdir(root, "c");
        fails(Errno.ENOTEMPTY, () -> root.rename(bytes("c"), root, bytes("a"), ROOT));
        root.rename(bytes("a"), root, bytes("a"), ROOT);
        assertThat(Areas.list(root)).containsExactlyInAnyOrder("a", "file", "c");
    }

    @Test
    void renamingOntoAnotherNameOfTheSameFileDoesNothing() {
        Areas.put(root, "one", bytes("x"));
        root.link(bytes("two"), root.lookup(bytes("one")), ROOT);
        root.rename(bytes("one"), root, bytes("two"), ROOT);
        assertThat(Areas.list(root)).containsExactlyInAnyOrder("one", "two");
        assertThat(root.lookup(bytes("one")).attributes().links()).isEqualTo(2);
    }

    @Test
    void renamingReplacesAFileAndItsContentGoes() {
        Areas.put(root, "old", bytes("old content"));
        Areas.put(root, "new", bytes("new"));
        root.rename(bytes("new"), root, bytes("old"), ROOT);
        assertThat(Areas.text(root.lookup(bytes("old")))).isEqualTo("new");
        assertThat(area.usage().changedBytes()).isEqualTo(3);
    }

    @Test
    void refusesWhatUnlinkAndRmdirMustRefuse() {
        Directory a = mkdir(root, "a");
        Areas.put(a, "file", bytes("x"));
        fails(Errno.EISDIR, () -> root.unlink(bytes("a"), ROOT));
        fails(Errno.ENOTDIR, () -> a.removeDirectory(bytes("file"), ROOT));
        fails(Errno.ENOTEMPTY, () -> root.removeDirectory(bytes("a"), ROOT));
        fails(Errno.ENOENT, () -> root.unlink(bytes("none"), ROOT));
        fails(Errno.ENOENT, () -> root.removeDirectory(bytes("none"), ROOT));
        a.unlink(bytes("file"), ROOT);
        root.removeDirectory(bytes("a"), ROOT);
        fails(Errno.ENOENT, a::attributes);
        fails(Errno.ENOENT, () -> a.create(bytes("x"), 0644, 2, ROOT));
    }

    @Test
    void hardLinksShareOneInodeAndDirectoriesHaveNone() {
        Areas.put(root, "one", bytes("content"));
        Node one = root.lookup(bytes("one"));
        mkdir(root, "a").link(bytes("two"), one, ROOT);
        assertThat(one.attributes().links()).isEqualTo(2);
        root.unlink(bytes("one"), ROOT);
        assertThat(Areas.text(Areas.at(area, "a/two"))).isEqualTo("content");
        assertThat(one.attributes().links()).isEqualTo(1);
        fails(Errno.EPERM, () -> root.link(bytes("x"), root.lookup(bytes("a")), ROOT));
        fails(
                Errno.EEXIST,
                () -> Areas.dir(area, "a").link(bytes("two"), Areas.at(area, "a/two"), ROOT));
        Areas.dir(area, "a").unlink(bytes("two"), ROOT);
        fails(Errno.ENOENT, () -> root.link(bytes("x"), one, ROOT));
    }

    @Test
    void takesNamesOf255BytesOfAnyKindAndNoLonger() {
        byte[] name = new byte[255];
        for (int i = 0; i < 255; i++) {
            name[i] = (byte) (i + 1 == '/' ? 0xfe : i + 1);
        }
        root.create(name, 0600, 2, ROOT).file().release();
        area.close();
        area = Areas.open(disk);
        assertThat(Areas.root(area).lookup(name).attributes().isRegular()).isTrue();
        List<byte[]> listed = new ArrayList<>();
        Areas.root(area)
                .list(
                        0,
                        (n, inode, mode, next) -> {
                            listed.add(n);
                            return true;
                        });
        assertThat(listed).containsExactly(name);
        Directory again = Areas.root(area);
        fails(Errno.ENAMETOOLONG, () -> again.create(new byte[256], 0600, 2, ROOT));
        fails(Errno.ENAMETOOLONG, () -> again.rename(name, again, new byte[256], ROOT));
        fails(Errno.ENAMETOOLONG, () -> again.makeSymlink(bytes("l"), new byte[4096], ROOT));
    }

    @Test
    void keepsSpecialFilesAndLinks() {
        root.makeNode(bytes("fifo"), Attributes.FIFO | 0600, 5, ROOT);
        root.makeNode(bytes("disk"), Attributes.BLOCK_DEVICE | 0660, 0x801, ROOT);
        root.makeNode(bytes("sock"), Attributes.SOCKET | 0600, 0, ROOT);
        byte[] target = {'a', (byte) 0xff, 'b'};
        root.makeSymlink(bytes("link"), target, ROOT);
        area.close();
        area = Areas.open(disk);
        assertThat(Areas.at(area, "fifo").attributes().type()).isEqualTo(Attributes.FIFO);
        assertThat(Areas.at(area, "fifo").attributes().device()).isZero();
        assertThat(Areas.at(area, "disk").attributes().device()).isEqualTo(0x801);
        assertThat(Areas.at(area, "sock").attributes().type()).isEqualTo(Attributes.SOCKET);
        assertThat(Areas.at(area, "link").readLink()).isEqualTo(target);
        assertThat(Areas.at(area, "link").attributes().sizeBytes()).isEqualTo(3);
        fails(Errno.EINVAL, () -> Areas.at(area, "fifo").readLink());
        fails(
                Errno.EINVAL,
                () -> Areas.root(area).makeNode(bytes("x"), Attributes.DIRECTORY, 0, ROOT));
    }

    @Test
    void listsEveryNameOnceWhateverChangesMeanwhile() {
        for (int i = 0; i < 500; i++) {
            Areas.put(root, "stay" + i, bytes("x"));
            Areas.put(root, "go" + i, bytes("x"));
        }
        List<String> seen = new ArrayList<>();
        long cursor = 0;
        for (int round = 0; ; round++) {
            int before = seen.size();
            long[] last = {cursor};
            root.list(
                    cursor,
                    (name, inode, mode, next) -> {
                        if (seen.size() - before == 10) {
                            return false;
                        }
                        seen.add(new String(name, java.nio.charset.StandardCharsets.UTF_8));
                        last[0] = next;
                        return true;
                    });
            if (seen.size() == before || round > 300) {
                break;
            }
            cursor = last[0];
            if (round < 100) {
                root.unlink(bytes("go" + round * 4), ROOT);
                Areas.put(root, "came" + round, bytes("y"));
                // A name that stays although its file is replaced.
                root.rename(bytes("came" + round), root, bytes("stay" + round), ROOT);
            }
        }
        assertThat(seen).doesNotHaveDuplicates();
        assertThat(seen.stream().filter(name -> name.startsWith("stay"))).hasSize(500);
    }

    @Test
    void changesOfNamesChangeTheTimesOfTheirDirectories() throws InterruptedException {
        Directory a = mkdir(root, "a");
        Areas.put(root, "file", bytes("x"));
        Attributes before = a.attributes();
        Attributes file = root.lookup(bytes("file")).attributes();
        Thread.sleep(2);
        root.rename(bytes("file"), a, bytes("file"), ROOT);
        assertThat(a.attributes().mtime()).isGreaterThan(before.mtime());
        assertThat(a.attributes().ctime()).isGreaterThan(before.ctime());
        Attributes moved = a.lookup(bytes("file")).attributes();
        assertThat(moved.ctime()).isGreaterThan(file.ctime());
        assertThat(moved.mtime()).isEqualTo(file.mtime());
    }
}
