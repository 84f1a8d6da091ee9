package dev.holdfast.backup;

import dev.holdfast.chunk.CachedChunk;
import dev.holdfast.snapshot.ChunkedSource;
import java.util.Optional;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Reads ranges of a stream that mostly follow one another: ranges come in pieces, while threads of
 * its own decode the next chunks. For one thread.
 */
final class ForwardReader implements AutoCloseable {
    /**
     * Chunks decoded ahead. With two threads one is being decoded by each and one is ready, in
     * memory of at most 4 × 16 MiB with the current one.
     */
    private static final int AHEAD = 3;

    private static final int THREADS = 2;

    /** Stays in the processor's cache between the chunk and the kernel. */
    private static final int PIECE_BYTES = 256 << 10;

    private final ChunkedSource source;
    private final int lastChunk;
    private final ExecutorService decoders;

    private final byte[] piece = new byte[PIECE_BYTES];
    private Optional<CachedChunk> held = Optional.empty();

    /** The number of the chunk that is held, and up to which one loading has begun. */
    private int number;

    private int begun;

    /**
     * Reads a stream.
     *
     * @param lastByte nothing behind the chunk that holds this byte is loaded ahead
     */
    ForwardReader(ChunkedSource source, long lastByte) {
        this.source = source;
        this.lastChunk = source.index().chunkAt(Math.min(lastByte, source.size() - 1));
        this.decoders =
                new ThreadPoolExecutor(
                        THREADS,
                        THREADS,
                        0,
                        TimeUnit.SECONDS,
                        new LinkedBlockingQueue<>(2 * AHEAD),
                        task -> {
                            Thread thread = new Thread(task, "restore-ahead");
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    /** Takes the pieces of a range, in order. */
    interface Pieces {
        /**
         * The next piece.
         *
         * @param bytes not to be modified nor kept
         */
        void next(byte[] bytes, int offset, int length);
    }

    /** Length of the stream. */
    long size() {
        return source.size();
    }

    /**
     * Reads a range, which must lie within the stream.
     *
     * @throws dev.holdfast.Damaged if a chunk of it is; the pieces before it were delivered
     */
    void read(long offset, long length, Pieces pieces) {
        long at = offset;
        long end = offset + length;
        while (at < end) {
            int next = source.index().chunkAt(at);
            if (held.isEmpty() || next != number) {
                enter(next);
            }
            CachedChunk chunk = held.get();
            int from = (int) (at - source.index().startOffset(next));
            int n = (int) Math.min(Math.min(end - at, chunk.lengthBytes() - from), piece.length);
            chunk.copy(from, piece, 0, n);
            pieces.next(piece, 0, n);
            at += n;
        }
    }

    private void enter(int next) {
        if ((held.isPresent() && next < number) || next > begun + AHEAD) {
            begun = next; // a jump
        }
        int until = Math.min(lastChunk, next + AHEAD);
        for (begun = Math.max(begun, next); begun < until; begun++) {
            source.prefetch(begun + 1, decoders);
        }
        leave(); // if loading fails, nothing is held
        held = Optional.of(source.hold(next));
        number = next;
    }

    private void leave() {
        held.ifPresent(CachedChunk::close);
        held = Optional.empty();
    }

    @Override
    public void close() {
        leave();
        decoders.shutdownNow();
    }
}
