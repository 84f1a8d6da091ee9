package dev.holdfast.upkeep;

import dev.holdfast.format.SnapshotId;

/** Hears how far a sync is; on any thread. */
public interface SyncProgress {
    /** Nobody listens. */
    SyncProgress NONE = new SyncProgress() {};

    /** A snapshot begins to travel. */
    default void snapshot(SnapshotId snapshot) {}

    /** Another chunk is in the target: so much of the content of the archive. */
    default void chunk(String archive, long doneBytes, long totalBytes) {}
}
