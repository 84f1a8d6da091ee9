package dev.holdfast.mount;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.store.Repository;
import dev.holdfast.store.SnapshotEntry;
import java.time.Duration;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/**
 * What the repository lists, asked again when older than the refresh interval. However many callers
 * wait for a list, it is fetched once. Bounded by lists, of which the repository's size is the
 * bound otherwise.
 */
final class Listings {
    private static final int MAX_LISTS = 1000;

    private final Repository repository;
    private final TimeNames timeNames;
    private final Cache<String, List<Namespace>> namespaces;
    private final Cache<Namespace, List<GroupId>> groups;
    private final Cache<Group, Map<String, SnapshotEntry>> snapshots;

    private record Group(Namespace namespace, GroupId id) {}

    Listings(Repository repository, TimeNames timeNames, Duration refresh, Ticker ticker) {
        this.repository = repository;
        this.timeNames = timeNames;
        this.namespaces = cache(refresh, ticker);
        this.groups = cache(refresh, ticker);
        this.snapshots = cache(refresh, ticker);
    }

    private static <K, V> Cache<K, V> cache(Duration refresh, Ticker ticker) {
        return Caffeine.newBuilder()
                .maximumSize(MAX_LISTS)
                .expireAfterWrite(refresh)
                .ticker(ticker)
                .build();
    }

    /** All namespaces. */
    List<Namespace> namespaces() {
        return namespaces.get("", k -> repository.namespaces());
    }

    /** The groups of a namespace. */
    List<GroupId> groups(Namespace namespace) {
        return groups.get(namespace, repository::groups);
    }

    /** The finished snapshots of a group by the names they are shown under, oldest first. */
    Map<String, SnapshotEntry> snapshots(Namespace namespace, GroupId group) {
        return snapshots.get(new Group(namespace, group), this::load);
    }

    private Map<String, SnapshotEntry> load(Group group) {
        Map<String, SnapshotEntry> named = new LinkedHashMap<>();
        for (SnapshotEntry entry : repository.snapshots(group.namespace(), group.id())) {
            if (entry.finished()) {
                named.put(timeNames.name(entry.id()), entry);
            }
        }
        return Collections.unmodifiableMap(named);
    }
}
