package dev.holdfast.stage;

import static dev.holdfast.stage.Areas.ROOT;
import static dev.holdfast.stage.Areas.USER;
import static dev.holdfast.stage.Areas.bytes;
import static dev.holdfast.stage.StagedNamesTest.fails;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.fuse.Attributes;
import dev.holdfast.fuse.Caller;
import dev.holdfast.fuse.Directory;
import dev.holdfast.fuse.Errno;
import dev.holdfast.fuse.FileTime;
import dev.holdfast.fuse.Node;
import dev.holdfast.fuse.OpenFile;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class StagedAttributesTest {
    private static final int USER_OBJ = 1;
    private static final int NAMED_USER = 2;
    private static final int GROUP_OBJ = 4;
    private static final int MASK = 16;
    private static final int OTHER = 32;

    private final StagingArea area = Areas.create(new MemoryDisk());
    private final Directory root = Areas.root(area);

    @AfterEach
    void close() {
        area.close();
    }

    private Node file(String name, int mode) {
        Directory.Created created = root.create(bytes(name), mode, 2, ROOT);
        created.file().release();
        return created.node();
    }

    private static int mode(Node node) {
        return node.attributes().mode() & 07777;
    }

    private static Acl acl(int... tagsAndPermissions) {
        List<Acl.Entry> entries = new java.util.ArrayList<>();
        for (int i = 0; i < tagsAndPermissions.length; i += 2) {
            int tag = tagsAndPermissions[i];
            entries.add(
                    new Acl.Entry(tag, tagsAndPermissions[i + 1], tag == NAMED_USER ? 1000 : -1));
        }
        return new Acl(entries);
    }

    @Test
    void ownerGroupAndModeComeFromTheCallerAndTheUmask() {
        Node node = root.create(bytes("a"), 0666, 2, USER).node();
        assertThat(mode(node)).isEqualTo(0644);
        assertThat(node.attributes().uid()).isEqualTo(1000);
        assertThat(node.attributes().gid()).isEqualTo(100);
    }

    @Test
    void aSetGidDirectoryPassesItsGroupOn() {
        Directory shared = root.makeDirectory(bytes("shared"), 0775, ROOT);
        shared.chown(Optional.empty(), Optional.of(55), ROOT);
        shared.chmod(02775, ROOT);
        Node file = shared.create(bytes("f"), 0644, 2, USER).node();
        assertThat(file.attributes().gid()).isEqualTo(55);
        assertThat(mode(file)).isEqualTo(0644);
        Directory below = shared.makeDirectory(bytes("d"), 0755, USER);
        assertThat(below.attributes().gid()).isEqualTo(55);
        assertThat(mode(below)).isEqualTo(02755);
    }

    @Test
    void chownTakesPrivilegesAway() {
        Node node = file("a", 06755);
        node.chown(Optional.of(1), Optional.empty(), ROOT);
        assertThat(mode(node)).isEqualTo(0755);
        node.chmod(02644, ROOT);
        node.chown(Optional.empty(), Optional.of(7), ROOT);
        assertThat(mode(node)).as("mandatory locking, not a privilege").isEqualTo(02644);
        Directory directory = root.makeDirectory(bytes("d"), 02755, ROOT);
        directory.chown(Optional.of(1), Optional.empty(), ROOT);
        assertThat(mode(directory)).isEqualTo(02755);
    }

    @Test
    void setIdBitsAreDroppedAsTheKernelWould() {
        Node node = file("a", 06755);
        node.truncate(5, ROOT);
        assertThat(mode(node)).isEqualTo(06755);
        node.dropSetIds();
        assertThat(mode(node)).isEqualTo(0755);
        Node notForTheGroup = file("b", 06745);
        notForTheGroup.dropSetIds();
        assertThat(mode(notForTheGroup)).isEqualTo(02745);
        fails(Errno.EISDIR, () -> root.truncate(0, ROOT));
        fails(Errno.EINVAL, () -> node.truncate(-1, ROOT));
    }

    @Test
    void writingAndChownDropCapabilities() {
        Node node = file("a", 0755);
        node.setXattr("security.capability", bytes("caps"), 0, ROOT);
        node.setXattr("user.x", bytes("stays"), 0, ROOT);
        OpenFile open = node.open(2);
        Areas.write(open, 0, "x");
        assertThat(node.xattr("security.capability")).isEmpty();
        assertThat(node.xattrNames()).containsExactly("user.x");
        node.setXattr("security.capability", bytes("caps"), 0, ROOT);
        node.chown(Optional.of(5), Optional.empty(), ROOT);
        assertThat(node.xattr("security.capability")).isEmpty();
        open.release();
    }

    @Test
    void setsTimesToTheNanosecondAndBeforeTheEpoch() {
        Node node = file("a", 0644);
        FileTime old = new FileTime(-5, 999_999_999);
        node.setTimes(Optional.of(new FileTime(7, 8)), Optional.of(old), ROOT);
        assertThat(node.attributes().mtime()).isEqualTo(old);
        assertThat(node.attributes().atime()).isEqualTo(new FileTime(7, 8));
        node.setTimes(Optional.of(new FileTime(9, 9)), Optional.empty(), ROOT);
        assertThat(node.attributes().mtime()).isEqualTo(old);
    }

    @Test
    void timesThatAreSetAfterAWriteStayWhenTheBufferIsFlushed() {
        OpenFile open = Areas.create(root, "a");
        Areas.write(open, 0, "buffered");
        FileTime time = new FileTime(1_000_000, 1);
        open.node().setTimes(Optional.empty(), Optional.of(time), ROOT);
        open.flush();
        area.seal();
        open.release();
        assertThat(Areas.at(area, "a").attributes().mtime()).isEqualTo(time);
        assertThat(Areas.at(area, "a").attributes().sizeBytes()).isEqualTo(8);
    }

    @Test
    void keepsExtendedAttributesByTheRules() {
        Node node = file("a", 0644);
        fails(Errno.ENODATA, () -> node.setXattr("user.a", bytes("1"), 2, ROOT));
        node.setXattr("user.a", bytes("1"), 1, ROOT);
        fails(Errno.EEXIST, () -> node.setXattr("user.a", bytes("2"), 1, ROOT));
        node.setXattr("user.a", new byte[65536], 2, ROOT);
        node.setXattr("trusted.b", new byte[0], 0, ROOT);
        assertThat(node.xattr("user.a").orElseThrow()).hasSize(65536);
        assertThat(node.xattr("trusted.b")).contains(new byte[0]);
        assertThat(node.xattrNames()).containsExactlyInAnyOrder("user.a", "trusted.b");
        fails(Errno.ERANGE, () -> node.setXattr("user.c", new byte[65537], 0, ROOT));
        fails(Errno.EOPNOTSUPP, () -> node.setXattr("other.c", new byte[1], 0, ROOT));
        fails(Errno.EOPNOTSUPP, () -> node.setXattr("user.", new byte[1], 0, ROOT));
        node.removeXattr("user.a", ROOT);
        fails(Errno.ENODATA, () -> node.removeXattr("user.a", ROOT));
        Node link = root.makeSymlink(bytes("l"), bytes("t"), ROOT);
        fails(Errno.EPERM, () -> link.setXattr("user.a", new byte[1], 0, ROOT));
        link.setXattr("trusted.a", new byte[1], 0, ROOT);
    }

    @Test
    void anAclAndTheModeAreKeptInStep() {
        Node node = file("a", 0644);
        Acl acl = acl(USER_OBJ, 7, NAMED_USER, 6, GROUP_OBJ, 5, MASK, 4, OTHER, 1);
        node.setXattr(Acl.ACCESS, acl.bytes(), 0, ROOT);
        assertThat(mode(node)).isEqualTo(0741);
        node.chmod(0620, ROOT);
        assertThat(Acl.parse(node.xattr(Acl.ACCESS).orElseThrow()))
                .isEqualTo(acl(USER_OBJ, 6, NAMED_USER, 6, GROUP_OBJ, 5, MASK, 2, OTHER, 0));
        node.setXattr(Acl.ACCESS, acl(USER_OBJ, 6, GROUP_OBJ, 4, OTHER, 4).bytes(), 0, ROOT);
        assertThat(mode(node)).isEqualTo(0644);
        assertThat(node.xattr(Acl.ACCESS)).isEmpty();
        fails(Errno.EINVAL, () -> node.setXattr(Acl.ACCESS, new byte[5], 0, ROOT));
        fails(
                Errno.EINVAL,
                () -> node.setXattr(Acl.ACCESS, acl(USER_OBJ, 6, OTHER, 4).bytes(), 0, ROOT));
        fails(Errno.EACCES, () -> node.setXattr(Acl.DEFAULT, acl.bytes(), 0, ROOT));
    }

    @Test
    void aDefaultAclIsInheritedInPlaceOfTheUmask() {
        Directory parent = root.makeDirectory(bytes("d"), 0755, ROOT);
        Acl acl = acl(USER_OBJ, 7, NAMED_USER, 7, GROUP_OBJ, 7, MASK, 7, OTHER, 0);
        parent.setXattr(Acl.DEFAULT, acl.bytes(), 0, ROOT);
        Node file = parent.create(bytes("f"), 0664, 2, new Caller(1, 1, 077)).node();
        assertThat(mode(file)).isEqualTo(0660);
        assertThat(Acl.parse(file.xattr(Acl.ACCESS).orElseThrow()))
                .isEqualTo(acl(USER_OBJ, 6, NAMED_USER, 7, GROUP_OBJ, 7, MASK, 6, OTHER, 0));
        assertThat(file.xattr(Acl.DEFAULT)).isEmpty();
        Directory below = parent.makeDirectory(bytes("b"), 0777, new Caller(1, 1, 077));
        assertThat(below.xattr(Acl.DEFAULT)).contains(acl.bytes());
        assertThat(mode(below)).isEqualTo(0770);
        parent.removeXattr(Acl.DEFAULT, ROOT);
        assertThat(mode(parent.create(bytes("g"), 0664, 2, USER).node())).isEqualTo(0644);
    }

    @Test
    void attributesOfDirectoriesAreThoseOfStat() {
        Attributes a = root.attributes();
        assertThat(a.isDirectory()).isTrue();
        assertThat(a.inode()).isEqualTo(1);
    }
}
