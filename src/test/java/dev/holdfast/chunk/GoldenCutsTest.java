package dev.holdfast.chunk;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.Golden;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Cuts the golden stream, bare and within archives, and compares with the official client. */
class GoldenCutsTest {
    private record Cut(long end, String digest) {}

    private static Path golden;
    private static byte[] stream = {};

    @BeforeAll
    static void generateStream() {
        golden = Golden.dir().resolve("chunker");
        stream = Streams.counter("pbs-chunker-golden", 64 << 20);
    }

    @AfterAll
    static void forgetStream() {
        stream = new byte[0];
    }

    @ParameterizedTest
    @ValueSource(ints = {65536, 1048576, 4194304})
    void bareStreamIsCutAlikeWithEveryFeed(int average) throws IOException {
        List<Cut> expected = new ArrayList<>();
        for (String line : Files.readAllLines(golden.resolve("raw-avg" + average + ".txt"))) {
            String[] words = line.split(" ", 2);
            expected.add(new Cut(Long.parseLong(words[0]), words[1]));
        }
        ChunkerParameters parameters = new ChunkerParameters(average);

        assertThat(cuts(new BuzhashChunker(parameters), stream)).isEqualTo(expected);

        List<Long> ends = expected.stream().map(Cut::end).toList();
        for (int sliceBytes : new int[] {1, 1000, 65536, 4 << 20}) {
            assertThat(Streams.ends(new BuzhashChunker(parameters), stream, sliceBytes))
                    .as("fed by %d", sliceBytes)
                    .isEqualTo(ends);
        }
    }

    @Test
    void archiveOfOneFileIsCutAsByTheClient() throws IOException {
        JsonNode json = json("single-legacy-pxar.json");
        assertThat(cuts(new BuzhashChunker(ChunkerParameters.ARCHIVE), around(json)))
                .isEqualTo(cuts(json));
    }

    @Test
    void payloadOfOneFileIsCutAsByTheClient() throws IOException {
        JsonNode json = json("single-data-ppxar.json");
        PayloadChunker chunker = new PayloadChunker(ChunkerParameters.ARCHIVE);
        chunker.suggest(16);
        assertThat(cuts(chunker, around(json))).isEqualTo(cuts(json));
    }

    /** All but the last chunk, which holds the directory's table of hashed names. */
    @Test
    void archiveOfManyFilesIsCutAsByTheClient() throws IOException {
        JsonNode json = json("manyfiles-legacy-pxar.json");
        List<Cut> expected = cuts(json);
        List<Cut> cuts = cuts(new BuzhashChunker(ChunkerParameters.ARCHIVE), manyFilesArchive());
        assertThat(cuts).hasSameSizeAs(expected);
        assertThat(cuts.subList(0, cuts.size() - 1))
                .isEqualTo(expected.subList(0, expected.size() - 1));
    }

    /** The archive up to its table of names, written out by hand ({@code pxar.md §4}). */
    private static byte[] manyFilesArchive() throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(stream.length + (1 << 16));
        out.write(entry(0040755, 1700000000L));
        int number = 0;
        int from = 0;
        for (String line : Files.readAllLines(golden.resolve("manyfiles-sizes.txt"))) {
            int size = Integer.parseInt(line);
            byte[] name = "f%04d\0".formatted(number).getBytes(US_ASCII);
            out.write(header(0x16701121063917b3L, name.length));
            out.write(name);
            out.write(entry(0100644, 1700000000L + number));
            out.write(header(0x28147a1b0b7c1a25L, size));
            out.write(stream, from, size);
            from += size;
            number++;
        }
        assertThat(from).isEqualTo(stream.length);
        return out.toByteArray();
    }

    private static byte[] header(long type, long contentBytes) {
        return longs(type, 16 + contentBytes);
    }

    /** ENTRY with mode, flags, uid and gid, mtime, nanoseconds and padding. */
    private static byte[] entry(long mode, long mtime) {
        return longs(0xd5956474e588acefL, 56, mode, 0, 0, mtime, 0);
    }

    private static byte[] longs(long... values) {
        ByteBuffer out = ByteBuffer.allocate(8 * values.length).order(ByteOrder.LITTLE_ENDIAN);
        out.asLongBuffer().put(values);
        return out.array();
    }

    private static JsonNode json(String name) throws IOException {
        return new ObjectMapper().readTree(golden.resolve(name).toFile());
    }

    private static byte[] around(JsonNode json) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream(stream.length + 4096);
        out.write(HexFormat.of().parseHex(json.get("prefix_hex").textValue()));
        out.write(stream);
        out.write(HexFormat.of().parseHex(json.get("suffix_hex").textValue()));
        assertThat(out.size()).isEqualTo(json.get("size").intValue());
        return out.toByteArray();
    }

    private static List<Cut> cuts(JsonNode json) {
        List<Cut> cuts = new ArrayList<>();
        for (JsonNode chunk : json.get("chunks")) {
            cuts.add(new Cut(chunk.get(0).longValue(), chunk.get(1).textValue()));
        }
        return cuts;
    }

    private static List<Cut> cuts(Chunker chunker, byte[] bytes) throws IOException {
        List<Cut> cuts = new ArrayList<>();
        ChunkBuffers buffers = new ChunkBuffers(16 << 20);
        try (ChunkSplitter splitter =
                new ChunkSplitter(
                        chunker,
                        buffers,
                        (buffer, length, start) -> {
                            cuts.add(new Cut(start + length, Streams.sha256(buffer, 0, length)));
                            buffers.give(buffer);
                        })) {
            for (int i = 0; i < bytes.length; i += 4 << 20) {
                splitter.write(bytes, i, Math.min(4 << 20, bytes.length - i));
            }
            splitter.finish();
        }
        return cuts;
    }
}
