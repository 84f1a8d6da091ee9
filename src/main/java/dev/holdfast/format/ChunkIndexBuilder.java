package dev.holdfast.format;

/** Collects the entries of a new index, of either kind. Not thread-safe. */
public interface ChunkIndexBuilder {
    /** Appends a chunk of {@code chunkBytes} bytes of content. */
    void add(Digest digest, int chunkBytes);

    /** Content length so far. */
    long sizeBytes();

    /** Number of chunks so far. */
    int chunkCount();

    /** The checksum of the entries so far. */
    Digest checksum();

    /**
     * The whole file. Fails without entries, since such an index is poison to every reader.
     *
     * @param uuid 16 bytes
     */
    byte[] encode(byte[] uuid, long ctimeSeconds);
}
