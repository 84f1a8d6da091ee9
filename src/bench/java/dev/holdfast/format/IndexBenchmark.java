package dev.holdfast.format;

import java.util.Arrays;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Which chunk of a stream of 1 TB holds a byte, in look-ups per microsecond, beside a binary search
 * in an array of longs. The index is searched where its bytes lie, at 40 bytes per chunk.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class IndexBenchmark {
    private static final int CHUNKS = 1 << 18;

    private final long[] ends = new long[CHUNKS];
    private final SplittableRandom random = new SplittableRandom(1);
    private DynamicIndex index = small();

    private static DynamicIndex small() {
        DynamicIndex.Builder builder = new DynamicIndex.Builder();
        builder.add(new Digest(1, 2, 3, 4), 1);
        return DynamicIndex.parse(builder.encode(new byte[16], 1));
    }

    @Setup
    public void fill() {
        DynamicIndex.Builder builder = new DynamicIndex.Builder();
        for (int i = 0; i < CHUNKS; i++) {
            builder.add(new Digest(i, i, i, i), (1 << 20) + random.nextInt(6 << 20));
            ends[i] = builder.sizeBytes();
        }
        index = DynamicIndex.parse(builder.encode(new byte[16], 1));
    }

    @Benchmark
    public int chunkAt() {
        return index.chunkAt(random.nextLong(index.sizeBytes()));
    }

    @Benchmark
    public Digest chunkAtAndDigest() {
        return index.digest(index.chunkAt(random.nextLong(index.sizeBytes())));
    }

    @Benchmark
    public int limitBinarySearch() {
        return Arrays.binarySearch(ends, random.nextLong(index.sizeBytes()));
    }
}
