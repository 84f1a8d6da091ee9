package dev.holdfast.chunk;

import dev.holdfast.crypto.BufferPool;
import dev.holdfast.format.Digest;

/** Where encoded chunks come from. Thread-safe. */
public interface ChunkSource {
    /**
     * The stored form of a chunk, unchecked, in a buffer that belongs to the caller.
     *
     * @throws dev.holdfast.Damaged if the chunk is missing or cannot be a chunk
     * @throws dev.holdfast.Unreachable if it cannot be read now
     */
    EncodedBlob chunk(Digest digest);

    /** The same in a buffer from a pool, where the source can use one. */
    default EncodedBlob chunk(Digest digest, BufferPool buffers) {
        return chunk(digest);
    }
}
