package dev.holdfast.snapshot;

import java.lang.ref.WeakReference;
import java.nio.ByteBuffer;
import java.util.concurrent.Executor;

/**
 * One reader's way through a stream: keeps the chunk it is in, so that going on in it costs
 * nothing, and loads the next ones while it reads forward. A jump ends that until it reads forward
 * again. Thread-safe, since one open file has several readers.
 */
public final class ReadAhead {
    /**
     * Chunks loaded ahead of a steady reader: enough that all cores decode while one chunk is
     * copied out.
     */
    private static final int MAX_WINDOW = 4;

    private final ChunkedSource source;
    private final Executor executor;

    private volatile Current current = new Current(-1, new WeakReference<>(new byte[0]), 0);
    private int lastChunk = -2;
    private int window;

    /** A reader of {@code source}; loads ahead on {@code executor}, which may reject work. */
    public ReadAhead(ChunkedSource source, Executor executor) {
        this.source = source;
        this.executor = executor;
    }

    /**
     * Weak, so that the cache alone decides how much memory chunks take, however many files are
     * open.
     */
    private record Current(int chunk, WeakReference<byte[]> content, long start) {}

    /** Fills {@code target} from {@code offset} on; all of it must be within the stream. */
    public void read(long offset, ByteBuffer target) {
        long at = offset;
        while (target.hasRemaining()) {
            Current here = current;
            byte[] content = here.content().get();
            long within = at - here.start();
            if (here.chunk() < 0 || content == null || within < 0 || within >= content.length) {
                int chunk = source.index().chunkAt(at);
                content = enter(chunk);
                within = at - source.index().startOffset(chunk);
            }
            int n = (int) Math.min(target.remaining(), content.length - within);
            target.put(content, (int) within, n);
            at += n;
        }
    }

    private byte[] enter(int chunk) {
        synchronized (this) {
            if (chunk == lastChunk + 1) {
                window = Math.min(MAX_WINDOW, Math.max(1, 2 * window));
            } else if (chunk != lastChunk) {
                window = 0;
            }
            lastChunk = chunk;
            int end = Math.min(source.index().chunkCount(), chunk + 1 + window);
            for (int i = chunk + 1; i < end; i++) {
                source.prefetch(i, executor);
            }
        }
        byte[] content = source.chunk(chunk);
        current =
                new Current(chunk, new WeakReference<>(content), source.index().startOffset(chunk));
        return content;
    }
}
