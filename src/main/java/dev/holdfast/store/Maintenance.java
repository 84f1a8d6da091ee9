package dev.holdfast.store;

import dev.holdfast.chunk.ChunkSource;
import dev.holdfast.format.Digest;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import java.util.Optional;

/**
 * What only somebody with the files of a repository at hand can do. Where a server keeps them, it
 * does these things itself. Thread-safe.
 */
public interface Maintenance extends ChunkSource {
    /**
     * Notes the result of a verification in the unprotected part of the manifest, where a server
     * looks for it.
     */
    void recordVerification(Namespace namespace, SnapshotId snapshot, VerifyState state);

    /**
     * Moves a damaged chunk aside, so that the next backup that needs it stores it again
     * (datastore.md §11).
     *
     * @return what it is called now; empty if the chunk is gone already
     */
    Optional<String> quarantine(Digest digest);

    /**
     * Opens a finished snapshot for storing it again, the same as it should be: missing chunks can
     * be put, index and blob files are replaced, the manifest last. Closing without finishing
     * leaves the snapshot in place.
     *
     * @throws dev.holdfast.Busy if the snapshot is in use
     */
    SnapshotWriter rewrite(Namespace namespace, SnapshotId snapshot);

    /**
     * Removes chunks that no snapshot refers to (datastore.md §9). May be killed at any moment
     * without loss.
     *
     * @throws dev.holdfast.Busy if somebody writes to the repository, or collects garbage
     * @throws dev.holdfast.Damaged if an index cannot be read: what it refers to is then unknown,
     *     and nothing is removed
     * @throws dev.holdfast.Refused if access times cannot be relied on
     */
    GarbageReport collectGarbage(GarbageOptions options, GarbageProgress progress);
}
