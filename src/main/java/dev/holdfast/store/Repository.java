package dev.holdfast.store;

import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import java.util.List;
import java.util.Optional;

/**
 * Where snapshots live. Listings show what is there now, without locks; they need no key.
 * Thread-safe.
 *
 * <p>All methods throw {@link dev.holdfast.NotFound} for what is not there and {@link
 * dev.holdfast.Unreachable} when the repository does not answer.
 */
public interface Repository extends AutoCloseable {

    /** How users call it, for messages. */
    String location();

    /** All namespaces, the root first, parents before children. */
    List<Namespace> namespaces();

    /** The groups of a namespace in listing order. */
    List<GroupId> groups(Namespace namespace);

    /** Who owns a group. */
    Optional<String> owner(Namespace namespace, GroupId group);

    /**
     * The snapshots of a group, oldest first, unfinished ones included; empty if there is no such
     * group.
     */
    List<SnapshotEntry> snapshots(Namespace namespace, GroupId group);

    /**
     * Opens a finished snapshot. It cannot be removed until the reader is closed.
     *
     * @throws dev.holdfast.Busy if it is being written or removed right now
     */
    SnapshotReader open(Namespace namespace, SnapshotId snapshot);

    /**
     * Begins a new snapshot; the group is made if need be. Nothing is visible until {@link
     * SnapshotWriter#finish}.
     *
     * @throws dev.holdfast.Busy if somebody else writes to the group
     * @throws dev.holdfast.Refused if the group has a snapshot that is as new, or belongs to
     *     somebody else
     */
    SnapshotWriter create(Namespace namespace, SnapshotId snapshot);

    /** Releases connections and locks. */
    @Override
    void close();
}
