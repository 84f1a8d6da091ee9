package dev.holdfast.chunk;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.stats.CacheStats;
import dev.holdfast.format.Digest;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * Decoded chunks by digest, bounded in bytes. However many readers wait for a chunk, it is loaded
 * once; a failed load is not remembered. Thread-safe.
 */
public final class ChunkCache {
    private final Cache<Digest, byte[]> chunks;

    /** A cache that holds about {@code maxBytes} of content. */
    public ChunkCache(long maxBytes) {
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
        // The common case first: a hit must not pay for the function object of the other one.
        byte[] cached = chunks.getIfPresent(digest);
        return cached != null ? cached : chunks.get(digest, d -> load.get());
    }

    /** The content of a chunk if it is here; not to be modified. */
    public Optional<byte[]> peek(Digest digest) {
        return Optional.ofNullable(chunks.getIfPresent(digest));
    }

    /** Whether the chunk is here now. */
    public boolean contains(Digest digest) {
        return chunks.asMap().containsKey(digest);
    }

    /** Hits, misses, load times, evictions. */
    public CacheStats stats() {
        return chunks.stats();
    }

    /** Bytes held now, about. */
    public long bytes() {
        return chunks.policy().eviction().map(e -> e.weightedSize().orElse(0)).orElse(0L);
    }
}
