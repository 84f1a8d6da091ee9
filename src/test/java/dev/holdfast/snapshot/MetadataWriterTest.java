package dev.holdfast.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.DeviceNumber;
import dev.holdfast.format.pxar.EntryMetadata;
import dev.holdfast.format.pxar.SipHash24;
import dev.holdfast.format.pxar.Stat;
import java.io.ByteArrayOutputStream;
import java.util.Optional;
import org.assertj.core.api.ThrowableAssert.ThrowingCallable;
import org.junit.jupiter.api.Test;

class MetadataWriterTest {
    private static final EntryMetadata FILE = metadata(0100644);
    private static final EntryMetadata DIRECTORY = metadata(040755);
    private static final EntryMetadata SYMLINK = metadata(0120777);

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final MetadataWriter writer =
            MetadataWriter.begin(out::write, DIRECTORY, Optional.empty());

    @Test
    void refusesNamesOutOfOrderAndTwice() {
        writer.symlink(name("b"), SYMLINK, name("x"));
        refuses(() -> writer.symlink(name("a"), SYMLINK, name("x")));
        refuses(() -> writer.symlink(name("b"), SYMLINK, name("x")));
        writer.symlink(name("ba"), SYMLINK, name("x"));
        writer.symlink(new byte[] {(byte) 0x80}, SYMLINK, name("x"));
        refuses(() -> writer.symlink(name("z"), SYMLINK, name("x")));
        assertThat(names()).isEqualTo(3);
    }

    @Test
    void startsTheOrderAnewInEveryDirectory() {
        writer.enterDirectory(name("m"), DIRECTORY);
        writer.symlink(name("a"), SYMLINK, name("x"));
        writer.leaveDirectory();
        refuses(() -> writer.symlink(name("b"), SYMLINK, name("x")));
        writer.symlink(name("n"), SYMLINK, name("x"));
        assertThat(names()).isEqualTo(2);
    }

    @Test
    void refusesContentsThatOverlapOrGoBack() {
        refuses(() -> writer.file(name("a"), FILE, new Body.Regular(15, 0), true));
        writer.file(name("a"), FILE, new Body.Regular(100, 50), true);
        refuses(() -> writer.file(name("b"), FILE, new Body.Regular(165, 1), true));
        writer.file(name("b"), FILE, new Body.Regular(166, 1), true);
        assertThat(names()).isEqualTo(2);
    }

    @Test
    void refusesWhatDoesNotFitTheMode() {
        refuses(() -> writer.file(name("a"), SYMLINK, new Body.Regular(16, 0), true));
        refuses(() -> writer.symlink(name("a"), FILE, name("x")));
        refuses(() -> writer.enterDirectory(name("a"), FILE));
        refuses(() -> writer.device(name("a"), FILE, new DeviceNumber(1, 2)));
        refuses(() -> writer.fifo(name("a"), FILE));
        refuses(() -> writer.socket(name("a"), metadata(0010644)));
        refuses(() -> MetadataWriter.begin(out::write, FILE, Optional.empty()));
        assertThat(names()).isZero();
    }

    @Test
    void refusesNamesAndTargetsThatCannotBeRead() {
        refuses(() -> writer.symlink(name(""), SYMLINK, name("x")));
        refuses(() -> writer.symlink(name(".."), SYMLINK, name("x")));
        refuses(() -> writer.symlink(name("a/b"), SYMLINK, name("x")));
        refuses(() -> writer.symlink(new byte[4097], SYMLINK, name("x")));
        refuses(() -> writer.symlink(name("a"), SYMLINK, name("x\0")));
        refuses(() -> writer.symlink(name("a"), SYMLINK, name("x".repeat(4097))));
        refuses(() -> writer.hardLink(name("a"), 0, name("x")));
        refuses(() -> writer.hardLink(name("a"), writer.position(), name("x")));
        assertThat(names()).isZero();
    }

    @Test
    void refusesCallsOutOfTurn() {
        assertThatIllegalStateException().isThrownBy(writer::leaveDirectory);
        writer.enterDirectory(name("a"), DIRECTORY);
        assertThatIllegalStateException().isThrownBy(writer::finish);
        writer.leaveDirectory();
        writer.finish();
        assertThatIllegalStateException().isThrownBy(writer::finish);
        assertThatIllegalStateException()
                .isThrownBy(() -> writer.symlink(name("b"), SYMLINK, name("x")));
    }

    @Test
    void countsContentInTheRowOnlyIfAsked() {
        writer.file(name("a"), FILE, new Body.Regular(16, 1000), true);
        writer.file(name("b"), FILE, new Body.Regular(2000, 1000), false);
        writer.finish();
        long metadataBytes = 16 + 2 + 56 + 32;
        DirectoryReader root =
                ArchiveReader.split(ByteSource.of(out.toByteArray()), ByteSource.of(new byte[0]))
                        .root();
        assertThat(rowSize(root, "a")).isEqualTo(metadataBytes + 1000);
        assertThat(rowSize(root, "b")).isEqualTo(metadataBytes);
    }

    private static long rowSize(DirectoryReader directory, String name) {
        long[] found = new long[1];
        directory
                .table()
                .find(
                        SipHash24.hash(name(name)),
                        (offset, size) -> {
                            found[0] = size;
                            return true;
                        });
        return found[0];
    }

    /** Finishes the archive and counts what is in its root: refused calls must leave no trace. */
    private int names() {
        writer.finish();
        ArchiveReader archive =
                ArchiveReader.split(ByteSource.of(out.toByteArray()), ByteSource.of(new byte[0]));
        int count = 0;
        for (DirectoryListing l = archive.root().list(); l.hasNext(); l.next()) {
            count++;
        }
        return count;
    }

    private static void refuses(ThrowingCallable call) {
        assertThatIllegalArgumentException().isThrownBy(call);
    }

    private static EntryMetadata metadata(int mode) {
        return EntryMetadata.of(new Stat(mode, 0, 0, 0, 0, 0));
    }

    private static byte[] name(String s) {
        return s.getBytes(UTF_8);
    }
}
