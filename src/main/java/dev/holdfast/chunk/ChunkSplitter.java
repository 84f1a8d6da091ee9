package dev.holdfast.chunk;

import java.io.IOException;
import java.io.OutputStream;
import java.util.Objects;

/**
 * Collects a stream into chunks: takes its bytes in pieces of any size and hands whole chunks to a
 * sink, cut where a {@link Chunker} says. The chunks joined are the stream; none is empty, and none
 * is larger than the chunker's maximum.
 *
 * <p>It holds one chunk at most, in a buffer that starts at the chunker's minimum and doubles as
 * the chunk grows. Every byte is scanned where the caller has it and copied once (and again when
 * the buffer grows).
 *
 * <p>{@link #finish()} emits the last chunk. {@link #close()} does not: a stream whose writer
 * failed must not look complete. After an exception of the sink the stream is lost; write it anew.
 *
 * <p>A splitter belongs to one thread.
 */
public final class ChunkSplitter extends OutputStream {
    private final Chunker chunker;
    private final ChunkBuffers buffers;
    private final ChunkSink sink;

    private byte[] chunk = {};
    private int length;
    private long chunkStart;
    private boolean finished;

    public ChunkSplitter(Chunker chunker, ChunkBuffers buffers, ChunkSink sink) {
        this.chunker = Objects.requireNonNull(chunker);
        this.buffers = Objects.requireNonNull(buffers);
        this.sink = Objects.requireNonNull(sink);
    }

    @Override
    public void write(byte[] buf, int off, int len) throws IOException {
        Objects.checkFromIndexSize(off, len, buf.length);
        requireOpen();
        int i = off;
        int end = off + len;
        while (i < end) {
            int k = chunker.scan(buf, i, end - i);
            int n = k == 0 ? end - i : k;
            append(buf, i, n);
            i += n;
            if (k != 0) {
                emit();
            }
        }
    }

    /** Correct, but slow: write many bytes at once. */
    @Override
    public void write(int b) throws IOException {
        write(new byte[] {(byte) b}, 0, 1);
    }

    /** Ends the current chunk here, however short; does nothing between two chunks. */
    public void cut() throws IOException {
        requireOpen();
        chunker.reset();
        emit();
    }

    /**
     * Ends the current chunk and steps over bytes of the stream that the caller adds as chunks
     * which are already stored ({@code chunking.md §5}).
     */
    public void skip(long injectedBytes) throws IOException {
        requireOpen();
        chunker.skip(injectedBytes);
        emit();
        chunkStart = Math.addExact(chunkStart, injectedBytes);
    }

    /** Emits what remains. Nothing can be written afterwards. */
    public void finish() throws IOException {
        requireOpen();
        finished = true;
        emit();
    }

    /** The stream offset after everything written and skipped; once finished, the stream's size. */
    public long position() {
        return chunkStart + length;
    }

    private void append(byte[] buf, int off, int len) {
        int needed = Math.addExact(length, len);
        if (needed > chunk.length) {
            grow(needed);
        }
        System.arraycopy(buf, off, chunk, length, len);
        length = needed;
    }

    private void grow(int needed) {
        int max = chunker.maxBytes();
        if (needed > max) {
            throw new IllegalStateException(needed + " bytes without a cut, at most " + max);
        }
        long size = chunker.minBytes();
        while (size < needed) {
            size *= 2;
        }
        byte[] larger = buffers.take((int) Math.min(size, max));
        System.arraycopy(chunk, 0, larger, 0, length);
        if (chunk.length > 0) {
            buffers.give(chunk);
        }
        chunk = larger;
    }

    private void emit() throws IOException {
        if (length == 0) {
            return;
        }
        byte[] full = chunk;
        int size = length;
        long start = chunkStart;
        chunk = new byte[0];
        length = 0;
        chunkStart = start + size;
        sink.accept(full, size, start);
    }

    private void requireOpen() {
        if (finished) {
            throw new IllegalStateException("the stream is finished");
        }
    }
}
