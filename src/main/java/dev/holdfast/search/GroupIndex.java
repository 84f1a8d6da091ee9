package dev.holdfast.search;

import dev.holdfast.BadKey;
import dev.holdfast.Busy;
import dev.holdfast.Damaged;
import dev.holdfast.HoldfastException;
import dev.holdfast.NotFound;
import dev.holdfast.chunk.ChunkCache;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.format.Digest;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.snapshot.Snapshot;
import dev.holdfast.store.Repository;
import dev.holdfast.store.SnapshotEntry;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * The index of a group: what is in its snapshots, read from their metadata archives the first time
 * and from a local file after that. Thread-safe.
 *
 * <p>What is known of an archive is found by its checksums in the manifest, which is read and
 * checked each time. Snapshots are held open only while they are read.
 *
 * <p>Each key has a file of its own, sealed under it, so that no key opens what it could not open
 * in the repository. What was backed up in clear is sealed under the first key at hand; without any
 * key nothing is kept.
 */
public final class GroupIndex implements Pages, AutoCloseable {
    private static final long CACHE_BYTES = 48L << 20;

    private final Repository repository;
    private final Namespace namespace;
    private final GroupId group;
    private final KeyRing keys;
    private final Optional<Path> directory;
    private final ChunkCache chunks = new ChunkCache(CACHE_BYTES);
    private final Map<String, PageStore> stores = new HashMap<>();

    /**
     * @param repository stays the caller's
     * @param keys also
     * @param directory where indexes are kept; none: only until it is closed
     */
    public GroupIndex(
            Repository repository,
            Namespace namespace,
            GroupId group,
            KeyRing keys,
            Optional<Path> directory) {
        this.repository = repository;
        this.namespace = namespace;
        this.group = group;
        this.keys = keys;
        this.directory = directory;
    }

    /** Something that could not be read, so that what was found may not be all. */
    public record Problem(SnapshotId snapshot, String archive, HoldfastException failure) {
        /** One line for people. */
        public String message() {
            String what = archive.isEmpty() ? "" : ", " + archive;
            return "snapshot " + snapshot + what + ": " + failure.getMessage();
        }
    }

    /** What could be read of snapshots, and what not. */
    public record Reading(List<IndexedSnapshot> snapshots, List<Problem> problems) {}

    /** Hears how far reading is. */
    public interface Listener {
        /** Nobody listens. */
        Listener NONE = (snapshots, entries) -> {};

        /**
         * @param snapshots that were read
         * @param entries that were read because they were not in the index
         */
        void read(int snapshots, long entries);
    }

    /** All finished snapshots of the group, oldest first. */
    public List<SnapshotId> list() {
        List<SnapshotId> ids =
                repository.snapshots(namespace, group).stream()
                        .filter(SnapshotEntry::finished)
                        .map(SnapshotEntry::id)
                        .toList();
        if (ids.isEmpty()) {
            throw new NotFound(
                    "there is no group "
                            + group
                            + " with a finished snapshot in "
                            + repository.location());
        }
        return ids;
    }

    /** Reads all finished snapshots. */
    public Reading readAll(Listener listener) {
        return read(list(), true, listener);
    }

    /** Reads some snapshots. */
    public Reading read(List<SnapshotId> ids, Listener listener) {
        return read(ids, false, listener);
    }

    private synchronized Reading read(List<SnapshotId> ids, boolean all, Listener listener) {
        List<IndexedSnapshot> snapshots = new ArrayList<>();
        List<Problem> problems = new ArrayList<>();
        Map<String, Set<Digest>> used = new HashMap<>();
        long entries = 0;
        try {
            for (SnapshotId id : ids) {
                try (Snapshot snapshot =
                        Snapshot.open(repository.open(namespace, id), keys, chunks)) {
                    String name = storeName(snapshot.key());
                    SnapshotIndexer indexer =
                            new SnapshotIndexer(snapshot, store(name, snapshot.key()));
                    snapshots.add(indexer.read(problems));
                    used.computeIfAbsent(name, n -> new HashSet<>()).addAll(indexer.used());
                    entries += indexer.entries();
                } catch (NotFound | Busy | Damaged | BadKey e) {
                    problems.add(new Problem(id, "", e));
                }
                listener.read(snapshots.size() + problems.size(), entries);
            }
        } finally {
            boolean known = all && problems.isEmpty();
            stores.forEach(
                    (name, store) ->
                            store.end(
                                    known
                                            ? Optional.of(used.getOrDefault(name, Set.of()))
                                            : Optional.empty()));
        }
        return new Reading(snapshots, problems);
    }

    /** Opens a snapshot to find where its contents are. */
    public Contents contents(SnapshotId id) {
        return new Contents(Snapshot.open(repository.open(namespace, id), keys, chunks));
    }

    /** A file for each repository, namespace, group and key; the name tells nobody which. */
    private String storeName(Optional<BackupKey> key) {
        String what = String.join("\n", repository.location(), namespace.toString(), "" + group);
        return key.or(keys::first)
                .map(k -> k.sign(("holdfast search\n" + what).getBytes(StandardCharsets.UTF_8)))
                .map(mac -> mac.substring(0, 32))
                .orElse("");
    }

    private PageStore store(String name, Optional<BackupKey> key) {
        return stores.computeIfAbsent(
                name, n -> new PageStore(directory.map(d -> d.resolve(n)), key.or(keys::first)));
    }

    @Override
    public byte[] page(Digest digest) {
        return stores().stream()
                .filter(store -> store.contains(digest))
                .findFirst()
                .orElseThrow(() -> new Damaged("the search index has lost a page"))
                .page(digest);
    }

    /** The pages of this group and of another one. */
    public Pages or(GroupIndex other) {
        return digest -> contains(digest) ? page(digest) : other.page(digest);
    }

    private boolean contains(Digest digest) {
        return stores().stream().anyMatch(store -> store.contains(digest));
    }

    private synchronized List<PageStore> stores() {
        return List.copyOf(stores.values());
    }

    @Override
    public synchronized void close() {
        stores.values().forEach(PageStore::close);
        stores.clear();
    }
}
