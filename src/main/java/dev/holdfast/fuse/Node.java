package dev.holdfast.fuse;

import java.util.List;
import java.util.Optional;

/**
 * A file, directory, symbolic link or special file. Nodes are handles: cheap, possibly several
 * objects for one inode, valid as long as somebody holds them; a node whose inode is gone answers
 * {@code ENOENT}. The methods that change something answer {@code EROFS} unless a file system
 * overrides them.
 */
public interface Node extends NodeReference {

    @Override
    default Node node() {
        return this;
    }

    /** What the binding keeps of this node while the kernel knows it. */
    default NodeReference reference() {
        return this;
    }

    /** The current attributes. */
    Attributes attributes();

    /** The target of a symbolic link, raw bytes; {@code EINVAL} for every other node. */
    default byte[] readLink() {
        throw new Errno(Errno.EINVAL);
    }

    /**
     * Opens a regular file. {@code flags} are those of {@code open(2)} ({@code O_ACCMODE}, {@code
     * O_TRUNC}, {@code O_APPEND}); creation is {@link Directory#create}.
     */
    default OpenFile open(int flags) {
        throw new Errno(attributes().isDirectory() ? Errno.EISDIR : Errno.EINVAL);
    }

    /**
     * The value of an extended attribute, if the node has it. ACLs are {@code
     * system.posix_acl_access} and {@code …_default}.
     */
    default Optional<byte[]> xattr(String name) {
        return Optional.empty();
    }

    /** The names of all extended attributes. */
    default List<String> xattrNames() {
        return List.of();
    }

    /**
     * Sets an extended attribute. {@code flags}: 1 = must not exist ({@code EEXIST}), 2 = must
     * exist ({@code ENODATA}), 0 = either.
     */
    default void setXattr(String name, byte[] value, int flags, Caller caller) {
        throw new Errno(Errno.EROFS);
    }

    /** Removes an extended attribute; {@code ENODATA} if there is none. */
    default void removeXattr(String name, Caller caller) {
        throw new Errno(Errno.EROFS);
    }

    /** Sets the permission bits (07777). */
    default void chmod(int mode, Caller caller) {
        throw new Errno(Errno.EROFS);
    }

    /** Sets owner and group; an empty one stays. */
    default void chown(Optional<Integer> uid, Optional<Integer> gid, Caller caller) {
        throw new Errno(Errno.EROFS);
    }

    /** Sets access and modification time; an empty one stays. */
    default void setTimes(Optional<FileTime> atime, Optional<FileTime> mtime, Caller caller) {
        throw new Errno(Errno.EROFS);
    }

    /**
     * Clears the set-user-ID bit, and the set-group-ID bit if the group may execute: after a write
     * by somebody without the right to keep them, or for a new owner.
     */
    default void dropSetIds() {}

    /** Whether {@link FileSystem#byInode} finds this node. */
    default boolean isFoundByInode() {
        return false;
    }

    /** Cuts or extends (with zeros) a regular file. */
    default void truncate(long sizeBytes, Caller caller) {
        throw new Errno(Errno.EROFS);
    }
}
