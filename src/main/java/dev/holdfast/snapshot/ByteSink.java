package dev.holdfast.snapshot;

/** Takes a stream, piece by piece. Fails with an unchecked exception of its own kind. */
@FunctionalInterface
public interface ByteSink {
    /** Takes {@code len} bytes; the array may be reused as soon as this returns. */
    void write(byte[] src, int off, int len);
}
