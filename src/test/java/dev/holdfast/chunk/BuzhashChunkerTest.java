package dev.holdfast.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BuzhashChunkerTest {
    private static final ChunkerParameters AVERAGE_64K = new ChunkerParameters(64 << 10);
    private static final ChunkerParameters SMALL = new ChunkerParameters(1 << 10);

    @ParameterizedTest
    @CsvSource({
        "1, 458be752",
        "2, ce9c29f6",
        "3, d8b3b4bf",
        "4, f4ec8e2d",
        "63, 618e66d8",
        "64, 86972ae2",
        "65, a4207671",
        "66, 4840ece3",
        "70, 69a62214",
    })
    void oracleHashesTheRampAsSpecified(int k, String hash) {
        ByteByByteChunker oracle = new ByteByByteChunker(AVERAGE_64K);
        for (byte b : Streams.ramp(72)) {
            if (k-- > 0) {
                assertThat(oracle.endsAfter(b)).isFalse();
            }
        }
        assertThat(HexFormat.of().toHexDigits(oracle.hash())).isEqualTo(hash);
    }

    @Test
    void cutsTheRampAsSpecified() {
        byte[] ramp = Streams.ramp(1 << 20);
        assertThat(ends(64 << 10, ramp))
                .containsExactly(143377L, 405521L, 667665L, 929809L, 1048576L);
        assertThat(ends(512 << 10, ramp)).containsExactly(1048576L);
    }

    @Test
    void cutsRandomBytesAsSpecifiedAtAnAverageOf64K() {
        byte[] stream = Streams.lcg(1, 4 << 20);
        assertThat(Streams.sha256(stream, 0, stream.length))
                .isEqualTo("943a370ff19a97a3129f7fe44ff5ea65c707a61dac1d1f2d08b59ea382c6ebd0");
        assertThat(ends(64 << 10, stream))
                .hasSize(71)
                .startsWith(
                        102511L, 137654L, 206169L, 240387L, 310077L, 375112L, 425226L, 507651L,
                        543905L, 566569L);
    }

    @Test
    void cutsRandomBytesAsSpecifiedAtAnAverageOf4M() {
        byte[] stream = Streams.lcg(3, 24 << 20);
        assertThat(Streams.sha256(stream, 0, stream.length))
                .isEqualTo("6e3f75742f2f60d4c5b443b1c40a6b920a47ad083ed36f5e4bf3e9338f03a7a8");
        assertThat(ends(4 << 20, stream))
                .containsExactly(
                        1634210L, 4313033L, 8667354L, 15063104L, 19807322L, 23734256L, 25165824L);
    }

    @Test
    void cutsZerosAtTheMaximumOnly() {
        assertThat(ends(64 << 10, new byte[2 << 20]))
                .containsExactly(
                        262144L, 524288L, 786432L, 1048576L, 1310720L, 1572864L, 1835008L,
                        2097152L);
    }

    @Test
    void startsAnewAfterAForcedCut() {
        byte[] stream = Streams.lcg(1, 4 << 20);
        BuzhashChunker chunker = new BuzhashChunker(AVERAGE_64K);
        assertThat(chunker.scan(stream, 7, 100_000)).isZero();
        chunker.reset();
        assertThat(chunker.scan(stream, 0, stream.length)).isEqualTo(102511);
        assertThat(chunker.scan(stream, 102511, stream.length - 102511)).isEqualTo(137654 - 102511);
    }

    @Property(tries = 300)
    void cutsWhereTheOracleDoesHoweverTheStreamIsSliced(
            @ForAll long seed,
            @ForAll @IntRange(max = 30_000) int length,
            @ForAll @IntRange(min = 1, max = 256) int alphabet,
            @ForAll @Size(min = 1, max = 20) List<@IntRange(min = 1, max = 3000) Integer> slices) {
        byte[] stream = bytes(new Random(seed), length, alphabet);

        // Each slice comes in an array of its own: nothing before it can be read.
        BuzhashChunker chunker = new BuzhashChunker(SMALL);
        List<Integer> ends = new ArrayList<>();
        for (int i = 0, s = 0; i < length; s++) {
            int end = Math.min(length, i + slices.get(s % slices.size()));
            while (i < end) {
                byte[] slice = Arrays.copyOfRange(stream, i, end);
                int k = chunker.scan(slice, 0, slice.length);
                i = k == 0 ? end : i + k;
                if (k != 0) {
                    ends.add(i);
                }
            }
        }

        assertThat(ends).isEqualTo(oracleEnds(stream));
    }

    @Property(tries = 200)
    void forcedCutsAreAllThatMattersOfWhatCameBefore(
            @ForAll long seed,
            @ForAll @Size(max = 8) List<@IntRange(max = 6000) Integer> cutsApart) {
        Random random = new Random(seed);
        BuzhashChunker chunker = new BuzhashChunker(SMALL);
        for (int length : cutsApart) {
            byte[] stream = bytes(random, length, 256);
            List<Integer> ends = new ArrayList<>();
            int k = 1;
            for (int i = 0; i < length && k > 0; i += k) {
                k = chunker.scan(stream, i, length - i);
                if (k > 0) {
                    ends.add(i + k);
                }
            }
            assertThat(ends).isEqualTo(oracleEnds(stream));
            chunker.reset();
        }
    }

    /** Random bytes out of an alphabet, with runs: a small alphabet makes hashes repeat. */
    private static byte[] bytes(Random random, int length, int alphabet) {
        byte[] out = new byte[length];
        for (int i = 0; i < length; i++) {
            out[i] = (byte) random.nextInt(alphabet);
        }
        int run = random.nextInt(10_000);
        int from = random.nextInt(length + 1);
        Arrays.fill(out, from, Math.min(length, from + run), (byte) 0);
        return out;
    }

    private static List<Integer> oracleEnds(byte[] stream) {
        ByteByByteChunker oracle = new ByteByByteChunker(SMALL);
        List<Integer> ends = new ArrayList<>();
        for (int i = 0; i < stream.length; i++) {
            if (oracle.endsAfter(stream[i])) {
                ends.add(i + 1);
            }
        }
        return ends;
    }

    private static List<Long> ends(int average, byte[] stream) {
        return Streams.ends(
                new BuzhashChunker(new ChunkerParameters(average)), stream, stream.length);
    }
}
