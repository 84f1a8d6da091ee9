package dev.holdfast.snapshot;

import dev.holdfast.chunk.CachedChunk;
import java.nio.ByteBuffer;
import java.util.Optional;
import java.util.concurrent.Executor;

/**
 * One reader's way through a stream: knows the chunk it is in, so that going on in it costs
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

    private volatile Optional<ChunkedSource.Chunk> position = Optional.empty();
    private int lastChunk = -2;
    private int window;

    /** A reader of {@code source}; loads ahead on {@code executor}, which may reject work. */
    public ReadAhead(ChunkedSource source, Executor executor) {
        this.source = source;
        this.executor = executor;
    }

    /** Fills {@code target} from {@code offset} on; all of it must be within the stream. */
    public void read(long offset, ByteBuffer target) {
        long at = offset;
        while (target.hasRemaining()) {
            Optional<ChunkedSource.Chunk> last = position;
            ChunkedSource.Chunk here =
                    last.isPresent() && last.get().holds(at)
                            ? last.get()
                            : enter(source.index().chunkAt(at));
            try (CachedChunk chunk = here.hold()) {
                int before = target.remaining();
                chunk.copy((int) (at - here.startOffset()), target);
                at += before - target.remaining();
            }
        }
    }

    private ChunkedSource.Chunk enter(int chunk) {
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
        ChunkedSource.Chunk entered = source.at(chunk);
        position = Optional.of(entered);
        return entered;
    }
}
