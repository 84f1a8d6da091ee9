package dev.holdfast.snapshot;

/**
 * A stream of known length that can be read at any place.
 *
 * <p>Implementations are safe for use by many threads and fail with an unchecked exception of their
 * own kind where bytes cannot be had.
 */
public interface ByteSource {
    /** Length of the stream. */
    long size();

    /**
     * Reads exactly {@code len} bytes from {@code offset} on.
     *
     * @throws IndexOutOfBoundsException if they are not all within the stream
     */
    void read(long offset, byte[] dst, int off, int len);

    /**
     * Where what is stored together with the byte at {@code offset} ends: if that byte cannot be
     * had, neither can those up to there.
     */
    default long blockEnd(long offset) {
        return offset + 1;
    }

    /**
     * The same stream for somebody who reads all of it once, forward, and wants nobody's cache
     * filled with it. For one thread.
     */
    default ByteSource passing() {
        return this;
    }

    /** The {@code size} bytes from {@code offset} on, as a stream of their own. */
    default ByteSource slice(long offset, long size) {
        return new SlicedSource(this, offset, size);
    }

    /** A stream in memory. */
    static ByteSource of(byte[] bytes) {
        return new ArraySource(bytes);
    }
}
