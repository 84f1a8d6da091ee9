package dev.holdfast.store;

import dev.holdfast.format.SnapshotId;

/**
 * A snapshot in a listing.
 *
 * @param finished whether it has a manifest; else it is being written, or was left by a crash
 * @param isProtected whether it is protected from removal
 */
public record SnapshotEntry(SnapshotId id, boolean finished, boolean isProtected) {}
