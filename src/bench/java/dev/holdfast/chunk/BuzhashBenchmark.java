package dev.holdfast.chunk;

import java.io.IOException;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * How fast a stream of random bytes is cut, in MiB per second on one core ("ops/s"): by the
 * specification's loop over a window array, by the plain sliding loop over every byte, by the
 * chunker, and by the chunker with the copy of the splitter; beside a sum of all of memory.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 2)
@Measurement(iterations = 3, time = 2)
@Fork(1)
public class BuzhashBenchmark {
    private static final int MIB = 64;
    private static final VarHandle LONGS =
            MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.nativeOrder());

    @Param({"4194304", "65536"})
    private int averageBytes;

    private final byte[] stream = new byte[MIB << 20];
    private ChunkerParameters parameters = ChunkerParameters.ARCHIVE;

    @Setup
    public void fill() {
        new Random(1).nextBytes(stream);
        parameters = new ChunkerParameters(averageBytes);
    }

    @Benchmark
    @OperationsPerInvocation(MIB)
    public int windowArray() {
        ByteByByteChunker chunker = new ByteByByteChunker(parameters);
        int cuts = 0;
        for (byte b : stream) {
            if (chunker.endsAfter(b)) {
                cuts++;
            }
        }
        return cuts;
    }

    /** Min and max left out, so the cuts are others; the work per byte is that of a plain loop. */
    @Benchmark
    @OperationsPerInvocation(MIB)
    public int plainLoop() {
        int[] table = BuzhashTable.T;
        int mask = parameters.mask();
        int threshold = parameters.threshold();
        int h = 0;
        int cuts = 0;
        for (int i = 64; i < stream.length; i++) {
            h = Integer.rotateLeft(h, 1) ^ table[stream[i - 64] & 0xff] ^ table[stream[i] & 0xff];
            if ((h & mask) >= threshold) {
                cuts++;
            }
        }
        return cuts;
    }

    @Benchmark
    @OperationsPerInvocation(MIB)
    public int chunker() {
        return cut(stream.length);
    }

    @Benchmark
    @OperationsPerInvocation(MIB)
    public int chunkerFedBy64KiB() {
        return cut(64 << 10);
    }

    @Benchmark
    @OperationsPerInvocation(MIB)
    public long splitter() throws IOException {
        long[] total = new long[1];
        ChunkBuffers buffers = new ChunkBuffers(64 << 20);
        try (ChunkSplitter splitter =
                new ChunkSplitter(
                        new BuzhashChunker(parameters),
                        buffers,
                        (buffer, length, start) -> {
                            total[0] += length;
                            buffers.give(buffer);
                        })) {
            for (int i = 0; i < stream.length; i += 4 << 20) {
                splitter.write(stream, i, 4 << 20);
            }
            splitter.finish();
        }
        return total[0];
    }

    /** The limit: every byte read from memory once. */
    @Benchmark
    @OperationsPerInvocation(MIB)
    public long limitReadOfMemory() {
        long sum = 0;
        for (int i = 0; i < stream.length; i += Long.BYTES) {
            sum += (long) LONGS.get(stream, i);
        }
        return sum;
    }

    private int cut(int sliceBytes) {
        return Streams.ends(new BuzhashChunker(parameters), stream, sliceBytes).size();
    }
}
