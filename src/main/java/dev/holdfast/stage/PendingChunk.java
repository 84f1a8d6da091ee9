package dev.holdfast.stage;

import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;

/**
 * A chunk of a file that is being encoded. Its bytes stay in memory until the tree refers to it.
 *
 * @param content the bytes; not to be modified
 * @param encoded what becomes of them
 */
record PendingChunk(WriteBuffer content, CompletableFuture<Optional<StagedChunk>> encoded) {
    /** Waits for the encoder; empty if it failed. */
    Optional<StagedChunk> await() {
        try {
            return encoded.join();
        } catch (CompletionException e) {
            return Optional.empty();
        }
    }

    /** The run of a file that lies in {@code chunk}. */
    static Extent extent(StagedChunk chunk, int epoch) {
        return new Extent(chunk.contentBytes(), chunk.segment(), 0, chunk.contentBytes(), 0, epoch);
    }
}
