package dev.holdfast.snapshot;

import dev.holdfast.chunk.ChunkBuffers;
import dev.holdfast.chunk.ChunkSplitter;
import dev.holdfast.chunk.ChunkTarget;
import dev.holdfast.chunk.ChunkerParameters;
import dev.holdfast.chunk.EncodePipeline;
import dev.holdfast.chunk.EncodedChunk;
import dev.holdfast.chunk.PayloadChunker;
import dev.holdfast.format.ChunkIndex;
import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.ItemBuffer;
import dev.holdfast.format.pxar.ItemHeader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.BitSet;
import java.util.Optional;

/**
 * Writes the payload stream of a split archive (pxar.md §10): start marker, contents under their
 * headers, whole chunks taken over from a base, tail marker. A chunk ends where a file begins as
 * soon as it is long enough, so that the chunks of unchanged neighbours stay the same.
 *
 * <p>For one thread.
 */
final class PayloadWriter {
    private static final int COPY_BYTES = 1 << 20;

    private final EncodePipeline.Lane lane;
    private final PayloadChunker chunker;
    private final ChunkSplitter splitter;
    private final Optional<ChunkIndex> base;
    private final ChunkTarget target;
    private final BitSet confirmed = new BitSet();
    private final byte[] buffer = new byte[COPY_BYTES];
    private final ItemBuffer items = new ItemBuffer(ItemHeader.BYTES);

    /**
     * The base chunk that was taken over last, and where it begins in this stream; −1 once anything
     * else followed it.
     */
    private int lastBaseChunk = -1;

    private long lastBaseChunkAt;

    PayloadWriter(
            EncodePipeline.Lane lane,
            ChunkerParameters parameters,
            ChunkBuffers buffers,
            ChunkTarget target,
            Optional<ChunkIndex> base) {
        this.lane = lane;
        this.target = target;
        this.base = base;
        this.chunker = new PayloadChunker(parameters);
        this.splitter =
                new ChunkSplitter(
                        chunker,
                        buffers,
                        (chunk, length, start) -> lane.add(chunk, length, buffers::give));
        items.payloadStart();
        writeItems();
    }

    /** Length of the stream so far. */
    long position() {
        return splitter.position();
    }

    /** Writes a file's content, cut or filled with zeros to {@code sizeBytes}. */
    Body.Regular file(SourceEntry.Content content, long sizeBytes) {
        if (chunker.mayCutHere()) {
            cut();
        }
        lastBaseChunk = -1;
        Body.Regular placed = new Body.Regular(position(), sizeBytes);
        items.payload(sizeBytes);
        writeItems();
        long left = sizeBytes;
        while (left > 0) {
            if (chunker.mayCutHere() || chunker.isBetweenChunks()) {
                Optional<EncodedChunk> chunk = content.chunk();
                if (chunk.isPresent() && chunk.get().contentBytes() <= left) {
                    take(chunk.get());
                    content.skipChunk();
                    left -= chunk.get().contentBytes();
                    continue;
                }
            }
            int n = content.read(buffer, 0, (int) Math.min(left, buffer.length));
            if (n < 0) {
                break;
            }
            write(buffer, n);
            left -= n;
        }
        if (left > 0) {
            Arrays.fill(buffer, (byte) 0);
            for (; left > 0; left -= Math.min(left, buffer.length)) {
                write(buffer, (int) Math.min(left, buffer.length));
            }
        }
        return placed;
    }

    /**
     * Whether all base chunks of a payload can be taken over: the target has them, and will keep
     * them.
     */
    boolean canReuse(Body.Regular inBase) {
        ChunkIndex index = base.orElseThrow();
        int last = index.chunkAt(inBase.contentOffset() + inBase.sizeBytes() - 1);
        for (int i = index.chunkAt(inBase.payloadOffset()); i <= last; i++) {
            if (!confirmed.get(i)) {
                if (!target.has(index.digest(i), index.chunkBytes(i))) {
                    return false;
                }
                confirmed.set(i);
            }
        }
        return true;
    }

    /**
     * Takes over the base chunks that hold a payload. Chunks shared with the payload before it are
     * taken once.
     */
    Body.Regular reuse(Body.Regular inBase) {
        ChunkIndex index = base.orElseThrow();
        int first = index.chunkAt(inBase.payloadOffset());
        int last = index.chunkAt(inBase.contentOffset() + inBase.sizeBytes() - 1);
        if (first != lastBaseChunk) {
            inject(index, first);
        }
        Body.Regular placed =
                new Body.Regular(
                        lastBaseChunkAt + inBase.payloadOffset() - index.startOffset(first),
                        inBase.sizeBytes());
        for (int i = first + 1; i <= last; i++) {
            inject(index, i);
        }
        return placed;
    }

    private void take(EncodedChunk chunk) {
        try {
            splitter.skip(chunk.contentBytes());
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        lane.addEncoded(chunk);
    }

    private void inject(ChunkIndex index, int chunk) {
        int length = index.chunkBytes(chunk);
        lastBaseChunkAt = position();
        lastBaseChunk = chunk;
        try {
            splitter.skip(length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        lane.addKnown(index.digest(chunk), length);
    }

    /** Writes the tail marker and waits until everything is stored. */
    void finish() {
        lastBaseChunk = -1;
        items.payloadTail();
        writeItems();
        try {
            splitter.finish();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        lane.finish();
    }

    private void cut() {
        try {
            splitter.cut();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private void writeItems() {
        write(items.bytes(), items.size());
        items.clear();
    }

    private void write(byte[] bytes, int length) {
        try {
            splitter.write(bytes, 0, length);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
