package dev.holdfast.store.pbs;

import dev.holdfast.chunk.DigestTable;
import dev.holdfast.format.ChunkIndex;
import dev.holdfast.format.Digest;

/**
 * The chunks that may be appended in a session without being uploaded (protocol.md §8.6): those of
 * indexes that were downloaded as previous ones, and those uploaded. The server goes by the content
 * length that it learned with a chunk, so the length counts. Thread-safe.
 */
final class KnownChunks {
    private final DigestTable lengths = new DigestTable();

    /** Adds all chunks of an index. */
    synchronized void add(ChunkIndex index) {
        for (int i = 0; i < index.chunkCount(); i++) {
            add(index.digest(i), index.chunkBytes(i));
        }
    }

    /** Adds a chunk; what is known about it already stays. */
    synchronized void add(Digest digest, int contentBytes) {
        if (lengths.get(digest) == DigestTable.ABSENT) {
            lengths.put(digest, contentBytes);
        }
    }

    /** Whether the chunk is known with that content length. */
    synchronized boolean contains(Digest digest, int contentBytes) {
        return lengths.get(digest) == contentBytes;
    }
}
