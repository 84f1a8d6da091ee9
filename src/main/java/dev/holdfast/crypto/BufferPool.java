package dev.holdfast.crypto;

/** Where arrays for megabytes come from and may go back to. Thread-safe. */
public interface BufferPool {
    /** Makes new arrays of the length that was asked for. */
    BufferPool NONE =
            new BufferPool() {
                @Override
                public byte[] take(int minBytes) {
                    return new byte[minBytes];
                }

                @Override
                public void give(byte[] buffer) {}
            };

    /** An array of at least this many bytes, of any content. */
    byte[] take(int minBytes);

    /** Returns an array that nobody uses any more. */
    void give(byte[] buffer);
}
