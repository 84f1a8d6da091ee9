package dev.holdfast.chunk;

import dev.holdfast.format.Digest;

/** Where encoded chunks go. Thread-safe. */
public interface ChunkTarget {
    /**
     * Whether the chunk need not be put: it is there, and will stay until what is being written
     * refers to it. May do I/O (a local datastore marks the chunk as used).
     */
    boolean has(Digest digest, int contentBytes);

    /**
     * Stores a chunk; one that is there already is kept.
     *
     * @param blob the encoded chunk in its first {@code blobBytes} bytes; not kept
     */
    void put(Digest digest, byte[] blob, int blobBytes, int contentBytes);
}
