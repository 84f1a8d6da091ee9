package dev.holdfast.chunk;

import java.util.ArrayDeque;
import java.util.Objects;
import java.util.Queue;

/**
 * Cuts a payload stream by content, and by preference where files start ({@code chunking.md §3}).
 *
 * <p>The writer of the archive <em>suggests</em> the stream offset at which the next file's payload
 * header will stand. A suggestion is taken if it falls into the bytes that are being scanned and
 * the chunk would have between min and max bytes; it then wins over a hash boundary before it. It
 * is dropped if it is behind what was scanned or would make a chunk smaller than min. So it has an
 * effect only if it is made <em>before</em> the bytes in front of it are scanned, and the cuts
 * depend on the size of the slices: feed up to 4 MiB at once to come near to the official client. A
 * writer that does not run ahead of the chunker asks {@link #mayCutHere()} when a file starts and
 * forces the cut.
 *
 * <p>Chunks that are reused from an earlier snapshot are injected with {@link #skip}; offsets count
 * their bytes too ({@code chunking.md §5}).
 */
public final class PayloadChunker implements Chunker {
    private final BuzhashChunker buzhash;
    private final Queue<Long> suggestions = new ArrayDeque<>();

    private long lastSuggested = -1;
    private long chunkStart;
    private int scanned;

    public PayloadChunker(ChunkerParameters parameters) {
        buzhash = new BuzhashChunker(parameters);
    }

    /**
     * Announces where a file starts. Offsets come in ascending order. Repetitions cost nothing, so
     * a run of any number of files without content of their own takes no memory.
     *
     * @throws IllegalArgumentException if the offset is smaller than the one before
     */
    public void suggest(long streamOffset) {
        if (streamOffset < lastSuggested || streamOffset < 0) {
            throw new IllegalArgumentException(
                    "suggested " + streamOffset + " after " + lastSuggested);
        }
        if (streamOffset > lastSuggested) {
            lastSuggested = streamOffset;
            suggestions.add(streamOffset);
        }
    }

    /** Whether a chunk that ends after the bytes seen so far would have an allowed size. */
    public boolean mayCutHere() {
        return scanned >= minBytes();
    }

    /** Whether a chunk has just ended. */
    public boolean isBetweenChunks() {
        return scanned == 0;
    }

    /** The stream offset after the bytes seen and skipped so far. */
    public long position() {
        return chunkStart + scanned;
    }

    @Override
    public int scan(byte[] buf, int off, int len) {
        Objects.checkFromIndexSize(off, len, buf.length);
        int k = toSuggestion(len);
        if (k > 0) {
            buzhash.reset();
        } else {
            k = buzhash.scan(buf, off, len);
        }
        if (k > 0) {
            chunkStart += scanned + k;
            scanned = 0;
        } else {
            scanned += len;
        }
        return k;
    }

    @Override
    public void reset() {
        buzhash.reset();
        chunkStart += scanned;
        scanned = 0;
    }

    @Override
    public void skip(long injectedBytes) {
        if (injectedBytes < 0) {
            throw new IllegalArgumentException("cannot skip " + injectedBytes + " bytes");
        }
        reset();
        chunkStart = Math.addExact(chunkStart, injectedBytes);
    }

    @Override
    public int minBytes() {
        return buzhash.minBytes();
    }

    @Override
    public int maxBytes() {
        return buzhash.maxBytes();
    }

    /**
     * How many of the next bytes belong to the chunk if it ends as suggested; 0 if it does not. A
     * suggestion of the very position reached uses itself up without a cut, like the original.
     */
    private int toSuggestion(int len) {
        for (Long s = suggestions.peek(); s != null; s = suggestions.peek()) {
            long size = s - chunkStart;
            if (size > (long) scanned + len || size > maxBytes()) {
                return 0;
            }
            suggestions.remove();
            if (size >= scanned && size >= minBytes()) {
                return (int) (size - scanned);
            }
        }
        return 0;
    }
}
