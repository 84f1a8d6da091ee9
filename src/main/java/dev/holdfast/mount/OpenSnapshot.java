package dev.holdfast.mount;

import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.format.BlobKind;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.snapshot.ChunkedSource;
import dev.holdfast.snapshot.Snapshot;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A snapshot that is open, with those of its archives that somebody looked at. Counted: it is
 * closed only when nobody holds it. {@link #close} gives back one hold.
 */
final class OpenSnapshot implements AutoCloseable {
    private static final int CLOSED = -1;
    private static final int INDEX_ENTRY_BYTES = 40;

    private final Snapshot snapshot;
    private final Map<String, SnapshotFile> files;
    private final Map<SnapshotFile, Lazy<OpenArchive>> archives = new ConcurrentHashMap<>();
    private final Map<ManifestFile, Lazy<ChunkedSource>> streams = new ConcurrentHashMap<>();
    private final AtomicLong indexBytes = new AtomicLong();
    private final AtomicInteger holders = new AtomicInteger(1);
    private final Runnable whenUnused;
    private volatile long lastUsedNanos;

    /** Held once by whoever makes it. */
    OpenSnapshot(Snapshot snapshot, Runnable whenUnused) {
        this.snapshot = snapshot;
        this.files =
                SnapshotFile.of(snapshot.manifest(), snapshot.reader().clientLogBlob().length > 0);
        this.whenUnused = whenUnused;
    }

    Snapshot snapshot() {
        return snapshot;
    }

    /** What is in it, by user's name. */
    Map<String, SnapshotFile> files() {
        return files;
    }

    /** The archive of a tree. */
    OpenArchive archive(SnapshotFile tree) {
        return archives.computeIfAbsent(tree, t -> new Lazy<>(() -> OpenArchive.open(this, t)))
                .get();
    }

    /** The content of an indexed file. */
    ChunkedSource stream(ManifestFile file) {
        return streams.computeIfAbsent(file, f -> new Lazy<>(() -> load(f))).get();
    }

    private ChunkedSource load(ManifestFile file) {
        ChunkedSource source = snapshot.source(file);
        indexBytes.addAndGet((long) source.index().chunkCount() * INDEX_ENTRY_BYTES);
        return source;
    }

    /** The content of a blob of the manifest. */
    byte[] blob(ManifestFile file) {
        return snapshot.blob(file);
    }

    /** The content of the client's log. */
    byte[] clientLog() {
        byte[] blob = snapshot.reader().clientLogBlob();
        boolean encrypted = BlobKind.read(blob, blob.length).encrypted();
        Optional<BlobCodec> keyed = snapshot.key().map(BlobCodec::encrypting);
        return (encrypted ? keyed : Optional.<BlobCodec>empty())
                .orElseGet(BlobCodec::plain)
                .decode(blob);
    }

    /** Takes a hold; false if it was closed meanwhile. */
    boolean hold() {
        while (true) {
            int n = holders.get();
            if (n == CLOSED) {
                return false;
            }
            if (holders.compareAndSet(n, n + 1)) {
                return true;
            }
        }
    }

    @Override
    public void close() {
        lastUsedNanos = System.nanoTime();
        if (holders.decrementAndGet() == 0) {
            whenUnused.run();
        }
    }

    /** When it was given back last; means nothing while it is held. */
    long lastUsedNanos() {
        return lastUsedNanos;
    }

    /** About how much memory it takes: indexes, and tables of directories. */
    long memoryBytes() {
        return indexBytes.get() + archives.size() * OpenArchive.TABLE_BYTES;
    }

    boolean isHeld() {
        return holders.get() > 0;
    }

    /** Closes it for good if nobody holds it. */
    boolean closeIfUnused() {
        if (!holders.compareAndSet(0, CLOSED)) {
            return false;
        }
        snapshot.close();
        return true;
    }
}
