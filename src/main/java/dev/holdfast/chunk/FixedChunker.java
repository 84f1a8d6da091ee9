package dev.holdfast.chunk;

import java.util.Objects;

/**
 * Cuts every so many bytes, as images are cut ({@code chunking.md §4}). A chunk's position in a
 * fixed index is a multiple of the chunk size, so cuts cannot be forced elsewhere, and only whole
 * chunks can be skipped.
 */
public final class FixedChunker implements Chunker {
    /** The only size that servers take for images. */
    public static final int IMAGE_BYTES = 4 << 20;

    private final int chunkBytes;
    private int n;

    public FixedChunker(int chunkBytes) {
        if (chunkBytes < 1) {
            throw new IllegalArgumentException("chunk size must be positive: " + chunkBytes);
        }
        this.chunkBytes = chunkBytes;
    }

    @Override
    public int scan(byte[] buf, int off, int len) {
        Objects.checkFromIndexSize(off, len, buf.length);
        if (len < chunkBytes - n) {
            n += len;
            return 0;
        }
        int k = chunkBytes - n;
        n = 0;
        return k;
    }

    @Override
    public void reset() {
        if (n != 0) {
            throw new IllegalStateException(
                    "a fixed chunk cannot end after " + n + " of " + chunkBytes + " bytes");
        }
    }

    @Override
    public void skip(long injectedBytes) {
        reset();
        if (injectedBytes < 0 || injectedBytes % chunkBytes != 0) {
            throw new IllegalArgumentException("not whole chunks: " + injectedBytes + " bytes");
        }
    }

    @Override
    public int minBytes() {
        return chunkBytes;
    }

    @Override
    public int maxBytes() {
        return chunkBytes;
    }
}
