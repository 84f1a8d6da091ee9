package dev.holdfast.upkeep;

import dev.holdfast.Damaged;
import dev.holdfast.HoldfastException;
import dev.holdfast.chunk.EncodedBlob;
import dev.holdfast.format.ChunkIndex;
import dev.holdfast.format.CryptMode;
import dev.holdfast.format.Digest;
import dev.holdfast.format.Manifest;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.store.Maintenance;
import dev.holdfast.store.SnapshotReader;
import dev.holdfast.store.SnapshotWriter;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.Executor;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Copies one snapshot as it is stored. Everything is checked as far as it goes without a key before
 * it is stored: sums and sizes against the manifest, CRCs, kinds, digests of plain chunks.
 */
final class SnapshotCopy {
    private final SnapshotReader source;
    private final Manifest manifest;
    private final SnapshotWriter target;
    private final Optional<Maintenance> repair;
    private final Executor executor;
    private final int ahead;
    private final RateLimit limit;
    private final Counters counters;
    private final SyncProgress progress;

    /** What travelled, over all snapshots. */
    record Counters(AtomicLong chunks, AtomicLong bytes, AtomicLong knownChunks) {
        Counters() {
            this(new AtomicLong(), new AtomicLong(), new AtomicLong());
        }
    }

    /**
     * A copy.
     *
     * @param repair if present, chunks that the target has are checked, and moved aside and
     *     replaced if they are damaged
     * @param ahead how many chunks may be under way
     */
    SnapshotCopy(
            SnapshotReader source,
            Manifest manifest,
            SnapshotWriter target,
            Optional<Maintenance> repair,
            Executor executor,
            int ahead,
            RateLimit limit,
            Counters counters,
            SyncProgress progress) {
        this.source = source;
        this.manifest = manifest;
        this.target = target;
        this.repair = repair;
        this.executor = executor;
        this.ahead = ahead;
        this.limit = limit;
        this.counters = counters;
        this.progress = progress;
    }

    /** Copies all files and makes the snapshot visible. */
    void run(byte[] manifestBlob) {
        for (ManifestFile file : manifest.files()) {
            if (file.name().endsWith(".blob")) {
                byte[] blob = source.blob(file);
                StoredBlob.check(blob, blob.length);
                target.blob(file.name(), blob);
            } else {
                archive(file);
            }
        }
        target.finish(manifest, manifestBlob);
    }

    private void archive(ManifestFile file) {
        ChunkIndex index = source.index(file);
        SnapshotWriter.ArchiveWriter archive = target.archive(file.name(), reference(file));
        boolean encrypted = file.mode() == CryptMode.ENCRYPT;
        Deque<CompletableFuture<Integer>> underWay = new ArrayDeque<>();
        try {
            for (int i = 0; i < index.chunkCount(); i++) {
                int chunk = i;
                underWay.add(
                        CompletableFuture.supplyAsync(
                                () -> {
                                    transfer(archive, index, chunk, encrypted);
                                    return chunk;
                                },
                                executor));
                if (underWay.size() >= ahead) {
                    append(file, archive, index, underWay.remove());
                }
            }
            while (!underWay.isEmpty()) {
                append(file, archive, index, underWay.remove());
            }
        } finally {
            // What is under way writes to the target, which the caller is about to close.
            underWay.forEach(
                    one ->
                            one.exceptionally(
                                            e -> {
                                                return 0;
                                            })
                                    .join());
        }
        SnapshotWriter.Sum sum = archive.finish();
        if (sum.sizeBytes() != file.sizeBytes() || !sum.checksum().equals(file.checksum())) {
            throw new Damaged(
                    source.id()
                            + " "
                            + file.name()
                            + " cannot be stored as it is: its chunks are"
                            + " of an unusual size");
        }
    }

    private void append(
            ManifestFile file,
            SnapshotWriter.ArchiveWriter archive,
            ChunkIndex index,
            CompletableFuture<Integer> next) {
        int i;
        try {
            i = next.join();
        } catch (CompletionException e) {
            if (e.getCause() instanceof RuntimeException cause) {
                throw cause;
            }
            throw e;
        }
        archive.append(index.digest(i), index.chunkBytes(i));
        progress.chunk(file.name(), index.endOffset(i), index.sizeBytes());
    }

    /** The same archive of the snapshot before, of which a server must be told. */
    private Optional<ChunkIndex> reference(ManifestFile file) {
        if (target.previous().isEmpty()) {
            return Optional.empty();
        }
        SnapshotReader previous = target.previous().get();
        try {
            return dev.holdfast.snapshot.Snapshot.decodeManifest(
                            previous.manifestBlob(), previous.id())
                    .file(file.name())
                    .map(previous::index);
        } catch (HoldfastException e) {
            return Optional.empty();
        }
    }

    private void transfer(
            SnapshotWriter.ArchiveWriter archive, ChunkIndex index, int i, boolean encrypted) {
        Digest digest = index.digest(i);
        int bytes = index.chunkBytes(i);
        if (archive.has(digest, bytes) && !isDamaged(digest, bytes, encrypted)) {
            counters.knownChunks().incrementAndGet();
            return;
        }
        EncodedBlob blob = source.chunk(digest);
        limit.pass(blob.lengthBytes());
        StoredBlob.checkChunk(blob.bytes(), blob.lengthBytes(), digest, bytes, encrypted);
        archive.put(digest, blob.bytes(), blob.lengthBytes(), bytes);
        counters.chunks().incrementAndGet();
        counters.bytes().addAndGet(blob.lengthBytes());
    }

    /** Whether the target's chunk is damaged; it has been moved aside then. */
    private boolean isDamaged(Digest digest, int bytes, boolean encrypted) {
        if (repair.isEmpty()) {
            return false;
        }
        try {
            EncodedBlob blob = repair.get().chunk(digest);
            StoredBlob.checkChunk(blob.bytes(), blob.lengthBytes(), digest, bytes, encrypted);
            return false;
        } catch (Damaged e) {
            repair.get().quarantine(digest);
            return true;
        }
    }
}
