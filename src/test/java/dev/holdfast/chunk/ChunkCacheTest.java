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

    private static byte[] loadedAgain() {
        throw new AssertionError("loaded again");
    }

    private static byte[] read(CachedChunk chunk) {
        try (chunk) {
            return chunk.toBytes();
        }
    }

    @Test
    void loadsAChunkOnceAndGivesItAgain() {
        ChunkCache cache = new ChunkCache(MIB);
        assertThat(read(cache.get(digest(1), () -> content(1)))).isEqualTo(content(1));
        assertThat(read(cache.get(digest(1), ChunkCacheTest::loadedAgain))).isEqualTo(content(1));
        assertThat(read(cache.find(digest(1)).orElseThrow())).isEqualTo(content(1));
        assertThat(cache.find(digest(2))).isEmpty();
        assertThat(cache.stats().hitCount()).isEqualTo(2);
        assertThat(cache.stats().missCount()).isEqualTo(1);
    }

    @Test
    void copiesAnyPartOfAChunk() {
        ChunkCache cache = new ChunkCache(MIB);
        byte[] content = bytes(1, 3 * ChunkMemory.BLOCK_BYTES + 5);
        try (CachedChunk chunk = cache.get(digest(1), () -> content)) {
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
        assertThat(read(cache.get(digest(1), () -> new byte[0]))).isEmpty();
        assertThat(read(cache.get(digest(1), ChunkCacheTest::loadedAgain))).isEmpty();
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
                                                () -> {
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
                                        () -> {
                                            throw new IllegalStateException("damaged");
                                        }))
                .hasMessage("damaged");
        assertThat(read(cache.get(digest(1), () -> content(1)))).isEqualTo(content(1));
    }

    @Test
    void keepsAnEvictedChunkForWhoHoldsIt() {
        ChunkCache cache = new ChunkCache(MIB);
        CachedChunk held = cache.get(digest(0), () -> content(0));
        for (int i = 1; i < 200; i++) {
            int number = i;
            cache.get(digest(i), () -> content(number)).close();
            assertThat(cache.bytes()).isLessThanOrEqualTo(MIB);
        }
        assertThat(cache.contains(digest(0))).isFalse();
        assertThat(read(held)).isEqualTo(content(0));
        assertThatThrownBy(held::close).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void givesWhatThereIsNoRoomFor() {
        ChunkCache cache = new ChunkCache(MIB);
        List<CachedChunk> held = new ArrayList<>();
        for (int i = 0; i < 20; i++) {
            int number = i;
            held.add(cache.get(digest(i), () -> bytes(number, MIB / 2)));
        }
        for (int i = 0; i < held.size(); i++) {
            assertThat(read(held.get(i))).isEqualTo(bytes(i, MIB / 2));
        }
        byte[] large = bytes(99, 3 * MIB);
        assertThat(read(cache.get(digest(99), () -> large))).isEqualTo(large);
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
                                    try (CachedChunk chunk =
                                            cache.get(digest(i), () -> content(i))) {
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
            int number = i;
            cache.get(digest(i), () -> bytes(number, ChunkMemory.BLOCK_BYTES)).close();
            assertThat(read(cache.find(digest(i)).orElseThrow()))
                    .isEqualTo(bytes(i, ChunkMemory.BLOCK_BYTES));
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
                                    cache.whenThereIsRoom(
                                            15 * MIB,
                                            () -> {
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
        assertThat(cache.whenThereIsRoom(100 * MIB, () -> new byte[1])).hasSize(1);
    }
}
