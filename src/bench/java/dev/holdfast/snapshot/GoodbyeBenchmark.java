package dev.holdfast.snapshot;

import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.format.pxar.EntryMetadata;
import dev.holdfast.format.pxar.SipHash24;
import dev.holdfast.format.pxar.Stat;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.SplittableRandom;
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
import org.openjdk.jmh.annotations.Warmup;

/**
 * Finding a child by its name through the goodbye table, decoded, in look-ups per millisecond; in
 * memory, so that no chunk is waited for. Beside it the hash of the name alone, which is the least
 * that a look-up costs, and a hash map of names, which would be the fastest and takes the most
 * memory.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.MILLISECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class GoodbyeBenchmark {
    @Param({"100", "10000", "1000000"})
    private int children;

    private final SplittableRandom random = new SplittableRandom(1);
    private final Map<String, Integer> map = new HashMap<>();
    private DirectoryReader directory = write(1);

    @Setup
    public void fill() {
        directory = write(children);
        for (int i = 0; i < children; i++) {
            map.put(text(i), i);
        }
    }

    private static DirectoryReader write(int files) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        EntryMetadata file = EntryMetadata.of(new Stat(Stat.REGULAR | 0644, 0, 0, 0, 1, 1));
        EntryMetadata root = EntryMetadata.of(new Stat(Stat.DIRECTORY | 0755, 0, 0, 0, 1, 1));
        MetadataWriter writer = MetadataWriter.begin(out::write, root, Optional.empty());
        for (int i = 0; i < files; i++) {
            byte[] name = text(i).getBytes(StandardCharsets.US_ASCII);
            writer.file(name, file, new Body.Regular(16 + 16L * i, 0), true);
        }
        writer.finish();
        return ArchiveReader.split(ByteSource.of(out.toByteArray()), ByteSource.of(new byte[0]))
                .root();
    }

    private static String text(int i) {
        return String.format("a-file-of-usual-length-%07d.txt", i);
    }

    private byte[] any() {
        return nameOf(random.nextInt(children));
    }

    /** Without the formatter, which would cost more than the look-up. */
    private static byte[] nameOf(int i) {
        byte[] name = "a-file-of-usual-length-0000000.txt".getBytes(StandardCharsets.US_ASCII);
        for (int at = 29, rest = i; rest > 0; at--, rest /= 10) {
            name[at] = (byte) ('0' + rest % 10);
        }
        return name;
    }

    @Benchmark
    public Optional<Entry> lookup() {
        return directory.lookup(any());
    }

    @Benchmark
    public long limitHashOfTheName() {
        return SipHash24.hash(any());
    }

    @Benchmark
    public Integer limitHashMap() {
        return map.get(new String(any(), StandardCharsets.US_ASCII));
    }
}
