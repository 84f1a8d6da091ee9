package dev.holdfast.chunk;

import dev.holdfast.format.Digest;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ThreadLocalRandom;
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
import org.openjdk.jmh.annotations.Threads;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Hits of the chunk cache while 1 and 16 threads want chunks, in hits per microsecond of all of
 * them, beside a concurrent map that knows nothing of sizes and recency. A hit allocates nothing
 * but the digest that is looked for (see {@code -prof gc}).
 */
@State(Scope.Benchmark)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class ChunkCacheBenchmark {
    private static final int CHUNKS = 64;

    private final ChunkCache cache = new ChunkCache(1L << 30);
    private final Map<Digest, byte[]> map = new ConcurrentHashMap<>();

    @Setup
    public void fill() {
        for (int i = 0; i < CHUNKS; i++) {
            byte[] content = new byte[1024];
            map.put(digest(i), content);
            cache.get(digest(i), () -> content).close();
        }
    }

    private static Digest digest(int i) {
        return new Digest(0x9e3779b97f4a7c15L * i, i, i, i);
    }

    private static Digest any() {
        return digest(ThreadLocalRandom.current().nextInt(CHUNKS));
    }

    private int hit() {
        try (CachedChunk chunk =
                cache.get(
                        any(),
                        () -> {
                            throw new AssertionError("not a hit");
                        })) {
            return chunk.lengthBytes();
        }
    }

    @Benchmark
    @Threads(1)
    public int hitBy1() {
        return hit();
    }

    @Benchmark
    @Threads(16)
    public int hitBy16() {
        return hit();
    }

    @Benchmark
    @Threads(16)
    public byte[] limitConcurrentMapBy16() {
        return map.get(any());
    }
}
