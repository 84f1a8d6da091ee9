package dev.holdfast.store.pbs;

import dev.holdfast.Damaged;
import dev.holdfast.chunk.EncodedBlob;
import dev.holdfast.format.ArchiveName;
import dev.holdfast.format.ChunkIndex;
import dev.holdfast.format.Digest;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.store.SnapshotReader;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * The base of a backup session. Its indexes are downloaded through the session, which is what makes
 * their chunks known there (protocol.md §8.4); chunks themselves cannot be had that way, so the
 * first one asked for opens the snapshot for reading as well. The session keeps the snapshot.
 */
final class PreviousSnapshot implements SnapshotReader {
    private final SnapshotId id;
    private final UploadSession session;
    private final Function<SnapshotId, SnapshotReader> open;
    private final Map<ManifestFile, ChunkIndex> indexes = new HashMap<>();
    private Optional<SnapshotReader> reader = Optional.empty();

    PreviousSnapshot(
            SnapshotId id, UploadSession session, Function<SnapshotId, SnapshotReader> open) {
        this.id = id;
        this.session = session;
        this.open = open;
    }

    @Override
    public SnapshotId id() {
        return id;
    }

    @Override
    public byte[] manifestBlob() {
        Answer answer = session.previous(ArchiveName.MANIFEST, StoredFiles.MAX_BLOB_BYTES);
        if (!answer.isSuccess()) {
            throw new Damaged(
                    "snapshot "
                            + id
                            + ": "
                            + ServerErrors.of("manifest", answer.status(), answer.text())
                                    .getMessage());
        }
        return StoredFiles.exactly(answer);
    }

    @Override
    public byte[] blob(ManifestFile file) {
        return StoredFiles.blob(
                id, file, session.previous(file.name(), StoredFiles.MAX_BLOB_BYTES));
    }

    @Override
    public synchronized ChunkIndex index(ManifestFile file) {
        ChunkIndex index = indexes.get(file);
        if (index == null) {
            index =
                    StoredFiles.index(
                            id, file, session.previous(file.name(), StoredFiles.MAX_INDEX_BYTES));
            indexes.put(file, index);
            session.known().add(index);
            if (reader.isPresent()) {
                reader.get().index(file);
            }
        }
        return index;
    }

    @Override
    public byte[] clientLogBlob() {
        return reader().clientLogBlob();
    }

    @Override
    public EncodedBlob chunk(Digest digest) {
        return reader().chunk(digest);
    }

    private synchronized SnapshotReader reader() {
        if (reader.isEmpty()) {
            SnapshotReader opened = open.apply(id);
            reader = Optional.of(opened);
            indexes.keySet().forEach(opened::index);
        }
        return reader.get();
    }

    @Override
    public synchronized void close() {
        reader.ifPresent(SnapshotReader::close);
    }
}
