package dev.holdfast.snapshot;

import java.util.Objects;

/** A stream in memory. */
final class ArraySource implements ByteSource {
    private final byte[] bytes;

    ArraySource(byte[] bytes) {
        this.bytes = bytes;
    }

    @Override
    public long size() {
        return bytes.length;
    }

    @Override
    public void read(long offset, byte[] dst, int off, int len) {
        Objects.checkFromIndexSize(offset, len, bytes.length);
        System.arraycopy(bytes, (int) offset, dst, off, len);
    }
}
