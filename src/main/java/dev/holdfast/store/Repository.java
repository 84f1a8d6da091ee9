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

    /**
     * Removes a snapshot; with the last one its group. Chunks stay until garbage is collected.
     *
     * @throws dev.holdfast.Refused if it is protected
     * @throws dev.holdfast.Busy if it is being written or read
     */
    void forget(Namespace namespace, SnapshotId snapshot);

    /**
     * Removes a group with all its snapshots, oldest first.
     *
     * @throws dev.holdfast.Refused if one of them is protected; none is removed then
     * @throws dev.holdfast.Busy if the group, or a snapshot of it, is in use; older ones may be
     *     gone by then
     */
    void forgetGroup(Namespace namespace, GroupId group);

    /**
     * Protects a snapshot from removal, or ends that.
     *
     * @throws dev.holdfast.Busy if it is in use
     */
    void protect(Namespace namespace, SnapshotId snapshot, boolean isProtected);

    /** Replaces the notes in the unprotected part of the manifest; an empty text removes them. */
    void setNotes(Namespace namespace, SnapshotId snapshot, String notes);

    /** The notes of a group. */
    Optional<String> groupNotes(Namespace namespace, GroupId group);

    /** Replaces the notes of a group; an empty text removes them. */
    void setGroupNotes(Namespace namespace, GroupId group, String notes);

    /**
     * Gives a group to somebody else.
     *
     * @param owner {@code USER@REALM} or {@code USER@REALM!TOKEN}
     * @throws IllegalArgumentException if it is neither
     */
    void setOwner(Namespace namespace, GroupId group, String owner);

    /** Makes a namespace and those above it, unless they are there. */
    void createNamespace(Namespace namespace);

    /**
     * Removes a namespace and all below it.
     *
     * @param withGroups whether groups in it go too
     * @throws dev.holdfast.Refused if it is the root, has groups and {@code withGroups} is false,
     *     or holds a protected snapshot; nothing is removed then
     */
    void deleteNamespace(Namespace namespace, boolean withGroups);

    /**
     * Adds the client's log to a finished snapshot.
     *
     * @param encoded as a blob
     * @throws dev.holdfast.Refused if it has one
     */
    void addClientLog(Namespace namespace, SnapshotId snapshot, byte[] encoded);

    /** What can be done to the stored files themselves; empty where a server keeps them. */
    default Optional<Maintenance> maintenance() {
        return Optional.empty();
    }

    /** What a server can be asked to do; empty where there is none. */
    default Optional<ServerTasks> serverTasks() {
        return Optional.empty();
    }

    /** Releases connections and locks. */
    @Override
    void close();
}
