package dev.holdfast.store;

import dev.holdfast.chunk.ChunkSource;
import dev.holdfast.format.ChunkIndex;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.format.SnapshotId;

/**
 * A finished snapshot held open: it stays, with all its chunks, until closed. Gives stored bytes;
 * opening blobs is the caller's business. Thread-safe.
 */
public interface SnapshotReader extends ChunkSource, AutoCloseable {

    /** Which snapshot this is. */
    SnapshotId id();

    /** The encoded manifest, as it is now (notes and verify state may change). */
    byte[] manifestBlob();

    /**
     * The encoded blob file, compared with the manifest's length and checksum.
     *
     * @throws dev.holdfast.Damaged if it differs
     */
    byte[] blob(ManifestFile file);

    /**
     * The index of an archive; its size and recomputed checksum are compared with the manifest's.
     *
     * @throws dev.holdfast.Damaged if it differs
     */
    ChunkIndex index(ManifestFile file);

    /** The optional log of the client, encoded; empty array if there is none. */
    byte[] clientLogBlob();

    @Override
    void close();
}
