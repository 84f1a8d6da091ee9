package dev.holdfast.snapshot;

import java.util.Objects;

/** A part of another stream. */
record SlicedSource(ByteSource whole, long start, long size) implements ByteSource {
    SlicedSource {
        Objects.checkFromIndexSize(start, size, whole.size());
    }

    @Override
    public void read(long offset, byte[] dst, int off, int len) {
        Objects.checkFromIndexSize(offset, len, size);
        whole.read(start + offset, dst, off, len);
    }

    @Override
    public long blockEnd(long offset) {
        return Math.min(size, whole.blockEnd(start + offset) - start);
    }

    @Override
    public ByteSource slice(long offset, long length) {
        Objects.checkFromIndexSize(offset, length, size);
        return new SlicedSource(whole, start + offset, length);
    }
}
