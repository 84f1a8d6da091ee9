package dev.holdfast.backup;

import dev.holdfast.snapshot.ChunkedSource;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;

/**
 * Reads ranges of a stream that mostly follow one another, without copying: ranges come as pieces
 * of decoded chunks, while threads of its own decode the next ones. For one thread.
 */
final class ForwardReader implements AutoCloseable {
    /**
     * Chunks decoded ahead. With two threads one is being decoded by each and one is ready, in
     * memory of at most 4 × 16 MiB with the current one.
     */
    private static final int AHEAD = 3;

    private static final int THREADS = 2;

    private final ChunkedSource source;
    private final int lastChunk;
    private final ExecutorService decoders;

    /** The chunk that is held, −1 for none, and up to which one loading has begun. */
    private int chunk = -1;

    private int begun;
    private byte[] content = new byte[0];

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
            long start = chunk < 0 ? 0 : source.index().startOffset(chunk);
            if (chunk < 0 || at < start || at >= start + content.length) {
                enter(source.index().chunkAt(at));
                start = source.index().startOffset(chunk);
            }
            int from = (int) (at - start);
            int n = (int) Math.min(end - at, content.length - from);
            pieces.next(content, from, n);
            at += n;
        }
    }

    private void enter(int next) {
        if (next < chunk || next > begun + AHEAD) {
            begun = next; // a jump
        }
        int until = Math.min(lastChunk, next + AHEAD);
        for (begun = Math.max(begun, next); begun < until; begun++) {
            source.prefetch(begun + 1, decoders);
        }
        chunk = -1; // if loading fails, nothing is held
        content = source.chunk(next);
        chunk = next;
    }

    @Override
    public void close() {
        decoders.shutdownNow();
    }
}
