package dev.holdfast.format.pxar;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.format.Bytes;
import dev.holdfast.format.FormatException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class GoodbyeTableTest {
    private static final long G = 1L << 40;

    @ParameterizedTest
    @CsvSource({
        "1, 0",
        "2, 1 0",
        "3, 1 0 2",
        "4, 2 1 3 0",
        "5, 3 1 4 0 2",
        "6, 3 1 5 0 2 4",
        "7, 3 1 5 0 2 4 6",
        "8, 4 2 6 1 3 5 7 0",
        "9, 5 3 7 1 4 6 8 0 2",
        "10, 6 3 8 1 5 7 9 0 2 4",
    })
    void ordersSmallTablesAsTheSpecDoes(int n, String slots) {
        long[] ascending = IntStream.range(0, n).mapToLong(i -> i * 1000L).toArray();
        assertThat(GoodbyeTable.slotOrder(ascending, n))
                .isEqualTo(
                        Arrays.stream(slots.split(" ", -1)).mapToInt(Integer::parseInt).toArray());
    }

    @Test
    void ordersTablesByTheRecursionOfTheSpec() {
        SplittableRandom random = new SplittableRandom(1);
        for (int n = 0; n <= 3000; n++) {
            long[] hashes = random.longs(n).toArray();
            Integer[] byHash = IntStream.range(0, n).boxed().toArray(Integer[]::new);
            Arrays.sort(byHash, (a, b) -> Long.compareUnsigned(hashes[a], hashes[b]));
            int[] expected = new int[n];
            recurse(byHash, 0, n, 0, expected);
            assertThat(GoodbyeTable.slotOrder(hashes, n)).isEqualTo(expected);
        }
    }

    /** The closed form: which of n sorted rows becomes the root of their tree. */
    private static void recurse(Integer[] rows, int from, int n, int slot, int[] out) {
        if (n == 0) {
            return;
        }
        int p = Integer.highestOneBit(n);
        int h = p / 2;
        int root = n >= p + h ? p - 1 : n - h;
        if (n == 1) {
            root = 0;
        }
        out[slot] = rows[from + root];
        recurse(rows, from, root, 2 * slot + 1, out);
        recurse(rows, from + root + 1, n - root - 1, 2 * slot + 2, out);
    }

    @Test
    void findsEveryRowAndTriesAllThatCollide() {
        SplittableRandom random = new SplittableRandom(2);
        for (int n : new int[] {1, 2, 3, 10, 100, 1000}) {
            long[] hashes = new long[n];
            for (int i = 0; i < n; i++) {
                hashes[i] = i % 3 == 0 || i == 0 ? random.nextLong() : hashes[i - 1];
            }
            GoodbyeTable table = table(hashes);
            for (int i = 0; i < n; i++) {
                long wanted = G - (i + 1);
                assertThat(table.find(hashes[i], (offset, size) -> offset == wanted)).isTrue();
                List<Long> tried = new ArrayList<>();
                assertThat(
                                table.find(
                                        hashes[i],
                                        (offset, size) -> {
                                            tried.add(offset);
                                            return false;
                                        }))
                        .isFalse();
                long hash = hashes[i];
                assertThat(tried)
                        .doesNotHaveDuplicates()
                        .hasSize((int) Arrays.stream(hashes).filter(h -> h == hash).count());
            }
        }
    }

    @Test
    void findsRowsBeyondThoseItKeeps() {
        SplittableRandom random = new SplittableRandom(3);
        long[] hashes = random.longs(GoodbyeTable.KEPT_ROWS + 1000).toArray();
        GoodbyeTable table = table(hashes);
        assertThat(table.memoryBytes()).isLessThan(1 << 21);
        for (int i = 0; i < hashes.length; i++) {
            long wanted = G - (i + 1);
            assertThat(table.find(hashes[i], (offset, size) -> offset == wanted)).isTrue();
        }
        assertThat(table.find(random.nextLong(), (offset, size) -> true)).isFalse();
    }

    @Test
    void refusesARowThatPointsBeforeTheArchive() {
        byte[] rows = new byte[GoodbyeTable.ROW_BYTES];
        Bytes.putLong(rows, 8, 101);
        GoodbyeTable table = new GoodbyeTable(100, 1, rows, 0, slot -> rows);
        assertThatThrownBy(() -> table.find(0, (offset, size) -> true))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("points nowhere");
    }

    /** A table whose row i is a child at G − (i + 1). */
    private static GoodbyeTable table(long[] hashes) {
        int[] order = GoodbyeTable.slotOrder(hashes, hashes.length);
        byte[] rows = new byte[hashes.length * GoodbyeTable.ROW_BYTES];
        for (int slot = 0; slot < order.length; slot++) {
            int p = slot * GoodbyeTable.ROW_BYTES;
            Bytes.putLong(rows, p, hashes[order[slot]]);
            Bytes.putLong(rows, p + 8, order[slot] + 1L);
            Bytes.putLong(rows, p + 16, 7);
        }
        return new GoodbyeTable(
                G,
                hashes.length,
                rows,
                0,
                slot ->
                        Arrays.copyOfRange(
                                rows,
                                slot * GoodbyeTable.ROW_BYTES,
                                (slot + 1) * GoodbyeTable.ROW_BYTES));
    }
}
