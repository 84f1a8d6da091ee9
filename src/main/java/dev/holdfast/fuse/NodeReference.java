package dev.holdfast.fuse;

import java.util.Optional;

/**
 * What is kept of a node for as long as the kernel knows it: the node itself, or something smaller
 * from which it can be had again. The kernel may know millions of nodes.
 */
public interface NodeReference {

    /** The node. */
    Node node();

    /**
     * Where the kernel knows the node, so that it can be asked to forget it when it knows too many;
     * empty for what it is never asked to forget, such as directories, which may be somebody's
     * working directory.
     */
    default Optional<Place> knownAs() {
        return Optional.empty();
    }

    /**
     * A name in a directory.
     *
     * @param directory the directory's inode number
     * @param name raw bytes
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared
    record Place(long directory, byte[] name) {}
}
