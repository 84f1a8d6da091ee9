package dev.holdfast.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.junit.jupiter.api.Test;

class PayloadChunkerTest {
    private static final ChunkerParameters AVERAGE_64K = new ChunkerParameters(64 << 10);
    private static final ChunkerParameters SMALL = new ChunkerParameters(1 << 10);
    private static final byte[] RAMP = Streams.ramp(1 << 20);

    private final PayloadChunker chunker = new PayloadChunker(AVERAGE_64K);

    @Test
    void suggestionsWinWhereTheyAreSeenBeforeTheBytes() {
        suggest(10000, 36000, 40000, 60000, 300000, 310000, 700000);
        assertThat(Streams.ends(chunker, RAMP, 1 << 20))
                .containsExactly(
                        36000L, 60000L, 300000L, 405521L, 667665L, 700000L, 929809L, 1048576L);
    }

    @Test
    void hashBoundariesWinInSlicesBeforeTheSuggestion() {
        suggest(10000, 36000, 40000, 60000, 300000, 310000, 700000);
        assertThat(Streams.ends(chunker, RAMP, 4096))
                .containsExactly(
                        36000L, 60000L, 143377L, 300000L, 405521L, 667665L, 700000L, 929809L,
                        1048576L);
    }

    @Test
    void withoutSuggestionsCutsAreThoseOfBuzhash() {
        assertThat(Streams.ends(chunker, RAMP, 5000))
                .isEqualTo(Streams.ends(new BuzhashChunker(AVERAGE_64K), RAMP, 5000));
    }

    @Test
    void suggestionOfThePositionReachedIsUsedUpWithoutACut() {
        assertThat(chunker.scan(RAMP, 0, 20000)).isZero();
        suggest(20000, 30000);
        assertThat(chunker.scan(RAMP, 20000, 20000)).isZero();
        assertThat(chunker.position()).isEqualTo(40000);
    }

    @Test
    void writerThatDoesNotRunAheadForcesTheCut() {
        assertThat(chunker.scan(RAMP, 0, AVERAGE_64K.minBytes() - 1)).isZero();
        assertThat(chunker.mayCutHere()).isFalse();
        assertThat(chunker.scan(RAMP, AVERAGE_64K.minBytes() - 1, 1)).isZero();
        assertThat(chunker.mayCutHere()).isTrue();
        chunker.reset();
        assertThat(chunker.mayCutHere()).isFalse();
        assertThat(chunker.position()).isEqualTo(AVERAGE_64K.minBytes());
    }

    @Test
    void suggestionsCountInjectedBytes() {
        assertThat(chunker.scan(RAMP, 0, 16)).isZero();
        chunker.skip(5_000_000_000L);
        suggest(5_000_000_016L + 36000);
        assertThat(chunker.scan(RAMP, 0, RAMP.length)).isEqualTo(36000);
        assertThat(chunker.position()).isEqualTo(5_000_036_016L);
    }

    @Test
    void suggestionBehindInjectedBytesIsDropped() {
        suggest(20000, 60000, 100000);
        assertThat(chunker.scan(RAMP, 0, 10000)).isZero();
        chunker.skip(50000);
        assertThat(chunker.scan(RAMP, 0, 100000)).isEqualTo(40000);
    }

    @Test
    void suggestionBeyondTheMaximumWaitsForTheNextChunk() {
        byte[] zeros = new byte[400_000];
        suggest(300_000);
        assertThat(Streams.ends(chunker, zeros, zeros.length))
                .containsExactly(262_144L, 300_000L, 400_000L);
    }

    @Test
    void offsetsDoNotGoBack() {
        suggest(5, 5, 6);
        assertThatIllegalArgumentException().isThrownBy(() -> chunker.suggest(5));
    }

    /** Plays the rules of §3 over absolute positions, with the oracle's hash boundaries. */
    @Property(tries = 300)
    void followsTheSixRules(
            @ForAll long seed,
            @ForAll @IntRange(max = 40_000) int length,
            @ForAll @Size(max = 40) List<@IntRange(max = 40_000) Integer> offsets,
            @ForAll @Size(min = 1, max = 10) List<@IntRange(min = 1, max = 9000) Integer> slices) {
        byte[] stream = new byte[length];
        if (seed % 4 != 0) {
            new Random(seed).nextBytes(stream);
        }
        List<Integer> announced = new ArrayList<>(offsets);
        Collections.sort(announced);
        PayloadChunker payload = new PayloadChunker(SMALL);
        announced.forEach(payload::suggest);

        List<Integer> ends = new ArrayList<>();
        List<Integer> expected = new ArrayList<>();
        Rules rules = new Rules(stream, announced);
        for (int from = 0, s = 0; from < length; s++) {
            int end = Math.min(length, from + slices.get(s % slices.size()));
            for (int i = from; i < end; ) {
                int k = payload.scan(stream, i, end - i);
                i = k == 0 ? end : i + k;
                if (k != 0) {
                    ends.add(i);
                }
            }
            rules.feed(end, expected);
            from = end;
        }

        assertThat(ends).isEqualTo(expected);
    }

    /** chunking.md §3 in the words of the specification. */
    private static final class Rules {
        private final byte[] stream;
        private final List<Integer> fifo;
        private final ByteByByteChunker oracle = new ByteByByteChunker(SMALL);
        private int b;
        private int scannedTo;

        Rules(byte[] stream, List<Integer> announced) {
            this.stream = stream;
            this.fifo = new ArrayList<>(announced);
        }

        void feed(int bufferedTo, List<Integer> cuts) {
            while (scannedTo < bufferedTo) {
                int suggested = takeSuggestion(bufferedTo);
                if (suggested > 0) {
                    oracle.reset();
                    scannedTo = suggested;
                    b = suggested;
                    cuts.add(suggested);
                } else if (plainScan(bufferedTo)) {
                    b = scannedTo;
                    cuts.add(scannedTo);
                }
            }
        }

        private boolean plainScan(int bufferedTo) {
            while (scannedTo < bufferedTo) {
                if (oracle.endsAfter(stream[scannedTo++])) {
                    return true;
                }
            }
            return false;
        }

        private int takeSuggestion(int bufferedTo) {
            int done = scannedTo - b;
            int avail = bufferedTo - b;
            while (!fifo.isEmpty()) {
                int s = fifo.get(0);
                if (s < b + done) { // 2
                    fifo.remove(0);
                } else if (s > b + avail) { // 3
                    return 0;
                } else if (s - b < 256) { // 4
                    fifo.remove(0);
                } else if (s - b > 4096) { // 5
                    return 0;
                } else { // 6
                    fifo.remove(0);
                    return s - b == done ? 0 : s;
                }
            }
            return 0; // 1
        }
    }

    private void suggest(long... offsets) {
        for (long offset : offsets) {
            chunker.suggest(offset);
        }
    }
}
