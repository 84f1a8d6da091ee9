package dev.holdfast.snapshot;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.format.FormatException;
import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.format.pxar.EntryMetadata;
import dev.holdfast.format.pxar.ItemBuffer;
import dev.holdfast.format.pxar.Stat;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** The archives that {@code spec/pxar.md} §17 spells out byte by byte. */
class WorkedExamplesTest {
    private static final byte[] UNIFIED =
            hex(
                    """
                    ef ac 88 e5 74 64 95 d5 38 00 00 00 00 00 00 00
                    ed 41 00 00 00 00 00 00 00 00 00 00 00 00 00 00
                    00 00 00 00 00 00 00 00 00 f1 53 65 00 00 00 00
                    01 00 00 00 00 00 00 00 b3 17 39 06 21 11 70 16
                    12 00 00 00 00 00 00 00 61 00 ef ac 88 e5 74 64
                    95 d5 38 00 00 00 00 00 00 00 a4 81 00 00 00 00
                    00 00 00 00 00 00 00 00 00 00 e8 03 00 00 e9 03
                    00 00 01 f1 53 65 00 00 00 00 00 65 cd 1d 00 00
                    00 00 25 1a 7c 0b 1b 7a 14 28 15 00 00 00 00 00
                    00 00 68 65 6c 6c 6f b3 17 39 06 21 11 70 16 12
                    00 00 00 00 00 00 00 62 00 75 72 bd 22 84 9c 26
                    51 1a 00 00 00 00 00 00 00 5f 00 00 00 00 00 00
                    00 61 00 b3 17 39 06 21 11 70 16 12 00 00 00 00
                    00 00 00 6c 00 ef ac 88 e5 74 64 95 d5 38 00 00
                    00 00 00 00 00 ff a1 00 00 00 00 00 00 00 00 00
                    00 00 00 00 00 00 00 00 00 00 00 00 00 02 f1 53
                    65 00 00 00 00 00 00 00 00 00 00 00 00 5f dc f5
                    db e7 71 f9 27 12 00 00 00 00 00 00 00 61 00 1d
                    73 d5 42 a6 4f ec 2f 70 00 00 00 00 00 00 00 33
                    c7 e8 12 f5 a3 1d 4d 88 00 00 00 00 00 00 00 2c
                    00 00 00 00 00 00 00 cf 7b 2c 7c 06 e9 26 0c e7
                    00 00 00 00 00 00 00 5f 00 00 00 00 00 00 00 59
                    25 17 c9 46 04 72 53 5c 00 00 00 00 00 00 00 5c
                    00 00 00 00 00 00 00 55 15 3e 75 5b ed 5e ef 1f
                    01 00 00 00 00 00 00 70 00 00 00 00 00 00 00
                    """);

    private static final String PRELUDE_ITEM =
            """
            0d a4 16 df 75 6c 0f 73 18 00 00 00 00 00 00 00
            02 00 00 00 00 00 00 00 1b 77 7b 9f 9d d7 09 e3
            2c 00 00 00 00 00 00 00 7b 22 65 78 63 6c 75 64
            65 2d 70 61 74 74 65 72 6e 73 22 3a 22 2a 2e 6f
            5c 6e 22 7d
            """;

    private static final String PAYLOAD_REF =
            """
            7e 97 ba c4 6b 3d 9d 41 20 00 00 00 00 00 00 00
            10 00 00 00 00 00 00 00 05 00 00 00 00 00 00 00
            """;

    private static final String SPLIT_TABLE =
            """
            1d 73 d5 42 a6 4f ec 2f 70 00 00 00 00 00 00 00
            33 c7 e8 12 f5 a3 1d 4d 88 00 00 00 00 00 00 00 2c 00 00 00 00 00 00 00
            cf 7b 2c 7c 06 e9 26 0c f2 00 00 00 00 00 00 00 6f 00 00 00 00 00 00 00
            59 25 17 c9 46 04 72 53 5c 00 00 00 00 00 00 00 5c 00 00 00 00 00 00 00
            55 15 3e 75 5b ed 5e ef 6e 01 00 00 00 00 00 00 70 00 00 00 00 00 00 00
            """;

