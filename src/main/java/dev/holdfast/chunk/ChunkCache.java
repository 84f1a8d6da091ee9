package dev.holdfast.chunk;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.stats.CacheStats;
import dev.holdfast.format.Digest;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Supplier;

/**
 * Decoded chunks by digest, bounded in bytes. However many readers wait for a chunk, it is loaded
 * once; a failed load is not remembered. Behind it there may be a {@link DiskCache} of sealed
 * chunks. Thread-safe.
 */
public final class ChunkCache {
    private final Cache<Digest, byte[]> chunks;
    private final long maxBytes;
    private final Optional<DiskCache> disk;
    private final LoadListener loads;
    private final LongAdder hits = new LongAdder();

    /**
     * Hears of every chunk that is loaded: read, opened and checked. Called by the loading thread.
     */
    public interface LoadListener {
        /** Hears nothing. */
        LoadListener NONE = (nanos, succeeded) -> {};

        /** A load has ended after that time. */
        void loaded(long nanos, boolean succeeded);
    }

    /** A cache that holds about {@code maxBytes} of content. */
    public ChunkCache(long maxBytes) {
        this(maxBytes, Optional.empty(), LoadListener.NONE);
    }

    /** The same with a second level, and with somebody who measures. */
    public ChunkCache(long maxBytes, Optional<DiskCache> disk, LoadListener loads) {
        this.maxBytes = maxBytes;
        this.disk = disk;
        this.loads = loads;
        this.chunks =
                Caffeine.newBuilder()
                        .maximumWeight(maxBytes)
                        .weigher((Digest digest, byte[] content) -> content.length)
                        .recordStats()
                        .build();
    }

    /**
     * The content of a chunk; not to be modified.
     *
     * @param load reads, opens and checks it
     */
    public byte[] get(Digest digest, Supplier<byte[]> load) {
        // The common case first: a hit must not pay for the function object of the other one. Asked
        // by way of the map, where the cache does not count: a miss would count twice.
        byte[] cached = chunks.asMap().get(digest);
        if (cached != null) {
            hits.increment();
            return cached;
        }
        return chunks.get(digest, d -> measured(load));
    }

    private byte[] measured(Supplier<byte[]> load) {
        long start = System.nanoTime();
        boolean succeeded = false;
        try {
            byte[] content = load.get();
            succeeded = true;
            return content;
        } finally {
            loads.loaded(System.nanoTime() - start, succeeded);
        }
    }

    /** The content of a chunk if it is here; not to be modified. */
    public Optional<byte[]> peek(Digest digest) {
        return Optional.ofNullable(chunks.asMap().get(digest));
    }

    /** Whether the chunk is here now. */
    public boolean contains(Digest digest) {
        return chunks.asMap().containsKey(digest);
    }

    /** Where sealed chunks are kept for longer. */
    public Optional<DiskCache> disk() {
        return disk;
    }

    /**
     * Hits, misses, load times, evictions. A miss is a load; a reader who waits for another's load,
     * and one who finds what was read ahead, has a hit.
     */
    public CacheStats stats() {
        CacheStats counted = chunks.stats();
        return CacheStats.of(
                counted.hitCount() + hits.sum(),
                counted.missCount(),
                counted.loadSuccessCount(),
                counted.loadFailureCount(),
                counted.totalLoadTime(),
                counted.evictionCount(),
                counted.evictionWeight());
    }

    /** Bytes held now, about. */
    public long bytes() {
        return chunks.policy().eviction().map(e -> e.weightedSize().orElse(0)).orElse(0L);
    }

    /** Bytes that may be held. */
    public long maxBytes() {
        return maxBytes;
    }
}
