package dev.holdfast.stage;

import dev.holdfast.crypto.AesGcm;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Param;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.TearDown;
import org.openjdk.jmh.annotations.Warmup;

/**
 * Making changes of a staging area durable: so many blocks of 4 KiB sealed, written and synced
 * together with their anchor, in batches per second, beside a plain write of as many bytes with one
 * sync. Where: {@code -Dbench.place=DIRECTORY}, default the temporary directory.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class SealedBlocksBenchmark {
    @Param({"1", "64"})
    private int blocks;

    private Path directory =
            Path.of(System.getProperty("bench.place", System.getProperty("java.io.tmpdir")));
    private LocalDisk disk;
    private BlockFile sealed;
    private Disk.DiskFile plain;
    private long block;
    private long version;

    @Setup
    public void open() throws IOException {
        directory = Files.createTempDirectory(directory, "sealed-blocks");
        disk = new LocalDisk(directory);
        sealed = new BlockFile(disk.open("sealed"), new AesGcm(new byte[32]));
        plain = disk.open("plain");
    }

    @TearDown
    public void remove() throws IOException {
        sealed.close();
        plain.close();
        for (String name : new String[] {"sealed", "plain"}) {
            disk.delete(name);
        }
        try (var files = Files.walk(directory)) {
            for (Path file : files.sorted(java.util.Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** Goes round in 64 MiB, so that the file does not grow for ever. */
    private long next() {
        block = (block + blocks) % (16 << 10);
        return block;
    }

    @Benchmark
    public void appendSealed() throws IOException {
        long at = next();
        sealed.write(
                at * BlockFile.BLOCK_BYTES, ByteBuffer.allocate(blocks * BlockFile.BLOCK_BYTES));
        sealed.makeDurable(1, at, ++version, 1);
    }

    @Benchmark
    public void limitWriteAndSync() throws IOException {
        plain.write(
                ByteBuffer.allocate(blocks * BlockFile.BLOCK_BYTES),
                next() * BlockFile.BLOCK_BYTES);
        plain.sync();
    }
}
