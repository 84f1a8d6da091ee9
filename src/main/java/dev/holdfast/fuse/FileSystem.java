package dev.holdfast.fuse;

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

    /** Sizes for {@code statfs(2)}. */
    StatFs statFs();

    /**
     * Called once after the last request, when the file system is no longer mounted. Makes
     * everything durable and releases resources.
     */
    void close();
}
