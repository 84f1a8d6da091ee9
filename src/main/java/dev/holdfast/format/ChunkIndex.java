package dev.holdfast.format;

/**
 * The chunks of one stream in order. Chunk {@code i} covers the bytes from {@link #startOffset}
 * (inclusive) to {@link #endOffset} (exclusive). Immutable; held as one array of the file's bytes,
 * 32 or 40 per chunk.
 */
public interface ChunkIndex {
    /** Length of both kinds of header. */
    int HEADER_BYTES = 4096;

    /** Number of chunks, at least 1. */
    int chunkCount();

    /** Content length of the stream in bytes. */
    long sizeBytes();

    /** Where chunk {@code i} ends. */
    long endOffset(int i);

    /** Where chunk {@code i} begins. */
    default long startOffset(int i) {
        return i == 0 ? 0 : endOffset(i - 1);
    }

    /** Content length of chunk {@code i}. */
    default int chunkBytes(int i) {
        return (int) (endOffset(i) - startOffset(i));
    }

    /** The name of chunk {@code i}. */
    Digest digest(int i);

    /** The chunk that holds the byte at {@code offset}, which must lie within the content. */
    int chunkAt(long offset);

    /** The checksum of the entries, recomputed from them: what the manifest must say. */
    Digest checksum();
}
