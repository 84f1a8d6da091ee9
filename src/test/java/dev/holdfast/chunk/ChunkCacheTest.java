package dev.holdfast.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.format.Digest;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class ChunkCacheTest {
    private static final int MIB = 1 << 20;
    private static final int THREADS = 8;

    private final ExecutorService threads = Executors.newFixedThreadPool(THREADS);

    @AfterEach
    void stop() {
        threads.shutdownNow();
    }

    private static Digest digest(int i) {
        return new Digest(0x9e3779b97f4a7c15L * i, i, i, i);
    }

    /** Every chunk has a length and a content of its own. */
    private static byte[] content(int i) {
        Random random = new Random(i);
        byte[] content = new byte[1 + random.nextInt(200_000)];
        random.nextBytes(content);
        return content;
    }

    private static byte[] bytes(int i, int length) {
        byte[] content = new byte[length];
        new Random(i).nextBytes(content);
        return content;
    }

    private static CachedChunk get(ChunkCache cache, int i, byte[] content) {
        return cache.get(digest(i), content.length, buffers -> content);
    }

    private static CachedChunk getAgain(ChunkCache cache, int i, int length) {
        return cache.get(
                digest(i),
                length,
                buffers -> {
                    throw new AssertionError("loaded again");
                });
    }

    private static byte[] read(CachedChunk chunk) {
        try (chunk) {
            return chunk.toBytes();
        }
    }

    @Test
    void loadsAChunkOnceAndGivesItAgain() {
        ChunkCache cache = new ChunkCache(MIB);
        assertThat(read(get(cache, 1, content(1)))).isEqualTo(content(1));
        assertThat(read(getAgain(cache, 1, content(1).length))).isEqualTo(content(1));
        assertThat(read(cache.find(digest(1)).orElseThrow())).isEqualTo(content(1));
        assertThat(cache.find(digest(2))).isEmpty();
        assertThat(cache.stats().hitCount()).isEqualTo(2);
        assertThat(cache.stats().missCount()).isEqualTo(1);
    }

    @Test
    void copiesAnyPartOfAChunk() {
        ChunkCache cache = new ChunkCache(MIB);
        byte[] content = bytes(1, 3 * ChunkMemory.BLOCK_BYTES + 5);
        try (CachedChunk chunk = get(cache, 1, content)) {
            for (int from : new int[] {0, 1, 65_535, 65_536, 65_537, content.length - 1}) {
                for (int length : new int[] {0, 1, 2, 65_536, 131_073, content.length}) {
                    int count = Math.min(length, content.length - from);
                    byte[] target = new byte[count + 2];
                    chunk.copy(from, target, 1, count);
                    assertThat(ByteBuffer.wrap(target, 1, count))
                            .isEqualTo(ByteBuffer.wrap(content, from, count));
                    assertThat(target[0] | target[count + 1]).isZero();
                }
            }
            ByteBuffer longer = ByteBuffer.allocateDirect(10);
            chunk.copy(content.length - 4, longer);
            assertThat(longer.position()).isEqualTo(4);
            chunk.copy(content.length, longer);
            assertThat(longer.position()).isEqualTo(4);
            assertThatThrownBy(() -> chunk.copy(content.length + 1, longer))
                    .isInstanceOf(IndexOutOfBoundsException.class);
            assertThatThrownBy(() -> chunk.copy(content.length - 3, new byte[9], 0, 4))
                    .isInstanceOf(IndexOutOfBoundsException.class);
        }
    }

    @Test
    void holdsAnEmptyChunk() {
        ChunkCache cache = new ChunkCache(MIB);
        assertThat(read(get(cache, 1, new byte[0]))).isEmpty();
        assertThat(read(getAgain(cache, 1, 0))).isEmpty();
    }

    @Test
    void loadsOnceForAllWhoWait() throws Exception {
        ChunkCache cache = new ChunkCache(MIB);
        AtomicInteger loads = new AtomicInteger();
        CountDownLatch started = new CountDownLatch(THREADS);
        List<Future<byte[]>> answers = new ArrayList<>();
        for (int i = 0; i < THREADS; i++) {
            answers.add(
                    threads.submit(
                            () -> {
                                started.countDown();
                                started.await();
                                return read(
                                        cache.get(
                                                digest(1),
                                                content(1).length,
                                                buffers -> {
                                                    loads.incrementAndGet();
                                                    return content(1);
                                                }));
                            }));
        }
        for (Future<byte[]> answer : answers) {
            assertThat(answer.get()).isEqualTo(content(1));
        }
        assertThat(loads).hasValue(1);
    }

    @Test
    void forgetsAFailure() {
        ChunkCache cache = new ChunkCache(MIB);
        assertThatThrownBy(
                        () ->
                                cache.get(
                                        digest(1),
                                        100,
                                        buffers -> {
                                            throw new IllegalStateException("damaged");
                                        }))
                .hasMessage("damaged");
        assertThat(read(get(cache, 1, content(1)))).isEqualTo(content(1));
    }

    @Test
    void keepsAnEvictedChunkForWhoHoldsIt() {
        ChunkCache cache = new ChunkCache(MIB);
        CachedChunk held = get(cache, 0, content(0));
        for (int i = 1; i < 200; i++) {
            get(cache, i, content(i)).close();
            assertThat(cache.bytes()).isLessThanOrEqualTo(MIB);
        }
        assertThat(cache.contains(digest(0))).isFalse();
        assertThat(read(held)).isEqualTo(content(0));
        assertThatThrownBy(held::close).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void keepsWhatIsReadAheadUntilItIsRead() {
        ChunkCache cache = new ChunkCache(64 * MIB);
        // Full of chunks that were read more often than any new one.
        for (int n = 0; n < 1280; n++) {
            byte[] content = bytes(n % 64, MIB);
            get(cache, n % 64, content).close();
        }
        int ahead = 4;
        for (int i = 1000; i < 1200; i++) {
            get(cache, i + ahead, bytes(i + ahead, MIB)).close();
            if (i >= 1000 + ahead) {
                // In many pieces, each of which asks for the chunk.
                for (int piece = 0; piece < 8; piece++) {
                    getAgain(cache, i, MIB).close();
                }
            }
            assertThat(cache.bytes()).isLessThanOrEqualTo(64 * MIB);
        }
    }

    @Test
    void keepsWhatIsReadOftenWhileOthersPass() {
        ChunkCache cache = new ChunkCache(64 * MIB);
        // Caffeine begins to count when it is half full.
        for (int i = 100; i < 140; i++) {
            get(cache, i, bytes(i, MIB)).close();
        }
        for (int n = 0; n < 16 * 20; n++) {
            get(cache, n % 16, bytes(n % 16, MIB)).close();
        }
        for (int i = 1000; i < 1500; i++) {
            get(cache, i, bytes(i, MIB)).close();
        }
        for (int i = 0; i < 16; i++) {
            assertThat(read(getAgain(cache, i, MIB))).isEqualTo(bytes(i, MIB));
        }
    }

    @Test
    void givesWhatThereIsNoRoomFor() {
        ChunkCache cache = new ChunkCache(MIB);
        List<CachedChunk> held = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            held.add(get(cache, i, bytes(i, MIB / 2)));
        }
        for (int i = 0; i < held.size(); i++) {
            assertThat(read(held.get(i))).isEqualTo(bytes(i, MIB / 2));
        }
        byte[] large = bytes(99, 3 * MIB);
        assertThat(read(get(cache, 99, large))).isEqualTo(large);
        assertThat(cache.contains(digest(99))).isFalse();
    }

    @Test
    void servesManyReadersWhileChunksComeAndGo() throws Exception {
        ChunkCache cache = new ChunkCache(2 * MIB);
        List<Future<?>> readers = new ArrayList<>();
        for (int t = 0; t < THREADS; t++) {
            Random random = new Random(t);
            readers.add(
                    threads.submit(
                            () -> {
                                for (int n = 0; n < 2000; n++) {
                                    int i = random.nextInt(40);
                                    try (CachedChunk chunk = get(cache, i, content(i))) {
                                        assertThat(chunk.toBytes()).isEqualTo(content(i));
                                    }
                                }
                            }));
        }
        for (Future<?> reader : readers) {
            reader.get();
        }
        assertThat(cache.bytes()).isLessThanOrEqualTo(2 * MIB);
        // All memory is back: as much as the cache may hold finds room beside what is in it.
        for (int i = 1000; i < 1032; i++) {
            get(cache, i, bytes(i, ChunkMemory.BLOCK_BYTES)).close();
            assertThat(read(cache.find(digest(i)).orElseThrow()))
                    .isEqualTo(bytes(i, ChunkMemory.BLOCK_BYTES));
        }
    }

    @Test
    void usesABufferAgainOnlyWhenItsContentIsSafe() {
        ChunkCache cache = new ChunkCache(MIB);
        for (int i = 0; i < 20; i++) {
            byte[] expected = content(i);
            CachedChunk chunk =
                    cache.get(
                            digest(i),
                            expected.length,
                            buffers -> {
                                byte[] taken = buffers.take(expected.length);
                                System.arraycopy(expected, 0, taken, 0, expected.length);
                                return taken;
                            });
            assertThat(read(chunk)).isEqualTo(expected);
        }
        List<CachedChunk> held = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            int length = content(i).length;
            byte[] expected = content(i);
            held.add(
                    cache.get(
                            digest(100 + i),
                            length,
                            buffers -> {
                                byte[] taken = buffers.take(length);
                                System.arraycopy(expected, 0, taken, 0, length);
                                return taken;
                            }));
        }
        for (int i = 0; i < 20; i++) {
            assertThat(read(held.get(i))).isEqualTo(content(i));
        }
    }

    @Test
    void loadsOnlyWhatMemorySufficesFor() throws Exception {
        ChunkCache cache = new ChunkCache(MIB);
        AtomicInteger now = new AtomicInteger();
        AtomicInteger most = new AtomicInteger();
        List<Future<byte[]>> loads = new ArrayList<>();
        for (int i = 0; i < 2 * THREADS; i++) {
            loads.add(
                    threads.submit(
                            () ->
                                    cache.uncached(
                                            7 * MIB,
                                            buffers -> {
                                                most.accumulateAndGet(
                                                        now.incrementAndGet(), Math::max);
                                                byte[] loaded = bytes(1, MIB);
                                                now.decrementAndGet();
                                                return loaded;
                                            })));
        }
        for (Future<byte[]> load : loads) {
            assertThat(load.get()).hasSize(MIB);
        }
        assertThat(most.get()).isBetween(1, 2);
        assertThat(cache.uncached(100 * MIB, buffers -> new byte[1])).hasSize(1);
    }
}
