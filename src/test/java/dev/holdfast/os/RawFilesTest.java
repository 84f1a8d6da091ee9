package dev.holdfast.os;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class RawFilesTest {
    /** No UTF-8 decoder gives these bytes back. */
    private static final byte[] NO_UTF8 = {'n', (byte) 0xFF, (byte) 0xC3, '('};

    @TempDir Path folder;

    private byte[] path(String name) {
        return folder.resolve(name).toString().getBytes(UTF_8);
    }

    private byte[] folderBytes() {
        return folder.toString().getBytes(UTF_8);
    }

    private static Descriptor create(byte[] path) {
        return Descriptor.open(path, Descriptor.O_RDWR | Descriptor.O_CREAT, 0640);
    }

    @Test
    void aNameThatIsNotUtf8IsCreatedListedAndRemoved() {
        byte[] path = RawFiles.child(folderBytes(), NO_UTF8);
        create(path).close();

        List<RawDirectory.Entry> entries = list(folderBytes());

        assertThat(entries).hasSize(1);
        assertThat(entries.get(0).name()).isEqualTo(NO_UTF8);
        assertThat(entries.get(0).inode()).isEqualTo(RawFiles.lstat(path).inode());
        RawFiles.unlink(path);
        assertThat(list(folderBytes())).isEmpty();
    }

    private static List<RawDirectory.Entry> list(byte[] directory) {
        List<RawDirectory.Entry> entries = new ArrayList<>();
        try (RawDirectory open = RawDirectory.open(directory)) {
            for (Optional<RawDirectory.Entry> e = open.next(); e.isPresent(); e = open.next()) {
                entries.add(e.get());
            }
        }
        return entries;
    }

    @Test
    void aDirectoryOfSeveralBlocksIsListedOnce() throws Exception {
        for (int i = 0; i < 3000; i++) {
            Files.createFile(folder.resolve("a-rather-long-name-" + i));
        }
        assertThat(list(folderBytes()).stream().map(e -> new String(e.name(), UTF_8)))
                .hasSize(3000)
                .doesNotHaveDuplicates();
    }

    @Test
    void lstatAgreesWithJava() throws Exception {
        Path file = Files.writeString(folder.resolve("f"), "hello");
        Stat stat = RawFiles.lstat(path("f"));
        var attributes = Files.readAttributes(file, "unix:*");
        assertThat(stat.inode()).isEqualTo(attributes.get("ino"));
        assertThat(stat.device()).isEqualTo(attributes.get("dev"));
        assertThat(stat.mode()).isEqualTo(attributes.get("mode"));
        assertThat(stat.links()).isEqualTo(attributes.get("nlink"));
        assertThat(stat.uid()).isEqualTo(attributes.get("uid"));
        assertThat(stat.sizeBytes()).isEqualTo(5);
        var mtime = Files.getLastModifiedTime(file).toInstant();
        assertThat(stat.mtimeSeconds()).isEqualTo(mtime.getEpochSecond());
        assertThat(stat.mtimeNanos()).isEqualTo(mtime.getNano());
    }

    @Test
    void timesBefore1970KeepTheirNanoseconds() {
        create(path("f")).close();
        RawFiles.setTimes(path("f"), -2, 999_999_999, 1_000_000_000, 1);
        RawFiles.setTimes(path("f"), 0, RawFiles.UTIME_OMIT, 7, 8);
        Stat stat = RawFiles.lstat(path("f"));
        assertThat(stat.atimeSeconds()).isEqualTo(-2);
        assertThat(stat.atimeNanos()).isEqualTo(999_999_999);
        assertThat(stat.mtimeSeconds()).isEqualTo(7);
        assertThat(stat.mtimeNanos()).isEqualTo(8);
    }

    @Test
    void linksAndSpecialFilesAreMade() {
        byte[] target = {'/', (byte) 0xFE, 'x'};
        RawFiles.symlink(target, path("link"));
        assertThat(RawFiles.readlink(path("link"))).isEqualTo(target);
        RawFiles.mknod(path("fifo"), 0010644, 0);
        assertThat(RawFiles.lstat(path("fifo")).type()).isEqualTo(0010000);
        RawFiles.mkdir(path("d"), 0700);
        RawFiles.rename(path("fifo"), path("d/fifo"));
        RawFiles.link(path("d/fifo"), path("again"));
        assertThat(RawFiles.lstat(path("again")).links()).isEqualTo(2);
        RawFiles.chmod(path("again"), 04711);
        assertThat(RawFiles.lstat(path("d/fifo")).mode() & 07777).isEqualTo(04711);
        RawFiles.unlink(path("d/fifo"));
        RawFiles.rmdir(path("d"));
        assertThat(list(folderBytes())).hasSize(2);
    }

    @Test
    void rootSetsTheOwnerOfALink() {
        assumeTrue(Kernel.effectiveUser() == 0, "needs root");
        RawFiles.symlink("nowhere".getBytes(UTF_8), path("link"));
        RawFiles.lchown(path("link"), (int) 4_000_000_000L, 12);
        assertThat(Integer.toUnsignedLong(RawFiles.lstat(path("link")).uid()))
                .isEqualTo(4_000_000_000L);
        assertThat(RawFiles.lstat(path("link")).gid()).isEqualTo(12);
    }

    @Test
    void extendedAttributesOfALinkAndAFile() {
        create(path("f")).close();
        assertThat(ExtendedAttributes.get(path("f"), "user.none")).isEmpty();
        byte[] value = {0, 1, (byte) 0xFF};
        ExtendedAttributes.set(path("f"), "user.ä", value, 1);
        assertThat(ExtendedAttributes.get(path("f"), "user.ä")).hasValue(value);
        assertThat(ExtendedAttributes.names(path("f"))).contains("user.ä");
        assertThatThrownBy(() -> ExtendedAttributes.set(path("f"), "user.ä", value, 1))
                .isInstanceOfSatisfying(
                        OsError.class, e -> assertThat(e.errno()).isEqualTo(OsError.EEXIST));
        ExtendedAttributes.remove(path("f"), "user.ä");
        assertThat(ExtendedAttributes.names(path("f"))).doesNotContain("user.ä");
    }

    @Test
    void readsAndWritesAtPositionsWithBothKindsOfBuffer() {
        try (Descriptor file = create(path("f"))) {
            byte[] bytes = new byte[200_000];
            new java.util.Random(1).nextBytes(bytes);
            file.write(10, ByteBuffer.wrap(bytes));
            ByteBuffer direct = ByteBuffer.allocateDirect(300_000);
            assertThat(file.read(10, direct)).isEqualTo(bytes.length);
            direct.flip();
            ByteBuffer back = ByteBuffer.allocate(bytes.length);
            assertThat(file.read(10, back)).isEqualTo(bytes.length);
            assertThat(back.array()).isEqualTo(bytes);
            file.write(1L << 32, direct);
            file.sync(false);
            file.sync(true);
            file.syncFileSystem();
            assertThat(file.stat().sizeBytes()).isEqualTo((1L << 32) + bytes.length);
            assertThat(file.nextData(1 << 20, file.stat().sizeBytes())).isEqualTo(1L << 32);
            assertThat(file.nextHole(0, file.stat().sizeBytes())).isBetween(200_010L, 300_000L);
            file.truncate(5);
            file.allocate(0, 0, 4096);
            assertThat(file.stat().sizeBytes()).isEqualTo(4096);
            assertThat(file.inodeFlags()).isNotNegative();
        }
    }

    @Test
    void anErrorNamesCallPathAndReason() {
        assertThatThrownBy(() -> RawFiles.lstat(path("missing\u0001")))
                .isInstanceOfSatisfying(
                        OsError.class, e -> assertThat(e.errno()).isEqualTo(OsError.ENOENT))
                .hasMessageStartingWith("lstat /")
                .hasMessageEndingWith("missing\\x01: No such file or directory");
        assertThatThrownBy(() -> RawFiles.lstat(new byte[] {'/', 0, 'x'}))
                .isInstanceOfSatisfying(
                        OsError.class, e -> assertThat(e.errno()).isEqualTo(OsError.EINVAL));
        assertThatThrownBy(() -> RawFiles.lstat(new byte[5000]))
                .isInstanceOfSatisfying(
                        OsError.class, e -> assertThat(e.errno()).isEqualTo(OsError.ENAMETOOLONG));
    }

    @Test
    void deviceNumbersSurviveTheirPacking() {
        for (int[] pair : new int[][] {{0, 0}, {8, 1}, {4095, 1048575}, {-1, -1}, {4096, 256}}) {
            long device = Stat.deviceNumber(pair[0], pair[1]);
            assertThat(Stat.major(device)).isEqualTo(pair[0]);
            assertThat(Stat.minor(device)).isEqualTo(pair[1]);
        }
        assertThat(Stat.deviceNumber(8, 1)).isEqualTo(0x801);
    }
}
