package dev.holdfast.chunk;

import dev.holdfast.format.Digest;

/** Where encoded chunks come from. Thread-safe. */
public interface ChunkSource {
    /**
     * The stored form of a chunk, unchecked.
     *
     * @throws dev.holdfast.Damaged if the chunk is missing or cannot be a chunk
     * @throws dev.holdfast.Unreachable if it cannot be read now
     */
    EncodedBlob chunk(Digest digest);
}
