package dev.holdfast.chunk;

import dev.holdfast.format.Digest;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/**
 * The chunks that a cache evicted last, in the order in which they were last read. A cache that
 * evicts by frequency would otherwise turn away what was read ahead before anybody has read it, and
 * what is being read in small pieces before its end. After Jouppi, "Improving direct-mapped cache
 * performance by the addition of a small fully-associative cache", 1990. Thread-safe.
 */
final class VictimCache {
    private final Map<Digest, CachedChunk> chunks = new LinkedHashMap<>(16, 0.75f, true);
    private final long maxBytes;
    private long bytes;

    /**
     * @param maxBytes how much memory the chunks here may have
     */
    VictimCache(long maxBytes) {
        this.maxBytes = maxBytes;
    }

    /** Keeps an evicted chunk, which is closed in turn if it is not read for long. */
    synchronized void keep(Digest digest, CachedChunk chunk) {
        take(digest).ifPresent(CachedChunk::close);
        chunks.put(digest, chunk);
        bytes += chunk.memoryBytes();
        Iterator<CachedChunk> oldest = chunks.values().iterator();
        while (bytes > maxBytes) {
            CachedChunk dropped = oldest.next();
            oldest.remove();
            bytes -= dropped.memoryBytes();
            dropped.close();
        }
    }

    /** A chunk, held once more; null if it is not here: a hit must not cost an object. */
    synchronized CachedChunk held(Digest digest) {
        CachedChunk here = chunks.get(digest);
        return here != null && here.hold() ? here : null;
    }

    /** Gives a chunk back to the cache that evicted it. */
    synchronized Optional<CachedChunk> take(Digest digest) {
        CachedChunk here = chunks.remove(digest);
        if (here != null) {
            bytes -= here.memoryBytes();
        }
        return Optional.ofNullable(here);
    }

    /** Whether the chunk is here now. */
    synchronized boolean contains(Digest digest) {
        return chunks.containsKey(digest);
    }

    /** Bytes held now. */
    synchronized long bytes() {
        return bytes;
    }
}
