package dev.holdfast.snapshot;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.Damaged;
import dev.holdfast.chunk.ChunkCache;
import dev.holdfast.chunk.ChunkSource;
import dev.holdfast.chunk.DiskCache;
import dev.holdfast.chunk.EncodedBlob;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.format.Digest;
import dev.holdfast.format.DynamicIndex;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A stream whose chunks are kept on disk, too. */
class SecondLevelTest {
    private static final byte[] CONTENT =
            "what is in the one chunk of this stream"
                    .getBytes(java.nio.charset.StandardCharsets.US_ASCII);

    @TempDir Path temporary;
    private final BlobCodec codec = BlobCodec.encrypting(BackupKey.random(1));
    private final AtomicInteger fetched = new AtomicInteger();
    private DiskCache disk;

    @BeforeEach
    void openCache() {
        disk = DiskCache.open(temporary.resolve("cache"), DiskCache.MIN_LIMIT_BYTES);
    }

    /** A reader with an empty memory. */
    private ChunkedSource reader(BlobCodec by, byte[] stored, boolean encrypted) {
        ChunkSource repository =
                digest -> {
                    fetched.incrementAndGet();
                    return new EncodedBlob(
                            Arrays.copyOf(stored, stored.length + EncodedBlob.SPARE_BYTES),
                            stored.length);
                };
        return new ChunkedSource(
                index(by),
                repository,
                new ChunkCache(1 << 20, Optional.of(disk), ChunkCache.LoadListener.NONE),
                by,
                encrypted);
    }

    private ChunkedSource reader() {
        return reader(codec, codec.encode(CONTENT, false), true);
    }

    private static Digest digest(BlobCodec by) {
        return by.digest(CONTENT, 0, CONTENT.length);
    }

    private static DynamicIndex index(BlobCodec by) {
        DynamicIndex.Builder builder = new DynamicIndex.Builder();
        builder.add(digest(by), CONTENT.length);
        return DynamicIndex.parse(builder.encode(new byte[16], 1));
    }

    private Path file() {
        String hex = digest(codec).hex();
        return temporary.resolve("cache").resolve(hex.substring(0, 2)).resolve(hex);
    }

    @Test
    void asksTheRepositoryOnce() {
        assertThat(reader().chunk(0)).isEqualTo(CONTENT);
        assertThat(reader().chunk(0)).isEqualTo(CONTENT);
        assertThat(fetched).hasValue(1);
        assertThat(disk.figures().hits()).isEqualTo(1);
    }

    @Test
    void keepsTheSealedFormOnly() throws IOException {
        byte[] stored = codec.encode(CONTENT, false);
        reader(codec, stored, true).chunk(0);
        assertThat(file()).hasBinaryContent(stored);
    }

    @Test
    void keepsNothingOfAPlainArchive() throws IOException {
        BlobCodec plain = BlobCodec.plain();
        byte[] stored = plain.encode(CONTENT, false);
        assertThat(reader(plain, stored, false).chunk(0)).isEqualTo(CONTENT);
        assertThat(reader(plain, stored, false).chunk(0)).isEqualTo(CONTENT);
        assertThat(fetched).hasValue(2);
        assertThat(disk.figures().stored()).isZero();
    }

    @Test
    void everyFlippedBitIsFoundAndTheChunkReadAgainFromTheRepository() throws IOException {
        reader().chunk(0);
        byte[] good = Files.readAllBytes(file());
        for (int i = 0; i < 8 * good.length; i++) {
            byte[] bad = good.clone();
            bad[i / 8] ^= (byte) (1 << i % 8);
            Files.write(file(), bad);
            fetched.set(0);
            assertThat(reader().chunk(0)).isEqualTo(CONTENT);
            assertThat(fetched).as("bit %d", i).hasValue(1);
        }
        assertThat(disk.figures().dropped()).isEqualTo(8L * good.length);
    }

    @Test
    void everyCutIsFound() throws IOException {
        reader().chunk(0);
        byte[] good = Files.readAllBytes(file());
        for (int length = 0; length < good.length; length++) {
            Files.write(file(), Arrays.copyOf(good, length));
            fetched.set(0);
            assertThat(reader().chunk(0)).isEqualTo(CONTENT);
            assertThat(fetched).as("cut to %d", length).hasValue(1);
        }
    }

    @Test
    void aChunkUnderTheNameOfAnotherIsFound() throws IOException {
        reader().chunk(0);
        byte[] other = codec.encode(new byte[CONTENT.length], false);
        Files.write(file(), other);
        assertThat(reader().chunk(0)).isEqualTo(CONTENT);
        assertThat(fetched).hasValue(2);
    }

    @Test
    void whatTheRepositoryGivesDamagedIsNotKept() {
        byte[] bad = codec.encode(CONTENT, false);
        bad[bad.length - 1] ^= 1;
        assertThatThrownBy(() -> reader(codec, bad, true).chunk(0)).isInstanceOf(Damaged.class);
        assertThat(disk.figures().stored()).isZero();
        assertThat(file()).doesNotExist();
    }
}
