package dev.holdfast.crypto;

import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import dev.holdfast.format.Digest;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
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
 * A chunk of 4 MiB to its blob and back, all checks included, in MiB of content per second on one
 * core ("ops/s"), beside zstd alone: level 1 as we use it.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class BlobCodecBenchmark {
    private static final int MIB = 4;
    private static final int BYTES = MIB << 20;

    @Param({"text", "random"})
    private String kind;

    private final byte[] content = new byte[BYTES];
    private final byte[] blob = new byte[BYTES + BlobCodec.MAX_OVERHEAD_BYTES];
    private final byte[] frame = new byte[BYTES + (1 << 16)];
    private final byte[] decompressed = new byte[BYTES];
    private final BlobCodec encrypting = BlobCodec.encrypting(BackupKey.random(1));
    private final BlobCodec plain = BlobCodec.plain();
    private final ZstdCompressCtx compress = new ZstdCompressCtx().setLevel(1);
    private final ZstdDecompressCtx decompress = new ZstdDecompressCtx();
    private byte[] sealed = {};
    private Digest digest = new Digest(0, 0, 0, 0);
    private int frameBytes;

    @Setup
    public void encode() {
        Random random = new Random(1);
        if (kind.equals("text")) {
            StringBuilder text = new StringBuilder();
            while (text.length() < BYTES) {
                text.append("word").append(random.nextInt(3000)).append(' ');
            }
            byte[] bytes = text.toString().getBytes(StandardCharsets.US_ASCII);
            System.arraycopy(bytes, 0, content, 0, BYTES);
        } else {
            random.nextBytes(content);
        }
        int length = encrypting.encode(content, 0, BYTES, true, blob);
        sealed = Arrays.copyOf(blob, length + AesGcm.TAG_BYTES);
        digest = encrypting.digest(content, 0, BYTES);
        frameBytes = compress.compressByteArray(frame, 0, frame.length, content, 0, BYTES);
    }

    @Benchmark
    @OperationsPerInvocation(MIB)
    public int encodeEncrypted() {
        return encrypting.encode(content, 0, BYTES, true, blob);
    }

    @Benchmark
    @OperationsPerInvocation(MIB)
    public int encodePlain() {
        return plain.encode(content, 0, BYTES, true, blob);
    }

    @Benchmark
    @OperationsPerInvocation(MIB)
    public byte[] decodeEncryptedChunk() {
        return encrypting.decodeChunk(
                sealed, sealed.length - AesGcm.TAG_BYTES, digest, BYTES, true);
    }

    @Benchmark
    @OperationsPerInvocation(MIB)
    public int limitZstdCompress() {
        return compress.compressByteArray(frame, 0, frame.length, content, 0, BYTES);
    }

    @Benchmark
    @OperationsPerInvocation(MIB)
    public int limitZstdDecompress() {
        return decompress.decompressByteArray(decompressed, 0, BYTES, frame, 0, frameBytes);
    }
}
