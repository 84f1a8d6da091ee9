package dev.holdfast.chunk;

/** The oracle: {@code chunking.md §2} word for word, a byte at a time. */
final class ByteByByteChunker {
    private final ChunkerParameters parameters;
    private final byte[] window = new byte[64];
    private int n;
    private int fill;
    private int h;

    ByteByByteChunker(ChunkerParameters parameters) {
        this.parameters = parameters;
    }

    /** Whether the chunk ends after this byte. */
    boolean endsAfter(byte b) {
        if (fill < 64) {
            window[fill] = b;
            h = Integer.rotateLeft(h, 1) ^ BuzhashTable.T[b & 0xff];
            fill++;
            n++;
            return false;
        }
        int i = n % 64;
        byte out = window[i];
        h = Integer.rotateLeft(h, 1) ^ BuzhashTable.T[out & 0xff] ^ BuzhashTable.T[b & 0xff];
        n++;
        window[i] = b;
        if (n >= parameters.averageBytes() * 4 || (n >= parameters.averageBytes() / 4 && hit())) {
            reset();
            return true;
        }
        return false;
    }

    void reset() {
        h = 0;
        n = 0;
        fill = 0;
    }

    int hash() {
        return h;
    }

    private boolean hit() {
        int mask = 2 * parameters.averageBytes() - 1;
        return Integer.compareUnsigned(h & mask, mask - 2) >= 0;
    }
}
