package dev.holdfast.chunk;

import java.io.IOException;

/** Where a splitter's chunks go, in the order of the stream. */
@FunctionalInterface
public interface ChunkSink {
    /**
     * Takes a chunk, and with it the buffer: the splitter does not touch it again. Who is done with
     * it gives it back to the pool, from any thread, or lets it go.
     *
     * @param buffer holds the chunk in its first {@code length} bytes; what follows is garbage
     * @param length from 1 to 16 MiB
     * @param startOffset of the chunk in the stream, counting injected bytes
     */
    void accept(byte[] buffer, int length, long startOffset) throws IOException;
}
