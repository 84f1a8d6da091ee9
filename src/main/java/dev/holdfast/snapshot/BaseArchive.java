package dev.holdfast.snapshot;

import dev.holdfast.format.ChunkIndex;

/**
 * A split archive of an earlier snapshot whose chunks a new one may refer to, because it was made
 * with the same key and mode and stays until the new one is finished (chunking.md §8.1).
 *
 * @param archive the tree
 * @param payload its payload stream, for what has to be read again
 */
public record BaseArchive(ArchiveReader archive, ChunkedSource payload) {
    /** The chunks of the payload stream. */
    public ChunkIndex payloadIndex() {
        return payload.index();
    }
}
