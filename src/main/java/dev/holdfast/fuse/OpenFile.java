package dev.holdfast.fuse;

import java.nio.ByteBuffer;

/** An open regular file. Works on after the file's last name is gone. */
public interface OpenFile {

    /**
     * Whether reads and writes bypass the kernel's cache: for content that is made up when it is
     * read.
     */
    default boolean bypassesCache() {
        return false;
    }

    /** The file's node, for {@code fstat(2)} and {@code ftruncate(2)}. */
    Node node();

    /**
     * Reads at {@code offset} until {@code target} (direct, in native memory) is full or the file
     * ends; fewer bytes mean end of file.
     */
    void read(long offset, ByteBuffer target);

    /**
     * Writes all of {@code source} (direct, in native memory) at {@code offset}, or fails having
     * written nothing that is seen.
     */
    default void write(long offset, ByteBuffer source) {
        throw new Errno(Errno.EBADF);
    }

    /**
     * Called at each {@code close(2)} of a descriptor; what it throws is what {@code close}
     * returns.
     */
    default void flush() {}

    /** Returns when all that was written to the file is durable. */
    default void sync(boolean dataOnly) {}

    /**
     * As {@code fallocate(2)}; mode 0 (reserve, extend), 1 (keep size), 3 (punch hole), 16 (zero
     * range).
     */
    default void allocate(int mode, long offset, long lengthBytes) {
        throw new Errno(Errno.EOPNOTSUPP);
    }

    /** Called once when the last descriptor is gone. Errors have no receiver here. */
    void release();
}
