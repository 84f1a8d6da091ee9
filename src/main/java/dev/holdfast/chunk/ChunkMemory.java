package dev.holdfast.chunk;

import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Memory for decoded chunks, outside of the heap, where megabytes that come and go cost the garbage
 * collector nothing. In blocks of one size, so that it cannot be fragmented; taken from the system
 * when it is first needed, and then used again and again. Thread-safe.
 */
final class ChunkMemory {
    /** A power of two; on average half of it is lost per chunk. */
    static final int BLOCK_BYTES = 64 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(ChunkMemory.class);
    private static final int BLOCKS_AT_ONCE = 64;

    private final ArrayDeque<ByteBuffer> free = new ArrayDeque<>();
    private long unclaimedBlocks;

    /**
     * @param maxBytes how much may be in use at once
     */
    ChunkMemory(long maxBytes) {
        unclaimedBlocks = maxBytes / BLOCK_BYTES;
    }

    /** How many blocks hold that many bytes. */
    static int blocksFor(int bytes) {
        return (bytes + BLOCK_BYTES - 1) / BLOCK_BYTES;
    }

    /** Blocks for that many bytes, of any content; empty if so many are not free. */
    synchronized Optional<ByteBuffer[]> take(int bytes) {
        int count = blocksFor(bytes);
        while (free.size() < count && claim()) {}
        if (free.size() < count) {
            return Optional.empty();
        }
        ByteBuffer[] blocks = new ByteBuffer[count];
        for (int i = 0; i < count; i++) {
            blocks[i] = free.pop();
        }
        return Optional.of(blocks);
    }

    private boolean claim() {
        int count = (int) Math.min(BLOCKS_AT_ONCE, unclaimedBlocks);
        if (count == 0) {
            return false;
        }
        try {
            ByteBuffer slab = ByteBuffer.allocateDirect(count * BLOCK_BYTES);
            for (int i = 0; i < count; i++) {
                free.push(slab.slice(i * BLOCK_BYTES, BLOCK_BYTES));
            }
            unclaimedBlocks -= count;
            return true;
        } catch (OutOfMemoryError e) {
            LOG.warn(
                    "the system gives no more memory for chunks; {} MiB of the cache stay unused",
                    (unclaimedBlocks * BLOCK_BYTES) >> 20);
            unclaimedBlocks = 0;
            return false;
        }
    }

    /** Takes blocks back that nobody reads any more. */
    synchronized void give(ByteBuffer[] blocks) {
        for (ByteBuffer block : blocks) {
            free.push(block);
        }
    }
}
