package dev.holdfast.fuse;

/** A directory. Looking up a name that is not there is {@code ENOENT}. */
public interface Directory extends Node {

    /** The child of that name. */
    Node lookup(byte[] name);

    /**
     * How long, in milliseconds, the binding may take for granted that a name looked up here still
     * means the same node, and that this directory's attributes are the same. Changes made through
     * this file system invalidate by themselves; this is about changes from elsewhere (a new
     * snapshot).
     */
    default long validMillis() {
        return Long.MAX_VALUE;
    }

    /** The inode number of the directory above. The root's is not asked for: it is its own. */
    default long parentInode() {
        return attributes().inode();
    }

    /**
     * Lists the children (without {@code .} and {@code ..}) that follow {@code cursor} until the
     * sink is full. A name that exists during the whole listing is reported exactly once, whatever
     * is created and removed meanwhile.
     *
     * @param cursor 0 to begin, else the last {@code next} that the sink accepted
     */
    void list(long cursor, EntrySink sink);

    /** Receives directory entries. */
    interface EntrySink {
        /**
         * Takes an entry.
         *
         * @param name raw bytes
         * @param inode inode number
         * @param mode type bits are enough
         * @param next cursor (≥ 1) with which the listing goes on after this entry
         * @return false when full: this entry was not taken
         */
        boolean accept(byte[] name, long inode, int mode, long next);
    }

    /**
     * Creates and opens a regular file; {@code EEXIST} if the name is taken. {@code mode} includes
     * only permission bits.
     */
    default Created create(byte[] name, int mode, int flags, Caller caller) {
        throw new Errno(Errno.EROFS);
    }

    /** A new file and its open handle. */
    record Created(Node node, OpenFile file) {}

    /** Creates a special file or an empty regular one. {@code mode} includes the type bits. */
    default Node makeNode(byte[] name, int mode, long device, Caller caller) {
        throw new Errno(Errno.EROFS);
    }

    /** Creates a directory. */
    default Directory makeDirectory(byte[] name, int mode, Caller caller) {
        throw new Errno(Errno.EROFS);
    }

    /** Creates a symbolic link. */
    default Node makeSymlink(byte[] name, byte[] target, Caller caller) {
        throw new Errno(Errno.EROFS);
    }

    /** Gives {@code target} (a node of this file system, no directory) one more name. */
    default void link(byte[] name, Node target, Caller caller) {
        throw new Errno(Errno.EROFS);
    }

    /** Removes a name that is no directory. An open file goes on working without a name. */
    default void unlink(byte[] name, Caller caller) {
        throw new Errno(Errno.EROFS);
    }

    /** Removes an empty directory; {@code ENOTEMPTY} otherwise. */
    default void removeDirectory(byte[] name, Caller caller) {
        throw new Errno(Errno.EROFS);
    }

    /** Renames, replacing an existing target as {@code rename(2)} does. */
    default void rename(byte[] name, Directory newParent, byte[] newName, Caller caller) {
        throw new Errno(Errno.EROFS);
    }

    /** Makes the directory's entries durable ({@code fsync} on a directory). */
    default void sync() {}
}
