package dev.holdfast.mount;

import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;

/** A snapshot of a repository. */
record SnapshotKey(Namespace namespace, SnapshotId id) {

    /** {@code TYPE/ID/TIME}, below its namespace. */
    @Override
    public String toString() {
        return GroupPath.of(namespace, id.group()) + "/" + id.timeText();
    }
}
