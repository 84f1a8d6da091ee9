package dev.holdfast.chunk;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.stats.CacheStats;
import dev.holdfast.crypto.BufferPool;
import dev.holdfast.format.Digest;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.LongAdder;

/**
 * Decoded chunks by digest, bounded in bytes and kept outside of the heap. However many readers
 * wait for a chunk, it is loaded once; a failed load is not remembered. Behind it there may be a
 * {@link DiskCache} of sealed chunks. What is read often stays; what was evicted last can still be
 * found for a while, so that reading ahead is not in vain. Thread-safe.
 *
 * <p>A chunk that is evicted while it is read keeps its memory until then. So there is a little
 * more of it than the cache may fill; when even that is in use, a chunk is not cached.
 */
public final class ChunkCache {
    /** Room for chunks that are read while others take their place. */
    private static final long SPARE_BYTES = 16 << 20;

    /** How much is loaded at once: with what decoding takes, about three times as much memory. */
    private static final int MAX_LOADING_BYTES = 16 << 20;

    /** What a few loads need again and again: the stored form, the opened one, the content. */
    private static final int IDLE_BUFFER_BYTES = 3 * MAX_LOADING_BYTES;

    private static final int PERMIT_BYTES = 64 << 10;
    private static final int PERMITS = MAX_LOADING_BYTES / PERMIT_BYTES;

    /** The part of the cache for what was evicted last: 16 chunks of the usual size and limit. */
    private static final int VICTIM_PART = 4;

    private final Cache<Digest, CachedChunk> chunks;
    private final VictimCache victims;
    private final ChunkMemory memory;
    private final long maxBytes;
    private final Optional<DiskCache> disk;
    private final LoadListener loads;
    private final LongAdder hits = new LongAdder();
    private final Semaphore loading = new Semaphore(PERMITS);
    private final ChunkBuffers buffers = new ChunkBuffers(IDLE_BUFFER_BYTES);

    /** Reads, opens and checks a chunk. */
    public interface Loader {
        /**
         * The content, at the beginning of an array that nobody else has.
         *
         * @param buffers the array may come from here
         */
        byte[] load(BufferPool buffers);
    }

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
        this.memory = new ChunkMemory(maxBytes + Math.min(maxBytes, SPARE_BYTES));
        this.victims = new VictimCache(maxBytes / VICTIM_PART);
        this.chunks =
                Caffeine.newBuilder()
                        .maximumWeight(maxBytes - maxBytes / VICTIM_PART)
                        .weigher((Digest digest, CachedChunk chunk) -> chunk.memoryBytes())
                        .evictionListener((digest, chunk, cause) -> victims.keep(digest, chunk))
                        // Not later: the memory is wanted for the chunk that takes its place.
                        .executor(Runnable::run)
                        .recordStats()
                        .build();
    }

    /**
     * A chunk, to be closed.
     *
     * @param lengthBytes its content length
     * @param load reads, opens and checks it
     */
    public CachedChunk get(Digest digest, int lengthBytes, Loader load) {
        while (true) {
            CachedChunk here = held(digest);
            if (here != null) {
                return here;
            }
            Loading mine = new Loading(digest, lengthBytes, load);
            CachedChunk cached = chunks.get(digest, d -> mine.run());
            if (mine.loaded.isPresent()) {
                return mine.loaded.get();
            }
            if (cached != null && cached.hold()) {
                hits.increment();
                return cached;
            }
            // Another's load, evicted before it could be held, or not cached at all.
        }
    }

    /** The load of a chunk for somebody who gets it even if it is evicted at once. */
    private final class Loading {
        private final Digest digest;
        private final int lengthBytes;
        private final Loader load;
        private Optional<CachedChunk> loaded = Optional.empty();

        Loading(Digest digest, int lengthBytes, Loader load) {
            this.digest = digest;
            this.lengthBytes = lengthBytes;
            this.load = load;
        }

        /** What the cache is to hold; null if there is no room. */
        private CachedChunk run() {
            Optional<CachedChunk> evicted = victims.take(digest);
            if (evicted.isPresent()) {
                return evicted.get(); // since it was looked for
            }
            byte[] content = uncached(lengthBytes, load);
            Optional<CachedChunk> copy = CachedChunk.copyOf(content, lengthBytes, memory);
            loaded = copy.or(() -> Optional.of(CachedChunk.onHeap(content, lengthBytes)));
            if (copy.isEmpty()) {
                return null;
            }
            copy.get().hold();
            buffers.give(content);
            return copy.get();
        }
    }

    /**
     * Loads a chunk for somebody who keeps it by himself. Waits while so much else is being loaded
     * that memory would not suffice, however many threads want different chunks at once.
     *
     * @param lengthBytes its content length
     */
    public byte[] uncached(int lengthBytes, Loader load) {
        int permits = Math.min(PERMITS, 1 + lengthBytes / PERMIT_BYTES);
        loading.acquireUninterruptibly(permits);
        long start = System.nanoTime();
        boolean succeeded = false;
        try {
            byte[] content = load.load(buffers);
            succeeded = true;
            return content;
        } finally {
            loading.release(permits);
            loads.loaded(System.nanoTime() - start, succeeded);
        }
    }

    /** A chunk if it is here, to be closed. */
    public Optional<CachedChunk> find(Digest digest) {
        return Optional.ofNullable(held(digest));
    }

    /** Null if it is not here: a hit must not cost an object. */
    private CachedChunk held(Digest digest) {
        // By way of the map, where the cache does not count: a miss would count twice.
        CachedChunk here = chunks.asMap().get(digest);
        if (here == null || !here.hold()) {
            here = victims.held(digest);
        }
        if (here != null) {
            hits.increment();
        }
        return here;
    }

    /** Whether the chunk is here now. */
    public boolean contains(Digest digest) {
        return chunks.asMap().containsKey(digest) || victims.contains(digest);
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
        return victims.bytes()
                + chunks.policy().eviction().map(e -> e.weightedSize().orElse(0)).orElse(0L);
    }

    /** Bytes that may be held. */
    public long maxBytes() {
        return maxBytes;
    }
}
