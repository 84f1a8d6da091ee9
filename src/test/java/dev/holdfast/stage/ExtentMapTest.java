package dev.holdfast.stage;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;

/** Against an array that says for every byte which write it is from. */
class ExtentMapTest {
    private static final int SIZE = 120;

    record Step(long inode, int from, int length, boolean clear) {}

    @Provide
    Arbitrary<List<Step>> steps() {
        return Combinators.combine(
                        Arbitraries.longs().between(1, 3),
                        Arbitraries.integers().between(0, SIZE - 1),
                        Arbitraries.integers().between(1, SIZE),
                        Arbitraries.of(true, false, false))
                .as((inode, from, length, clear) -> new Step(inode, from, length, clear))
                .list()
                .ofMaxSize(40);
    }

    @Property(tries = 400)
    void aLaterWriteCoversWhatWasThere(@ForAll("steps") List<Step> steps) {
        try (MVStore store = MVStore.open(null)) {
            MVMap<Place, Extent> map =
                    store.openMap(
                            "extents",
                            new MVMap.Builder<Place, Extent>()
                                    .keyType(Types.PLACE)
                                    .valueType(Types.EXTENT));
            Map<Integer, Long> live = new HashMap<>();
            ExtentMap extents =
                    new ExtentMap(
                            map,
                            (extent, bytes) -> live.merge(extent.segment(), -bytes, Long::sum));
            int[][] model = new int[4][SIZE];
            int number = 0;
            for (Step step : steps) {
                number++;
                int to = Math.min(SIZE, step.from + step.length);
                int[] file = model[(int) step.inode];
                long before = Arrays.stream(file).filter(n -> n != 0).count();
                long delta;
                if (step.clear) {
                    delta = -extents.clear(step.inode, step.from, to);
                } else {
                    int bytes = to - step.from;
                    // Odd writes go to the spool, even ones are of the base.
                    Extent extent =
                            number % 2 == 1
                                    ? new Extent(bytes, number, 1000L * number, bytes, 0, 1)
                                    : Extent.ofBase(1000L * number, bytes, 1);
                    if (!extent.isBase()) {
                        live.merge(number, (long) bytes, Long::sum);
                    }
                    delta = extents.put(step.inode, step.from, extent);
                }
                Arrays.fill(file, step.from, to, step.clear ? 0 : number * 1000 - step.from);
                assertThat(delta)
                        .isEqualTo(Arrays.stream(file).filter(n -> n != 0).count() - before);
                check(extents, model);
            }
            Map<Integer, Long> expected = new HashMap<>();
            for (int[] file : model) {
                for (int at = 0; at < SIZE; at++) {
                    int write = (file[at] + SIZE) / 1000;
                    if (file[at] != 0 && write % 2 == 1) {
                        expected.merge(write, 1L, Long::sum);
                    }
                }
            }
            live.values().removeIf(bytes -> bytes == 0);
            assertThat(live).isEqualTo(expected);
        }
    }

    private static void check(ExtentMap extents, int[][] model) {
        for (int inode = 1; inode < model.length; inode++) {
            int[] seen = new int[SIZE];
            extents.visit(
                    inode,
                    0,
                    SIZE,
                    (offset, extent) -> {
                        for (int i = 0; i < extent.lengthBytes(); i++) {
                            int at = (int) offset + i;
                            assertThat(seen[at]).isZero();
                            // Where byte 0 of the file would be, were the run that long.
                            seen[at] = (int) (extent.position() + extent.frameOffset() + i) - at;
                        }
                    });
            assertThat(seen).isEqualTo(model[inode]);
        }
    }
}
