package dev.holdfast.mount;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.fuse.Directory;
import dev.holdfast.fuse.Errno;
import dev.holdfast.fuse.Node;
import dev.holdfast.search.GroupIndex;
import dev.holdfast.search.IndexedSnapshot;
import dev.holdfast.search.Pages;
import dev.holdfast.store.SnapshotEntry;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * The search indexes of the groups that somebody looked for versions or differences in. What was
 * read is believed as long as the list of snapshots stays the same, at most a minute.
 */
final class GroupTrees implements AutoCloseable {
    private static final Duration BELIEVED = Duration.ofMinutes(1);
    private static final int MAX_READINGS = 16;

    /** Names in directories that were listed lately, and answers about what is below others. */
    private static final int MAX_REMEMBERED = 100_000;

    private final View view;
    private final KeyRing keys;
    private final Map<Group, GroupIndex> indexes = new HashMap<>();
    private final Cache<Wanted, List<IndexedSnapshot>> readings;
    private final Cache<Object, List<FoundDirectory.Child>> listings =
            Caffeine.newBuilder()
                    .maximumWeight(MAX_REMEMBERED)
                    .weigher((Object k, List<FoundDirectory.Child> list) -> 1 + list.size())
                    .build();
    private final Cache<Object, Boolean> answers =
            Caffeine.newBuilder().maximumSize(MAX_REMEMBERED).build();

    private record Group(Namespace namespace, GroupId id) {}

    private record Wanted(Group group, List<SnapshotId> snapshots) {}

    GroupTrees(View view, KeyRing keys, Ticker ticker) {
        this.view = view;
        this.keys = keys;
        this.readings =
                Caffeine.newBuilder()
                        .maximumSize(MAX_READINGS)
                        .expireAfterWrite(BELIEVED)
                        .ticker(ticker)
                        .build();
    }

    /** Finds pages of a group. */
    synchronized Pages pages(Namespace namespace, GroupId group) {
        return index(new Group(namespace, group));
    }

    private synchronized GroupIndex index(Group group) {
        return indexes.computeIfAbsent(
                group,
                g ->
                        new GroupIndex(
                                view.repository(),
                                g.namespace(),
                                g.id(),
                                keys,
                                view.options().indexDirectory()));
    }

    /** All snapshots of a group, oldest first, as far as they can be read; the rest is logged. */
    List<IndexedSnapshot> all(Namespace namespace, GroupId group) {
        List<SnapshotId> ids =
                view.listings().snapshots(namespace, group).values().stream()
                        .map(SnapshotEntry::id)
                        .toList();
        return readings.get(
                new Wanted(new Group(namespace, group), ids), wanted -> read(wanted, false));
    }

    /** One snapshot; all of it must be readable. */
    IndexedSnapshot one(SnapshotKey key) {
        Group group = new Group(key.namespace(), key.id().group());
        return readings.get(new Wanted(group, List.of(key.id())), wanted -> read(wanted, true))
                .get(0);
    }

    private List<IndexedSnapshot> read(Wanted wanted, boolean mustBeWhole) {
        GroupIndex.Reading reading =
                index(wanted.group()).read(wanted.snapshots(), GroupIndex.Listener.NONE);
        for (GroupIndex.Problem problem : reading.problems()) {
            if (mustBeWhole || reading.snapshots().stream().allMatch(s -> s.archives().isEmpty())) {
                throw problem.failure();
            }
            SnapshotKey key = new SnapshotKey(wanted.group().namespace(), problem.snapshot());
            view.failures().log(key, problem.archive(), problem.failure());
        }
        return reading.snapshots();
    }

    /** A listing that is asked for in parts. */
    List<FoundDirectory.Child> listing(Object what, Supplier<List<FoundDirectory.Child>> children) {
        return listings.get(what, w -> children.get());
    }

    /** Something about two directories, which stays true. */
    boolean answer(Object what, Supplier<Boolean> find) {
        Optional<Boolean> known = Optional.ofNullable(answers.getIfPresent(what));
        if (known.isPresent()) {
            return known.get();
        }
        boolean found = find.get();
        answers.put(what, found);
        return found;
    }

    /** The node at a path of a snapshot, the archive's name first. */
    Node node(SnapshotKey key, List<byte[]> path) {
        Node node = new SnapshotDirectory(view, key);
        for (byte[] name : path) {
            if (!(node instanceof Directory directory)) {
                throw new Errno(Errno.ENOENT);
            }
            node = directory.lookup(name);
        }
        return node;
    }

    @Override
    public synchronized void close() {
        indexes.values().forEach(GroupIndex::close);
        indexes.clear();
    }
}
