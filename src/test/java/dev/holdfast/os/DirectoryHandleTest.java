package dev.holdfast.os;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DirectoryHandleTest {
    @TempDir Path dir;

    private static byte[] bytes(Object text) {
        return text.toString().getBytes(UTF_8);
    }

    private static int errno(ThrowingCallable call) {
        return catchThrowableOfType(OsError.class, call).errno();
    }

    @Test
    void neverFollowsALink() throws IOException {
        Files.createDirectory(dir.resolve("real"));
        Files.writeString(dir.resolve("real/file"), "x");
        Files.createSymbolicLink(dir.resolve("dirlink"), Path.of("real"));
        Files.createSymbolicLink(dir.resolve("filelink"), Path.of("real/file"));
        try (DirectoryHandle handle = DirectoryHandle.open(bytes(dir))) {
            assertThat(errno(() -> handle.directory(bytes("dirlink")))).isEqualTo(OsError.ENOTDIR);
            assertThat(errno(() -> handle.open(bytes("filelink"), Descriptor.O_RDONLY, 0)))
                    .isEqualTo(OsError.ELOOP);
            assertThat(handle.lstat(bytes("filelink")).type()).isEqualTo(0120000);
            assertThat(handle.readlink(bytes("filelink"))).isEqualTo(bytes("real/file"));
            handle.setModified(bytes("filelink"), -5, 7);
            assertThat(handle.lstat(bytes("filelink")).mtimeSeconds()).isEqualTo(-5);
            assertThat(RawFiles.lstat(bytes(dir.resolve("real/file"))).mtimeSeconds()).isPositive();
        }
    }

    @Test
    void staysWhereItWasOpenedWhenNamesAboveChange() throws IOException {
        Files.createDirectories(dir.resolve("a/b"));
        try (DirectoryHandle a = DirectoryHandle.open(bytes(dir.resolve("a")));
                DirectoryHandle b = a.directory(bytes("b"))) {
            Files.move(dir.resolve("a"), dir.resolve("moved"));
            Files.createDirectories(dir.resolve("a/b"));
            b.mkdir(bytes("made"), 0700);
            b.symlink(bytes("made"), bytes("link"));
            b.mknod(bytes("file"), 0100600, 0);
            a.link(b, bytes("file"), bytes("linked"));
            a.rename(bytes("linked"), bytes("renamed"));
        }
        assertThat(dir.resolve("moved/b/made")).isDirectory();
        assertThat(dir.resolve("moved/renamed")).isRegularFile();
        assertThat(dir.resolve("a/b")).isEmptyDirectory();
    }

    @Test
    void anOpenInodeTakesAttributesByRawNames() throws IOException {
        Path file = Files.writeString(dir.resolve("f"), "x");
        byte[] name = {'u', 's', 'e', 'r', '.', (byte) 0xff};
        try (Descriptor descriptor = Descriptor.open(bytes(file), Descriptor.O_RDWR, 0)) {
            OpenInode inode = new OpenInode(descriptor);
            inode.setAttribute(name, new byte[] {0, 1});
            assertThat(inode.attributeNames()).anyMatch(n -> java.util.Arrays.equals(n, name));
            assertThat(inode.attribute(name)).hasValue(new byte[] {0, 1});
            inode.removeAttribute(name);
            assertThat(inode.attribute(name)).isEmpty();
            inode.chmod(0640);
            inode.setModified(1_700_000_000, 999_999_999);
            Stat stat = descriptor.stat();
            assertThat(stat.mode()).isEqualTo(0100640);
            assertThat(stat.mtimeNanos()).isEqualTo(999_999_999);
            assertThat(inode.fileSystemType()).isPositive();
        }
    }
}
