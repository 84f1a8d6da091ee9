package dev.holdfast.mount;

import dev.holdfast.NotFound;
import dev.holdfast.chunk.ChunkCache;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.snapshot.Snapshot;
import dev.holdfast.store.Repository;
import java.time.Duration;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.IntStream;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The snapshots that are open. An open one keeps a lock, which stops others from removing it, and
 * its indexes in memory; so those that nobody uses are closed after a while, the longest unused one
 * at once if there are many.
 */
final class OpenSnapshots {
    private static final Logger LOG = LoggerFactory.getLogger(OpenSnapshots.class);

    private static final int MAX_UNUSED = 32;

    /** An index is 40 bytes per 4 MiB: this is some snapshots of 1 TB, or all 32 of 100 GB. */
    private static final long MAX_UNUSED_BYTES = 128L << 20;

    private static final int STRIPES = 64;

    private final Repository repository;
    private final KeyRing keys;
    private final ChunkCache chunks;
    private final Duration keepUnused;
    private final Map<SnapshotKey, OpenSnapshot> open = new ConcurrentHashMap<>();

    /** One caller opens a snapshot, others that want the same one wait for it. */
    private final List<Object> stripes =
            IntStream.range(0, STRIPES).mapToObj(i -> new Object()).toList();

    private volatile boolean closed;

    OpenSnapshots(Repository repository, KeyRing keys, ChunkCache chunks, Duration keepUnused) {
        this.repository = repository;
        this.keys = keys;
        this.chunks = chunks;
        this.keepUnused = keepUnused;
    }

    /** The snapshot, held for the caller. */
    OpenSnapshot hold(SnapshotKey key) {
        OpenSnapshot found = open.get(key);
        if (found != null && found.hold()) {
            return found;
        }
        OpenSnapshot made;
        synchronized (stripes.get(Math.floorMod(key.hashCode(), STRIPES))) {
            found = open.get(key);
            if (found != null && found.hold()) {
                return found;
            }
            if (closed) {
                throw new NotFound("the file system is closed");
            }
            Snapshot snapshot =
                    Snapshot.open(repository.open(key.namespace(), key.id()), keys, chunks);
            try {
                made = new OpenSnapshot(snapshot, this::whenUnused);
            } catch (RuntimeException | Error e) {
                snapshot.close();
                throw e;
            }
            open.put(key, made);
        }
        closeSurplus();
        return made;
    }

    /** How many are open. */
    int count() {
        return open.size();
    }

    private void whenUnused() {
        if (closed) {
            open.forEach(this::closeIfUnused);
        }
    }

    /** Closes what has not been used for a while. */
    void closeUnused() {
        long now = System.nanoTime();
        open.forEach(
                (key, snapshot) -> {
                    if (now - snapshot.lastUsedNanos() >= keepUnused.toNanos()) {
                        closeIfUnused(key, snapshot);
                    }
                });
        closeSurplus();
    }

    private void closeSurplus() {
        long now = System.nanoTime();
        List<Map.Entry<SnapshotKey, OpenSnapshot>> newestFirst =
                open.entrySet().stream()
                        .filter(e -> !e.getValue().isHeld())
                        .sorted(Comparator.comparingLong(e -> now - e.getValue().lastUsedNanos()))
                        .toList();
        long bytes = 0;
        for (int i = 0; i < newestFirst.size(); i++) {
            Map.Entry<SnapshotKey, OpenSnapshot> unused = newestFirst.get(i);
            bytes += unused.getValue().memoryBytes();
            if (i >= MAX_UNUSED || bytes > MAX_UNUSED_BYTES) {
                closeIfUnused(unused.getKey(), unused.getValue());
            }
        }
    }

    private void closeIfUnused(SnapshotKey key, OpenSnapshot snapshot) {
        try {
            if (snapshot.closeIfUnused()) {
                open.remove(key, snapshot);
            }
        } catch (RuntimeException e) {
            // It is out of use all the same; and the next ones must be closed too.
            open.remove(key, snapshot);
            LOG.warn("cannot close snapshot {}: {}", key, e.getMessage());
        }
    }

    /** Closes all; what is held is closed when it is given back. */
    void close() {
        closed = true;
        open.forEach(this::closeIfUnused);
    }
}
