package dev.holdfast.chunk;

/**
 * Decides where a stream is cut into chunks. It sees every byte of the stream once, in order, in
 * slices of any size, and keeps none of them.
 *
 * <p>Where the cuts are is no part of the format; cutting as the official client does is what lets
 * both share chunks ({@code chunking.md §1}).
 *
 * <p>A chunker belongs to one thread.
 */
public interface Chunker {
    /**
     * Looks at the next unseen bytes.
     *
     * @return 0 if the chunk does not end in this slice, which is then seen completely; else k ≥ 1
     *     if it ends after the first k bytes. Bytes from k on were not seen: pass them again.
     */
    int scan(byte[] buf, int off, int len);

    /** Forces a cut after the bytes seen so far: the next byte starts a new chunk. */
    void reset();

    /** Forces a cut and steps over bytes of the stream that exist as injected chunks. */
    default void skip(long injectedBytes) {
        reset();
    }

    /** What a chunk has at least unless a cut was forced or the stream ended. */
    int minBytes();

    /** What a chunk has at most. */
    int maxBytes();
}
