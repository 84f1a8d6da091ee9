package dev.holdfast.chunk;

import java.nio.ByteBuffer;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * The content of a chunk, for whoever holds it: it must be closed once for each time that it was
 * held, and not be read afterwards, since its memory is used again. Thread-safe.
 */
public final class CachedChunk implements AutoCloseable {
    /** With a shift of 31, every offset lies in the first and only block. */
    private static final int ONE_BLOCK_SHIFT = 31;

    private static final int BLOCK_SHIFT = Integer.numberOfTrailingZeros(ChunkMemory.BLOCK_BYTES);

    private final Optional<ChunkMemory> memory;
    private final ByteBuffer[] blocks;
    private final int shift;
    private final int lengthBytes;
    private final AtomicInteger holders = new AtomicInteger(1);

    private CachedChunk(
            Optional<ChunkMemory> memory, ByteBuffer[] blocks, int shift, int lengthBytes) {
        this.memory = memory;
        this.blocks = blocks;
        this.shift = shift;
        this.lengthBytes = lengthBytes;
    }

    /** One that stays at the beginning of its array. Held once. */
    static CachedChunk onHeap(byte[] content, int lengthBytes) {
        return new CachedChunk(
                Optional.empty(),
                new ByteBuffer[] {ByteBuffer.wrap(content)},
                ONE_BLOCK_SHIFT,
                lengthBytes);
    }

    /** A copy of the first bytes in {@code memory}, if there is room. Held once. */
    static Optional<CachedChunk> copyOf(byte[] content, int lengthBytes, ChunkMemory memory) {
        return memory.take(lengthBytes)
                .map(
                        blocks -> {
                            for (int i = 0; i < blocks.length; i++) {
                                int from = i * ChunkMemory.BLOCK_BYTES;
                                int count = Math.min(ChunkMemory.BLOCK_BYTES, lengthBytes - from);
                                blocks[i].put(0, content, from, count);
                            }
                            return new CachedChunk(
                                    Optional.of(memory), blocks, BLOCK_SHIFT, lengthBytes);
                        });
    }

    /** Holds it once more, unless nobody does any more: then it is gone. */
    boolean hold() {
        int count = holders.get();
        while (count > 0) {
            if (holders.compareAndSet(count, count + 1)) {
                return true;
            }
            count = holders.get();
        }
        return false;
    }

    /** Content length. */
    public int lengthBytes() {
        return lengthBytes;
    }

    /** How much of a cache it takes. */
    int memoryBytes() {
        return ChunkMemory.blocksFor(lengthBytes) * ChunkMemory.BLOCK_BYTES;
    }

    /** Copies the bytes from {@code from} on to {@code target}, as many as there are and fit. */
    public void copy(int from, ByteBuffer target) {
        int at = Objects.checkIndex(from, lengthBytes + 1);
        int end = at + Math.min(target.remaining(), lengthBytes - at);
        while (at < end) {
            ByteBuffer block = blocks[at >>> shift];
            int within = at & ((1 << shift) - 1);
            int count = Math.min(end - at, block.capacity() - within);
            target.put(target.position(), block, within, count);
            target.position(target.position() + count);
            at += count;
        }
    }

    /** Copies {@code length} bytes from {@code from} on. */
    public void copy(int from, byte[] target, int offset, int length) {
        Objects.checkFromIndexSize(from, length, lengthBytes);
        copy(from, ByteBuffer.wrap(target, offset, length));
    }

    /** All of it. */
    public byte[] toBytes() {
        byte[] bytes = new byte[lengthBytes];
        copy(0, bytes, 0, lengthBytes);
        return bytes;
    }

    /** Lets go of it. */
    @Override
    public void close() {
        int left = holders.decrementAndGet();
        if (left == 0) {
            memory.ifPresent(m -> m.give(blocks));
        } else if (left < 0) {
            throw new IllegalStateException("closed more often than held");
        }
    }
}
