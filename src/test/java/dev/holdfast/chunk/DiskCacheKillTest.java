package dev.holdfast.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.crypto.BufferPool;
import dev.holdfast.format.Digest;
import java.io.BufferedReader;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.SplittableRandom;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A process that fills a cache is killed at any moment. */
class DiskCacheKillTest {
    private static final int CHUNK_BYTES = 2 << 20;
    private static final int CHUNKS = 8;
    private static final long LIMIT_BYTES = 64L << 20;

    /** Puts chunks into a cache, takes them out again, and never ends. */
    static final class Filler {
        private Filler() {}

        public static void main(String[] args) {
            SealedChunks chunks = new SealedChunks(CHUNK_BYTES);
            DiskCache cache = DiskCache.openSmall(Path.of(args[0]), LIMIT_BYTES);
            List<Digest> digests =
                    Stream.iterate(0, n -> n + 1).limit(CHUNKS).map(chunks::digest).toList();
            List<EncodedBlob> blobs =
                    Stream.iterate(0, n -> n + 1).limit(CHUNKS).map(chunks::blob).toList();
            for (int round = 0; ; round++) {
                int n = round % CHUNKS;
                cache.keep(digests.get(n), blobs.get(n));
                if (round == CHUNKS) {
                    System.out.println("filled once");
                    System.out.flush();
                }
            }
        }
    }

    @Test
    void everyFileThatIsFoundAfterwardsIsWhole(@TempDir Path temporary) throws Exception {
        Path directory = temporary.resolve("cache");
        SealedChunks chunks = new SealedChunks(CHUNK_BYTES);
        SplittableRandom random = new SplittableRandom(7);
        int unfinished = 0;
        // Most of the time a write is under way; until one was hit the test has shown nothing.
        for (int kill = 0; kill < 2 || (unfinished == 0 && kill < 30); kill++) {
            Process filler =
                    new ProcessBuilder(
                                    Path.of(System.getProperty("java.home"), "bin", "java")
                                            .toString(),
                                    "-Xmx128m",
                                    "-cp",
                                    System.getProperty("java.class.path"),
                                    Filler.class.getName(),
                                    directory.toString())
                            .redirectError(ProcessBuilder.Redirect.DISCARD)
                            .start();
            try (BufferedReader out =
                    new BufferedReader(
                            new InputStreamReader(
                                    filler.getInputStream(), StandardCharsets.UTF_8))) {
                assertThat(out.readLine()).isEqualTo("filled once");
                TimeUnit.MICROSECONDS.sleep(random.nextInt(30_000));
            } finally {
                filler.destroyForcibly();
            }
            assertThat(filler.waitFor()).as("it was killed").isEqualTo(128 + 9);
            DiskCache cache = DiskCache.openSmall(directory, LIMIT_BYTES);
            for (int n = 0; n < CHUNKS; n++) {
                Digest digest = chunks.digest(n);
                EncodedBlob blob = cache.find(digest, BufferPool.NONE).orElseThrow();
                assertThat(chunks.open(digest, blob)).isEqualTo(chunks.content(n));
            }
            try (Stream<Path> files = Files.walk(directory)) {
                unfinished +=
                        (int) files.filter(f -> f.getFileName().toString().startsWith(".")).count();
            }
        }
        assertThat(unfinished).as("kills in the middle of a write").isPositive();
    }
}
