package dev.holdfast.snapshot;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.holdfast.format.pxar.GoodbyeTable;
import java.util.function.Supplier;

/**
 * Goodbye tables of directories that were looked at, bounded by bytes; may be shared by all
 * archives of a process. Safe for many threads.
 */
public final class GoodbyeCache {
    private final Cache<Key, GoodbyeTable> tables;

    /** Tables are found by archive and by where they end. */
    private record Key(ArchiveReader archive, long end) {}

    /**
     * @param maxBytes about how much memory the tables may take
     */
    public GoodbyeCache(long maxBytes) {
        tables =
                Caffeine.newBuilder()
                        .maximumWeight(maxBytes)
                        .weigher((Key k, GoodbyeTable t) -> t.memoryBytes())
                        .build();
    }

    /**
     * Two threads that miss at once both load: the table is small and the chunks it is read from
     * are cached, so that holding one of them up would save nothing.
     */
    GoodbyeTable get(ArchiveReader archive, long end, Supplier<GoodbyeTable> load) {
        Key key = new Key(archive, end);
        GoodbyeTable table = tables.getIfPresent(key);
        if (table == null) {
            table = load.get();
            tables.put(key, table);
        }
        return table;
    }
}
