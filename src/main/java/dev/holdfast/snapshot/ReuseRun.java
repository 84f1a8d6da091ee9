package dev.holdfast.snapshot;

import dev.holdfast.format.ChunkIndex;
import dev.holdfast.format.pxar.Body;

/**
 * Consecutive payloads of a base that could be taken over together, and what that would cost: whole
 * chunks are taken over, so bytes that nobody refers to come along as padding (chunking.md §8). A
 * run is worth it while at most a tenth is padding.
 *
 * <p>Payloads belong to one run as long as their chunks follow one another without a gap; then
 * chunks in between are shared.
 */
final class ReuseRun {
    private static final double MAX_PADDING = 0.1;

    private final ChunkIndex index;
    private int lastChunk = -1;
    private long lastEnd;
    private long usedBytes;
    private long chunkBytes;

    ReuseRun(ChunkIndex index) {
        this.index = index;
    }

    /** Whether the payload lies within the base at all: offsets come from an archive. */
    boolean isWithin(Body.Regular payload) {
        return payload.contentOffset() + payload.sizeBytes() <= index.sizeBytes();
    }

    /** Whether the payload continues the run, and so is decided together with it. */
    boolean continues(Body.Regular payload) {
        int first = index.chunkAt(payload.payloadOffset());
        return payload.payloadOffset() >= lastEnd
                && (first == lastChunk
                        || (first == lastChunk + 1
                                && payload.payloadOffset() == index.startOffset(first)
                                && lastEnd == payload.payloadOffset()));
    }

    /** Adds a payload that continues the run, or is its first. */
    void add(Body.Regular payload) {
        long end = payload.contentOffset() + payload.sizeBytes();
        int first = index.chunkAt(payload.payloadOffset());
        int last = index.chunkAt(end - 1);
        for (int i = Math.max(first, lastChunk + 1); i <= last; i++) {
            chunkBytes += index.chunkBytes(i);
        }
        usedBytes += end - payload.payloadOffset();
        lastChunk = last;
        lastEnd = end;
    }

    /** Whether taking over the run's chunks is worth their padding. */
    boolean isWorthIt() {
        return chunkBytes - usedBytes <= MAX_PADDING * chunkBytes;
    }
}
