package dev.holdfast.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class ChunkSplitterTest {
    private static final ChunkerParameters SMALL = new ChunkerParameters(1 << 10);

    /** A chunk as the sink got it. */
    private record Chunk(long start, int length, int bufferBytes) {
        long end() {
            return start + length;
        }
    }

    private final List<Chunk> chunks = new ArrayList<>();
    private final ByteArrayOutputStream joined = new ByteArrayOutputStream();
    private final ChunkBuffers buffers = new ChunkBuffers(1 << 20);

    @Test
    void imageIsCutEvery4MiBAndEndsShort() throws IOException {
        byte[] image = Streams.lcg(9, (9 << 20) + 512);
        ChunkSplitter splitter = splitter(new FixedChunker(FixedChunker.IMAGE_BYTES));
        for (int i = 0; i < image.length; i += 1_000_003) {
            splitter.write(image, i, Math.min(1_000_003, image.length - i));
        }
        splitter.finish();
        assertThat(chunks)
                .extracting(Chunk::end)
                .containsExactly(4L << 20, 8L << 20, (9L << 20) + 512);
        assertThat(joined.toByteArray()).isEqualTo(image);
    }

    @Test
    void wholeImageLeavesNoEmptyChunk() throws IOException {
        ChunkSplitter splitter = splitter(new FixedChunker(1024));
        splitter.write(new byte[2048]);
        splitter.finish();
        assertThat(chunks).extracting(Chunk::end).containsExactly(1024L, 2048L);
    }

    @Test
    void imageChunksCannotBeCutShort() throws IOException {
        ChunkSplitter splitter = splitter(new FixedChunker(1024));
        splitter.write(new byte[1025]);
        assertThatIllegalStateException().isThrownBy(splitter::cut);
        splitter.write(new byte[1023]);
        splitter.cut();
        assertThatIllegalArgumentException().isThrownBy(() -> splitter.skip(1000));
        splitter.skip(4096);
        splitter.write(7);
        splitter.finish();
        assertThat(chunks).extracting(Chunk::start).containsExactly(0L, 1024L, 6144L);
        assertThat(splitter.position()).isEqualTo(6145);
    }

    @Test
    void emptyStreamHasNoChunks() throws IOException {
        ChunkSplitter splitter = splitter(new BuzhashChunker(SMALL));
        splitter.write(new byte[0]);
        splitter.cut();
        splitter.finish();
        assertThat(chunks).isEmpty();
        assertThat(splitter.position()).isZero();
    }

    @Test
    void finishedStreamTakesNoMore() throws IOException {
        ChunkSplitter splitter = splitter(new BuzhashChunker(SMALL));
        splitter.write(1);
        splitter.finish();
        assertThatIllegalStateException().isThrownBy(() -> splitter.write(new byte[1]));
        assertThatIllegalStateException().isThrownBy(splitter::cut);
        assertThatIllegalStateException().isThrownBy(splitter::finish);
        assertThat(chunks).hasSize(1);
    }

    @Test
    void closingWithoutFinishingEmitsNothing() throws IOException {
        try (ChunkSplitter splitter = splitter(new BuzhashChunker(SMALL))) {
            splitter.write(new byte[100]);
        }
        assertThat(chunks).isEmpty();
    }

    /** The sizes of the example in chunking.md §5; where its hash cuts are depends on its data. */
    @Test
    void injectedChunksTakeUpOffsets() throws IOException {
        ChunkSplitter splitter = splitter(new PayloadChunker(SMALL));
        byte[] data = Streams.lcg(5, 4096);
        splitter.write(data, 0, 16);
        splitter.skip(5000);
        for (int length : new int[] {16, 300, 16, 2000}) {
            splitter.write(data, 0, length);
        }
        assertThat(splitter.position()).isEqualTo(7348);
        splitter.skip(800);
        splitter.write(data, 0, 16);
        splitter.finish();

        assertThat(splitter.position()).isEqualTo(8164);
        assertThat(chunks.get(0).end()).isEqualTo(16);
        assertThat(chunks.get(1).start()).isEqualTo(5016);
        assertThat(chunks.get(chunks.size() - 2).end()).isEqualTo(7348);
        assertThat(chunks.get(chunks.size() - 1).start()).isEqualTo(8148);
        assertThat(chunks.get(chunks.size() - 1).length()).isEqualTo(16);
    }

    @Test
    void bufferGrowsWithTheChunkOnly() throws IOException {
        ChunkSplitter splitter = splitter(new BuzhashChunker(SMALL), new ChunkBuffers(0));
        for (int i = 0; i < 300; i++) {
            splitter.write(0);
        }
        splitter.cut();
        splitter.write(new byte[10_000]);
        splitter.finish();
        assertThat(chunks).extracting(Chunk::bufferBytes).containsExactly(512, 4096, 4096, 2048);
    }

    @Test
    void chunkerThatDoesNotCutIsStoppedAtItsMaximum() throws IOException {
        Chunker endless =
                new Chunker() {
                    @Override
                    public int scan(byte[] buf, int off, int len) {
                        return 0;
                    }

                    @Override
                    public void reset() {}

                    @Override
                    public int minBytes() {
                        return 100;
                    }

                    @Override
                    public int maxBytes() {
                        return 1000;
                    }
                };
        ChunkSplitter splitter = splitter(endless);
        splitter.write(new byte[1000]);
        assertThatIllegalStateException().isThrownBy(() -> splitter.write(0));
    }

    @Property(tries = 200)
    void chunksJoinedAreTheStreamWhateverIsForced(
            @ForAll long seed,
            @ForAll @Size(max = 30) List<@IntRange(max = 5000) Integer> pieces,
            @ForAll @IntRange(max = 3) int every)
            throws IOException {
        Random random = new Random(seed);
        chunks.clear();
        joined.reset();
        PayloadChunker chunker = new PayloadChunker(SMALL);
        ChunkSplitter splitter = splitter(chunker);
        ByteArrayOutputStream written = new ByteArrayOutputStream();
        List<Long> forced = new ArrayList<>();
        long injected = 0;
        for (int length : pieces) {
            byte[] piece = new byte[length];
            random.nextBytes(piece);
            switch (random.nextInt(every + 1)) {
                case 1 -> chunker.suggest(splitter.position() + length / 2);
                case 2 -> {
                    forced.add(splitter.position());
                    splitter.cut();
                }
                case 3 -> {
                    forced.add(splitter.position());
                    splitter.skip(length);
                    injected += length;
                }
                default -> {}
            }
            splitter.write(piece);
            written.write(piece);
        }
        splitter.finish();

        assertThat(joined.toByteArray()).isEqualTo(written.toByteArray());
        assertThat(chunks).allSatisfy(c -> assertThat(c.length()).isBetween(1, 4096));
        assertThat(splitter.position()).isEqualTo(written.size() + injected);
        assertThat(chunker.position()).isEqualTo(splitter.position());
        for (long cut : forced) {
            assertThat(chunks).noneMatch(c -> c.start() < cut && c.end() > cut);
        }
        for (int i = 1; i < chunks.size(); i++) {
            assertThat(chunks.get(i).start()).isGreaterThanOrEqualTo(chunks.get(i - 1).end());
        }
    }

    private ChunkSplitter splitter(Chunker chunker) {
        return splitter(chunker, buffers);
    }

    /** Spoils the buffers that it gives back, so that a splitter that still uses one is found. */
    private ChunkSplitter splitter(Chunker chunker, ChunkBuffers buffers) {
        return new ChunkSplitter(
                chunker,
                buffers,
                (buffer, length, start) -> {
                    chunks.add(new Chunk(start, length, buffer.length));
                    joined.write(buffer, 0, length);
                    Arrays.fill(buffer, (byte) 0xaa);
                    buffers.give(buffer);
                });
    }
}