    private static final byte[] PAYLOAD =
            hex(
                    """
                    d2 4e 4a 19 c2 68 4c 83 10 00 00 00 00 00 00 00
                    25 1a 7c 0b 1b 7a 14 28 15 00 00 00 00 00 00 00
                    68 65 6c 6c 6f b5 81 4c 98 8b b7 72 6c 10 00 00
                    00 00 00 00 00
                    """);

    /** The split archive, put together from the lines of §17.2 and the items §17.1 shares. */
    private static byte[] splitArchive() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.writeBytes(hex(PRELUDE_ITEM));
        out.write(UNIFIED, 0x00, 0x82);
        out.writeBytes(hex(PAYLOAD_REF));
        out.write(UNIFIED, 0x97, 0x12);
        byte[] link = Arrays.copyOfRange(UNIFIED, 0xa9, 0xc3);
        link[16] = 0x6a;
        out.writeBytes(link);
        out.write(UNIFIED, 0xc3, 0x11f - 0xc3);
        out.writeBytes(hex(SPLIT_TABLE));
        return out.toByteArray();
    }

    @Test
    void writesTheSplitArchiveOfTheSpecByteForByte() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        MetadataWriter writer =
                MetadataWriter.begin(
                        out::write,
                        EntryMetadata.of(new Stat(040755, 0, 0, 0, 1700000000, 1)),
                        Optional.of("{\"exclude-patterns\":\"*.o\\n\"}".getBytes(UTF_8)));
        long a =
                writer.file(
                        name("a"),
                        EntryMetadata.of(new Stat(0100644, 0, 1000, 1001, 1700000001, 500_000_000)),
                        new Body.Regular(16, 5),
                        true);
        writer.hardLink(name("b"), a, name("a"));
        writer.symlink(
                name("l"), EntryMetadata.of(new Stat(0120777, 0, 0, 0, 1700000002, 0)), name("a"));
        long length = writer.finish();

        assertThat(length).isEqualTo(478);
        assertThat(a).isEqualTo(0x7c);
        assertThat(out.toByteArray()).isEqualTo(splitArchive());
    }

    @Test
    void writesThePayloadStreamOfTheSpecByteForByte() {
        ItemBuffer out = new ItemBuffer(4);
        ByteArrayOutputStream stream = new ByteArrayOutputStream();
        out.payloadStart();
        out.payload(5);
        stream.writeBytes(out.toByteArray());
        stream.writeBytes("hello".getBytes(UTF_8));
        out.clear();
        out.payloadTail();
        stream.writeBytes(out.toByteArray());

        assertThat(stream.toByteArray()).isEqualTo(PAYLOAD);
    }

    @Test
    void writesTheSmallestSplitArchive() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        MetadataWriter.begin(
                        out::write,
                        EntryMetadata.of(new Stat(040755, 0, 0, 0, 1600000000, 1)),
                        Optional.empty())
                .finish();

        assertThat(out.toByteArray())
                .isEqualTo(
                        hex(
                                """
                                0d a4 16 df 75 6c 0f 73 18 00 00 00 00 00 00 00
                                02 00 00 00 00 00 00 00
                                ef ac 88 e5 74 64 95 d5 38 00 00 00 00 00 00 00
                                ed 41 00 00 00 00 00 00 00 00 00 00 00 00 00 00
                                00 00 00 00 00 00 00 00 00 10 5e 5f 00 00 00 00
                                01 00 00 00 00 00 00 00
                                1d 73 d5 42 a6 4f ec 2f 28 00 00 00 00 00 00 00
                                55 15 3e 75 5b ed 5e ef 50 00 00 00 00 00 00 00
                                28 00 00 00 00 00 00 00
                                """));
    }

    @Test
    void readsTheUnifiedArchive() {
        assertReadsTheExample(ArchiveReader.unified(ByteSource.of(UNIFIED)));
    }

    @Test
    void readsTheSplitArchive() {
        ArchiveReader archive =
                ArchiveReader.split(ByteSource.of(splitArchive()), ByteSource.of(PAYLOAD));
        assertReadsTheExample(archive);
        assertThat(archive.prelude().orElseThrow())
                .asString(UTF_8)
                .isEqualTo("{\"exclude-patterns\":\"*.o\\n\"}");
    }

    @Test
    void survivesEveryChangedByteOfTheUnifiedArchive() {
        int refused = 0;
        for (int i = 0; i < UNIFIED.length; i++) {
            for (int value = 0; value < 256; value++) {
                byte[] changed = UNIFIED.clone();
                changed[i] = (byte) value;
                try {
                    ArchiveReader archive = ArchiveReader.unified(ByteSource.of(changed));
                    new Describer(archive).walk(archive.root());
                    ArchiveScanner.scan(archive, new Describer(archive));
                } catch (FormatException e) {
                    refused++;
                }
            }
        }
        assertThat(refused).isGreaterThan(UNIFIED.length * 64);
    }

    @Test
    void refusesPositionsThatAreNoNameOfTheDirectory() {
        DirectoryReader root = ArchiveReader.unified(ByteSource.of(UNIFIED)).root();
        for (long position = 1; position < UNIFIED.length; position++) {
            long p = position;
            if (p == 0x38 || p == 0x97 || p == 0xc3 || p == 0x11f) {
                root.listFrom(p).forEachRemaining(e -> assertThat(e.nameOffset() >= p).isTrue());
            } else {
                assertThatThrownBy(() -> root.listFrom(p))
                        .isInstanceOf(IllegalArgumentException.class);
            }
        }
    }

    private static void assertReadsTheExample(ArchiveReader archive) {
        DirectoryReader root = archive.root();
        assertThat(root.entry().metadata().stat())
                .isEqualTo(new Stat(040755, 0, 0, 0, 1700000000, 1));
        assertThat(root.list())
                .toIterable()
                .extracting(e -> new String(e.name(), UTF_8))
                .containsExactly("a", "b", "l");
        assertThat(root.childCount()).isEqualTo(3);

        Entry a = root.lookup(name("a")).orElseThrow();
        Entry b = root.lookup(name("b")).orElseThrow();
        Entry l = root.lookup(name("l")).orElseThrow();
        assertThat(root.lookup(name("c"))).isEmpty();
        assertThat(content(archive, a)).isEqualTo("hello");
        assertThat(content(archive, b)).isEqualTo("hello");
        assertThat(b.entryOffset()).isEqualTo(a.entryOffset());
        assertThat(b.isHardLink()).isTrue();
        assertThat(a.isHardLink()).isFalse();
        assertThat(b.metadata().stat().gid()).isEqualTo(1001);
        assertThat(l.body()).isEqualTo(new Body.Symlink(name("a")));
        LinkCounts counts = LinkCounts.of(archive);
        assertThat(counts.linksTo(a)).isEqualTo(2);
        assertThat(counts.linksTo(b)).isEqualTo(2);
        assertThat(counts.linksTo(l)).isEqualTo(1);
    }

    private static String content(ArchiveReader archive, Entry file) {
        ByteSource source = archive.content(file);
        byte[] bytes = new byte[(int) source.size()];
        source.read(0, bytes, 0, bytes.length);
        return new String(bytes, UTF_8);
    }

    private static byte[] name(String s) {
        return s.getBytes(UTF_8);
    }

    private static byte[] hex(String lines) {
        return HexFormat.of().parseHex(lines.replaceAll("\\s", ""));
    }
}
