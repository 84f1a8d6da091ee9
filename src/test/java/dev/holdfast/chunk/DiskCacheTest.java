package dev.holdfast.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.Refused;
import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.crypto.BufferPool;
import dev.holdfast.format.Digest;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class DiskCacheTest {
    private static final int KIB = 1 << 10;
    private static final int CHUNK_BYTES = 60 * KIB;
    private static final int STORED_BYTES = 64 * KIB;
    private static final long LIMIT_BYTES = 64L * STORED_BYTES;

    @TempDir Path temporary;
    private final SealedChunks chunks = new SealedChunks(CHUNK_BYTES);

    private Path directory() {
        return temporary.resolve("cache");
    }

    private DiskCache cache() {
        return DiskCache.openSmall(directory(), LIMIT_BYTES);
    }

    private void keep(DiskCache cache, int n) {
        cache.keep(chunks.digest(n), chunks.blob(n));
    }

    private boolean has(DiskCache cache, int n) {
        Digest digest = chunks.digest(n);
        Optional<EncodedBlob> found = cache.find(digest, BufferPool.NONE);
        found.ifPresent(blob -> assertThat(chunks.open(digest, blob)).isEqualTo(chunks.content(n)));
        return found.isPresent();
    }

    private Path file(int n) {
        String hex = chunks.digest(n).hex();
        return directory().resolve(hex.substring(0, 2)).resolve(hex);
    }

    private long bytesOnDisk() throws IOException {
        try (Stream<Path> all = Files.walk(directory())) {
            long bytes = 0;
            for (Path each : all.filter(Files::isRegularFile).toList()) {
                bytes += Files.size(each);
            }
            return bytes;
        }
    }

    @Test
    void givesBackWhatItKeptAlsoToAnotherProcess() {
        DiskCache first = cache();
        assertThat(has(first, 1)).isFalse();
        keep(first, 1);
        assertThat(has(first, 1)).isTrue();
        DiskCache second = cache();
        assertThat(has(second, 1)).isTrue();
        assertThat(has(second, 2)).isFalse();
        DiskCache.Figures figures = second.figures();
        assertThat(figures.hits()).isEqualTo(1);
        assertThat(figures.misses()).isEqualTo(1);
        assertThat(figures.hitBytes()).isGreaterThan(CHUNK_BYTES);
        assertThat(figures.bytes()).isEqualTo(STORED_BYTES);
        assertThat(first.figures().stored()).isEqualTo(1);
    }

    @Test
    void keepsNoPlainChunk() throws IOException {
        byte[] content = chunks.content(1);
        byte[] plain = BlobCodec.plain().encode(content, false);
        DiskCache cache = cache();
        assertThatThrownBy(
                        () ->
                                cache.keep(
                                        BlobCodec.plain().digest(content, 0, content.length),
                                        new EncodedBlob(plain, plain.length)))
                .isInstanceOf(IllegalArgumentException.class);
        assertThat(bytesOnDisk()).isLessThan(KIB);
    }

    @Test
    void isClosedToOthers() throws IOException {
        Files.createDirectory(directory());
        Files.setPosixFilePermissions(directory(), PosixFilePermissions.fromString("rwxr-xr-x"));
        keep(cache(), 1);
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(directory())))
                .isEqualTo("rwx------");
        assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file(1))))
                .isEqualTo("rw-------");
        assertThat(directory().resolve("CACHEDIR.TAG"))
                .content()
                .startsWith("Signature: 8a477f597d28d172789f06886806bc55\n");
    }

    @Test
    void takesNoDirectoryWithSomethingElseInIt() throws IOException {
        Files.createDirectory(directory());
        Files.writeString(directory().resolve("mine"), "precious");
        assertThatThrownBy(this::cache)
                .isInstanceOf(Refused.class)
                .hasMessageContaining("is not empty");
        assertThat(directory().resolve("mine")).content().isEqualTo("precious");
        assertThat(directory().resolve("CACHEDIR.TAG")).doesNotExist();
    }

    @Test
    void takesNoCacheOfAnotherProgramOrVersion() throws IOException {
        keep(cache(), 1);
        Path tag = directory().resolve("CACHEDIR.TAG");
        Files.writeString(tag, Files.readString(tag).replace("version 1", "version 12"));
        assertThatThrownBy(this::cache)
                .isInstanceOf(Refused.class)
                .hasMessageContaining("another version");
        assertThat(file(1)).exists();
    }

    @Test
    void takesNoFileForADirectory() throws IOException {
        Files.writeString(directory(), "");
        assertThatThrownBy(this::cache)
                .isInstanceOf(Refused.class)
                .hasMessageContaining("is no directory");
    }

    @Test
    void removesWhatWasNotUsedForLongest() throws IOException {
        DiskCache cache = cache();
        for (int n = 0; n < 55; n++) {
            keep(cache, n);
            age(n, 100 - n);
        }
        // The oldest one is used again.
        assertThat(has(cache, 0)).isTrue();
        for (int n = 55; n < 70; n++) {
            keep(cache, n);
        }
        assertThat(cache.figures().evicted()).isBetween(8L, 30L);
        assertThat(bytesOnDisk()).isLessThanOrEqualTo(LIMIT_BYTES);
        assertThat(cache.figures().bytes()).isLessThanOrEqualTo(LIMIT_BYTES);
        assertThat(file(0)).exists();
        assertThat(file(1)).doesNotExist();
        assertThat(file(2)).doesNotExist();
        assertThat(file(69)).exists();
    }

    private void age(int n, int hours) throws IOException {
        Files.setLastModifiedTime(
                file(n), FileTime.from(Instant.now().minus(hours, ChronoUnit.HOURS)));
    }

    @Test
    void keepsToALimitThatWasLowered() throws IOException {
        DiskCache cache = cache();
        for (int n = 0; n < 50; n++) {
            keep(cache, n);
        }
        DiskCache.openSmall(directory(), LIMIT_BYTES / 2);
        assertThat(bytesOnDisk()).isLessThanOrEqualTo(LIMIT_BYTES / 2);
    }

    @Test
    void staysBoundedWhenSeveralProcessesFillIt() throws Exception {
        // Each opened one knows of the others as little as one in another process.
        ExecutorService processes = Executors.newFixedThreadPool(4);
        try {
            List<Future<?>> all = new ArrayList<>();
            for (int p = 0; p < 4; p++) {
                int process = p;
                all.add(
                        processes.submit(
                                () -> {
                                    DiskCache cache = cache();
                                    for (int i = 0; i < 60; i++) {
                                        // Half of them are what the others write, too.
                                        int n = i % 2 == 0 ? i : 1000 * process + i;
                                        if (!has(cache, n)) {
                                            keep(cache, n);
                                        }
                                    }
                                    assertThat(cache.figures().dropped()).isZero();
                                    assertThat(cache.figures().failures()).isZero();
                                    assertThat(cache.figures().stored()).isPositive();
                                    return null;
                                }));
            }
            for (Future<?> each : all) {
                each.get();
            }
        } finally {
            processes.shutdownNow();
        }
        assertThat(bytesOnDisk()).isLessThanOrEqualTo(LIMIT_BYTES);
        try (Stream<Path> files = Files.walk(directory())) {
            assertThat(files.filter(f -> f.getFileName().toString().startsWith(".")).toList())
                    .isEmpty();
        }
    }

    @Test
    void clearsAwayWhatAKilledProcessDidNotFinish() throws IOException {
        keep(cache(), 1);
        Path part = file(1).getParent();
        Path fresh = Files.writeString(part.resolve("." + chunks.digest(1).hex() + ".7"), "half");
        Path old = Files.writeString(part.resolve("." + chunks.digest(1).hex() + ".8"), "half");
        Files.setLastModifiedTime(old, FileTime.from(Instant.now().minus(2, ChronoUnit.HOURS)));
        Path foreign = Files.writeString(part.resolve("notes"), "of somebody");
        Files.setLastModifiedTime(foreign, FileTime.from(Instant.EPOCH));
        DiskCache cache = cache();
        assertThat(old).doesNotExist();
        assertThat(fresh).exists();
        assertThat(foreign).exists();
        assertThat(has(cache, 1)).isTrue();
    }

    @Test
    void findsNoFileThatWasCutShortOrIsNoFile() throws IOException {
        DiskCache cache = cache();
        keep(cache, 1);
        Files.write(file(1), new byte[20]);
        assertThat(cache.find(chunks.digest(1), BufferPool.NONE)).isEmpty();
        assertThat(file(1)).doesNotExist();
        Files.createSymbolicLink(file(1), Path.of("/dev/zero"));
        assertThat(cache.find(chunks.digest(1), BufferPool.NONE)).isEmpty();
        assertThat(cache.figures().dropped()).isEqualTo(1);
    }

    @Test
    void goesOnWithoutWhenTheDiskFails() throws IOException {
        DiskCache cache = cache();
        keep(cache, 1);
        // A file where a directory should be: nothing can be written there by anybody.
        Files.delete(file(1));
        Files.delete(file(1).getParent());
        Files.writeString(file(1).getParent(), "");
        keep(cache, 1);
        assertThat(cache.figures().failures()).isEqualTo(1);
        assertThat(cache.find(chunks.digest(1), BufferPool.NONE)).isEmpty();
        long failures = cache.figures().failures();
        keep(cache, 2);
        assertThat(cache.figures().stored()).as("it pauses").isEqualTo(1);
        Files.delete(file(1).getParent());
        cache.retryNow();
        keep(cache, 1);
        assertThat(has(cache, 1)).isTrue();
        assertThat(cache.figures().failures()).isEqualTo(failures);
    }

    @Test
    void goesOnWithoutWhenTheDirectoryVanishes() throws IOException {
        DiskCache cache = cache();
        keep(cache, 1);
        Files.delete(file(1));
        Files.delete(file(1).getParent());
        Files.delete(directory().resolve("CACHEDIR.TAG"));
        Files.delete(directory());
        assertThat(has(cache, 1)).isFalse();
        keep(cache, 1);
        assertThat(has(cache, 1)).isFalse();
        assertThat(directory()).doesNotExist();
    }

    @Test
    void refusesALimitThatCannotHoldItsLargestChunks() {
        assertThatThrownBy(() -> DiskCache.open(directory(), DiskCache.MIN_LIMIT_BYTES - 1))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("128M");
    }
}
