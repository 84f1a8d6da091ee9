package dev.holdfast.chunk;

import dev.holdfast.format.Digest;

/** A chunk that was encoded before it is known where it will be stored. Thread-safe. */
public interface EncodedChunk {
    /** Its name. */
    Digest digest();

    /** Length of its content. */
    int contentBytes();

    /**
     * Stores it; called if the target does not have it.
     *
     * @return length of the blob
     */
    int storeIn(ChunkTarget target);
}
