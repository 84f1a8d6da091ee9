package dev.holdfast.crypto;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import java.util.zip.CRC32;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OperationsPerInvocation;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.Setup;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/**
 * What a chunk of 4 MiB costs besides compression, in MiB per second on one core ("ops/s"), each
 * beside its limit: digests beside the library's SHA-256, seal and open beside a copy in memory.
 */
@State(Scope.Thread)
@BenchmarkMode(Mode.Throughput)
@OutputTimeUnit(TimeUnit.SECONDS)
@Warmup(iterations = 2, time = 1)
@Measurement(iterations = 3, time = 1)
@Fork(1)
public class ChunkCryptoBenchmark {
    private static final int MIB = 4;
    private static final int BYTES = MIB << 20;
    private static final byte[] NO_AAD = {};

    private final byte[] content = new byte[BYTES];
    private final byte[] sealed = new byte[BYTES + AesGcm.TAG_BYTES];
    private final byte[] opened = new byte[BYTES];
    private final byte[] iv = new byte[BackupKey.IV_BYTES];
    private BackupKey key = BackupKey.random(1);

    @Setup
    public void seal() {
        new Random(1).nextBytes(content);
        key.cipher().seal(iv, NO_AAD, content, 0, BYTES, sealed, 0);
    }

    @Benchmark
    @OperationsPerInvocation(MIB)
    public Object digestOfAnEncryptedChunk() {
        return key.digest(content, 0, BYTES);
    }

    @Benchmark
    @OperationsPerInvocation(MIB)
    public Object digestOfAPlainChunk() {
        return ContentDigest.plain(content, 0, BYTES);
    }

    /** The limit of digests, without the native provider. */
    @Benchmark
    @OperationsPerInvocation(MIB)
    public Object limitSha256OfTheJdk() throws NoSuchAlgorithmException {
        return MessageDigest.getInstance("SHA-256").digest(content);
    }

    @Benchmark
    @OperationsPerInvocation(MIB)
    public byte[] sealChunk() {
        iv[0]++;
        key.cipher().seal(iv, NO_AAD, content, 0, BYTES, sealed, 0);
        return sealed;
    }

    @Benchmark
    @OperationsPerInvocation(MIB)
    public byte[] sealAndOpenChunk() {
        iv[0]++;
        key.cipher().seal(iv, NO_AAD, content, 0, BYTES, sealed, 0);
        key.cipher().open(iv, NO_AAD, sealed, 0, BYTES, opened, 0);
        return opened;
    }

    @Benchmark
    @OperationsPerInvocation(MIB)
    public long crc() {
        CRC32 crc = new CRC32();
        crc.update(content);
        return crc.getValue();
    }

    @Benchmark
    @OperationsPerInvocation(MIB)
    public byte[] limitCopyInMemory() {
        System.arraycopy(content, 0, opened, 0, BYTES);
        return opened;
    }
}
