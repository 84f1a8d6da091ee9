package dev.holdfast.fuse;

import java.util.Optional;

/**
 * What a FUSE binding needs of a file system: a tree of {@link Node}s. Implementations know nothing
 * of the binding, so that they are tested in-process and the binding can be replaced.
 *
 * <p>All methods of all types of this port may be called by several threads at once. They report
 * failure by {@link Errno}; any other exception becomes {@code EIO} and a log line. Names are raw
 * bytes without {@code NUL} and {@code '/'}, never decoded; arrays passed in are not modified and
 * may be kept.
 */
public interface FileSystem {

    /** The root directory. */
    Directory root();

    /**
     * The node with that inode number, if it is one that says {@link Node#isFoundByInode}; the root
     * must be found if any node is. What is found so need not be kept in memory for as long as the
     * kernel knows it, which may be millions of nodes.
     */
    default Optional<Node> byInode(long inode) {
        return Optional.empty();
    }

    /** Sizes for {@code statfs(2)}. */
    StatFs statFs();

    /**
     * Called once after the last request, when the file system is no longer mounted. Makes
     * everything durable and releases resources.
     */
    void close();
}
