package dev.holdfast.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.format.Bytes;
import dev.holdfast.format.FormatException;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.format.pxar.ItemType;
import dev.holdfast.format.pxar.SipHash24;
import dev.holdfast.format.pxar.Stat;
import java.io.ByteArrayOutputStream;
import org.junit.jupiter.api.Test;

/** What our writer never writes, yet a reader must take, or must refuse. */
class ReaderToleranceTest {
    private static final int ROOT_MODE = 040755;
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    @Test
    void takesOldEntriesWithTimesInNanoseconds() {
        byte[] stat = new byte[Stat.V1_BYTES];
        Bytes.putLong(stat, 0, ROOT_MODE);
        Bytes.putLong(stat, 24, 5_000_000_007L);
        item(ItemType.ENTRY_V1, stat);
        emptyTable(0);
        assertThat(unified().root().entry().metadata().stat())
                .isEqualTo(new Stat(ROOT_MODE, 0, 0, 0, 5, 7));
    }

    @Test
    void takesAnArchiveThatSaysItIsOfVersion1() {
        item(ItemType.FORMAT_VERSION, longs(1));
        entry(ROOT_MODE);
        emptyTable(0);
        assertThat(unified().root().childCount()).isZero();
    }

    @Test
    void refusesUnknownVersions() {
        item(ItemType.FORMAT_VERSION, longs(3));
        entry(ROOT_MODE);
        emptyTable(0);
        refuses("unknown archive version 3");
    }

    @Test
    void takesARootTableThatPointsAtItsEntryAndAnEmptyPrelude() {
        item(ItemType.FORMAT_VERSION, longs(2));
        item(ItemType.PRELUDE, new byte[0]);
        int root = out.size();
        entry(ROOT_MODE);
        emptyTable(root);
        ArchiveReader archive =
                ArchiveReader.split(ByteSource.of(out.toByteArray()), ByteSource.of(new byte[0]));
        assertThat(archive.root().childCount()).isZero();
        assertThat(archive.prelude().orElseThrow()).isEmpty();
        ArchiveScanner.scan(archive, new Describer(archive));
    }

    @Test
    void takesAttributesInAnyOrder() {
        entry(ROOT_MODE);
        item(ItemType.QUOTA_PROJID, longs(77));
        item(ItemType.ACL_DEFAULT, longs(7, 5, 5, -1));
        item(ItemType.XATTR, "user.foo\0bar".getBytes(UTF_8));
        emptyTable(0);
        Entry root = unified().root().entry();
        assertThat(root.metadata().projectId()).hasValue(77);
        assertThat(root.metadata().xattrs().get(0).value()).asString().isEqualTo("bar");
        assertThat(root.metadata().acl().defaults()).isPresent();
    }

    @Test
    void refusesAttributesThatMustNotRepeat() {
        entry(ROOT_MODE);
        item(ItemType.FCAPS, new byte[20]);
        item(ItemType.FCAPS, new byte[20]);
        emptyTable(0);
        refuses("must not repeat");
    }

    @Test
    void refusesAnAttributeWithoutANul() {
        entry(ROOT_MODE);
        item(ItemType.XATTR, "user.foo".getBytes(UTF_8));
        emptyTable(0);
        refuses("without a NUL");
    }

    @Test
    void refusesMoreAttributesThanMemoryIsFor() {
        entry(ROOT_MODE);
        byte[] xattr = new byte[65791];
        xattr[0] = 'x';
        for (int i = 0; i < 1100; i++) {
            item(ItemType.XATTR, xattr);
        }
        emptyTable(0);
        refuses("too many attributes");
    }

    @Test
    void refusesARegularFileWithoutContent() {
        entry(ROOT_MODE);
        int name = out.size();
        item(ItemType.FILENAME, "a\0".getBytes(UTF_8));
        entry(0100644);
        long goodbye = out.size();
        item(
                ItemType.GOODBYE,
                longs(
                        SipHash24.hash("a".getBytes(UTF_8)),
                        goodbye - name,
                        goodbye - name,
                        ItemType.GOODBYE_TAIL_MARKER,
                        goodbye,
                        64));
        DirectoryReader root = unified().root();
        assertThatThrownBy(() -> root.list().next())
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("mode 100644 has no body");
    }

    @Test
    void takesTheEmptyTargetOfASymlink() {
        entry(ROOT_MODE);
        int name = out.size();
        item(ItemType.FILENAME, "a\0".getBytes(UTF_8));
        entry(0120777);
        item(ItemType.SYMLINK, new byte[0]);
        long goodbye = out.size();
        item(
                ItemType.GOODBYE,
                longs(
                        SipHash24.hash("a".getBytes(UTF_8)),
                        goodbye - name,
                        goodbye - name,
                        ItemType.GOODBYE_TAIL_MARKER,
                        goodbye,
                        64));
        Entry link = unified().root().lookup("a".getBytes(UTF_8)).orElseThrow();
        assertThat(link.body()).hasToString("Symlink[0 bytes]");
    }

    @Test
    void saysWhichKindOfArchiveItWasGiven() {
        entry(ROOT_MODE);
        emptyTable(0);
        ByteSource v1 = ByteSource.of(out.toByteArray());
        assertThatThrownBy(() -> ArchiveReader.split(v1, v1))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("not a metadata archive");
    }

    private void refuses(String message) {
        assertThatThrownBy(this::unified)
                .isInstanceOf(FormatException.class)
                .hasMessageContaining(message);
    }

    private ArchiveReader unified() {
        return ArchiveReader.unified(ByteSource.of(out.toByteArray()));
    }

    private void entry(int mode) {
        byte[] stat = new byte[Stat.BYTES];
        Bytes.putLong(stat, 0, mode);
        item(ItemType.ENTRY, stat);
    }

    private void emptyTable(long target) {
        item(ItemType.GOODBYE, longs(ItemType.GOODBYE_TAIL_MARKER, out.size() - target, 40));
    }

    private void item(long type, byte[] content) {
        out.writeBytes(longs(type, 16 + content.length));
        out.writeBytes(content);
    }

    private static byte[] longs(long... values) {
        byte[] bytes = new byte[values.length * Long.BYTES];
        for (int i = 0; i < values.length; i++) {
            Bytes.putLong(bytes, i * Long.BYTES, values[i]);
        }
        return bytes;
    }
}
