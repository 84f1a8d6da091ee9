package dev.holdfast.store;

import dev.holdfast.chunk.ChunkTarget;
import dev.holdfast.format.ChunkIndex;
import dev.holdfast.format.Digest;
import dev.holdfast.format.Manifest;
import dev.holdfast.format.SnapshotId;
import java.util.Optional;

/**
 * A snapshot being written. Order: any archives and blobs, then {@link #finish} with the manifest
 * that lists exactly those, in any order. Closing without finishing leaves nothing visible. One
 * thread, except for {@link ArchiveWriter}'s chunks.
 */
public interface SnapshotWriter extends AutoCloseable {

    /** Which snapshot this will be. */
    SnapshotId id();

    /**
     * The newest finished snapshot of the group, kept open by this writer; absent in a new group or
     * if it failed verification.
     */
    Optional<SnapshotReader> previous();

    /**
     * Begins an archive.
     *
     * @param storedName ending in {@code .didx} (chunks of any length) or {@code .fidx} (4 MiB, a
     *     shorter last one)
     * @param reference chunks that may be appended without being put because {@link #previous}
     *     holds them
     */
    ArchiveWriter archive(String storedName, Optional<ChunkIndex> reference);

    /** Stores an encoded blob under {@code storedName} (not the manifest). */
    void blob(String storedName, byte[] encoded);

    /**
     * Makes the snapshot visible and durable. When it returns, a power cut loses nothing of it.
     *
     * @param encoded the manifest as a blob
     */
    void finish(Manifest manifest, byte[] encoded);

    /** Ends the session; without {@link #finish} all traces of the snapshot are removed. */
    @Override
    void close();

    /** One archive being written. Putting chunks is thread-safe; appending is not. */
    interface ArchiveWriter extends ChunkTarget {
        /**
         * Appends a chunk that was put, or that {@link #has} confirmed, or that the reference
         * holds.
         */
        void append(Digest digest, int contentBytes);

        /**
         * Stores the index. An archive without chunks is refused.
         *
         * @return content length and checksum of the index, as the manifest must say
         */
        Sum finish();
    }

    /** What the manifest says of an index. */
    record Sum(long sizeBytes, Digest checksum) {}
}
