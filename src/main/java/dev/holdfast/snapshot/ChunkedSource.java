package dev.holdfast.snapshot;

import dev.holdfast.Damaged;
import dev.holdfast.chunk.CachedChunk;
import dev.holdfast.chunk.ChunkCache;
import dev.holdfast.chunk.ChunkSource;
import dev.holdfast.chunk.DiskCache;
import dev.holdfast.chunk.EncodedBlob;
import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.crypto.BufferPool;
import dev.holdfast.format.ChunkIndex;
import dev.holdfast.format.Digest;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;

/**
 * The stream behind an index: chunks are fetched, checked and decoded when a byte of them is read,
 * and kept in a cache. Thread-safe.
 */
public final class ChunkedSource implements ByteSource {
    private final ChunkIndex index;
    private final ChunkSource chunks;
    private final ChunkCache cache;
    private final BlobCodec codec;
    private final boolean encrypted;

    /**
     * A stream of {@code index}.
     *
     * @param encrypted whether the chunks must be encrypted; others are refused then, and the other
     *     way round
     */
    public ChunkedSource(
            ChunkIndex index,
            ChunkSource chunks,
            ChunkCache cache,
            BlobCodec codec,
            boolean encrypted) {
        this.index = index;
        this.chunks = chunks;
        this.cache = cache;
        this.codec = codec;
        this.encrypted = encrypted;
    }

    /** The chunks of the stream. */
    public ChunkIndex index() {
        return index;
    }

    @Override
    public long size() {
        return index.sizeBytes();
    }

    /** One chunk, for somebody who reads it more than once. */
    final class Chunk {
        private final Digest digest;
        private final long startOffset;
        private final int contentBytes;
        private final ChunkCache.Loader load = this::load;

        private Chunk(int i) {
            digest = index.digest(i);
            startOffset = index.startOffset(i);
            contentBytes = index.chunkBytes(i);
        }

        private byte[] load(BufferPool buffers) {
            return ChunkedSource.this.load(digest, contentBytes, buffers);
        }

        /** Its content, to be closed. Makes no object if it is in the cache. */
        CachedChunk hold() {
            return cache.get(digest, contentBytes, load);
        }

        /** Where it begins in the stream. */
        long startOffset() {
            return startOffset;
        }

        /** Whether the byte at {@code offset} of the stream is in it. */
        boolean holds(long offset) {
            return offset >= startOffset && offset - startOffset < contentBytes;
        }
    }

    /** Where to get chunk {@code i} from. */
    Chunk at(int i) {
        return new Chunk(i);
    }

    /** Chunk {@code i}, to be closed. */
    public CachedChunk hold(int i) {
        // The common case first: metadata is read in small pieces, mostly from the cache.
        Optional<CachedChunk> here = cache.find(index.digest(i));
        return here.isPresent() ? here.get() : at(i).hold();
    }

    /** A copy of the content of chunk {@code i}. */
    public byte[] chunk(int i) {
        try (CachedChunk chunk = hold(i)) {
            return chunk.toBytes();
        }
    }

    private byte[] load(Digest digest, int contentBytes, BufferPool buffers) {
        // What is not encrypted must not lie about on disks.
        Optional<DiskCache> disk = encrypted ? cache.disk() : Optional.empty();
        Optional<EncodedBlob> copy = disk.flatMap(d -> d.find(digest, buffers));
        if (copy.isPresent()) {
            try {
                byte[] content = decode(copy.get(), digest, contentBytes, buffers);
                buffers.give(copy.get().bytes());
                return content;
            } catch (Damaged e) {
                disk.get().drop(digest);
            }
        }
        EncodedBlob blob = chunks.chunk(digest, buffers);
        byte[] content = decode(blob, digest, contentBytes, buffers);
        // Now that it is known to be right; decoding has written behind the blob only.
        disk.ifPresent(d -> d.keep(digest, blob));
        buffers.give(blob.bytes());
        return content;
    }

    private byte[] decode(EncodedBlob blob, Digest digest, int contentBytes, BufferPool buffers) {
        return codec.decodeChunk(
                blob.bytes(), blob.lengthBytes(), digest, contentBytes, encrypted, buffers);
    }

    /** Begins to load chunk {@code i} unless it is there; failures are left to whoever reads it. */
    public void prefetch(int i, Executor executor) {
        if (cache.contains(index.digest(i))) {
            return;
        }
        try {
            executor.execute(
                    () -> {
                        try {
                            hold(i).close();
                        } catch (RuntimeException e) {
                            // The reader will meet it again, and can say for which file.
                        }
                    });
        } catch (RejectedExecutionException e) {
            // Enough is being prefetched.
        }
    }

    @Override
    public long blockEnd(long offset) {
        return index.endOffset(index.chunkAt(offset));
    }

    @Override
    public ByteSource passing() {
        return new Passing();
    }

    @Override
    public void read(long offset, byte[] dst, int off, int len) {
        Objects.checkFromIndexSize(off, len, dst.length);
        if (offset < 0 || offset > size() - len) {
            throw new IndexOutOfBoundsException(len + " bytes at " + offset + " of " + size());
        }
        parts(
                offset,
                len,
                (i, from, done, count) -> {
                    try (CachedChunk chunk = hold(i)) {
                        chunk.copy(from, dst, off + done, count);
                    }
                });
    }

    /** Takes {@code count} bytes from {@code from} on in chunk {@code i}, after {@code done}. */
    private interface Parts {
        void next(int i, int from, int done, int count);
    }

    /** Goes through the chunks that hold a range. */
    private void parts(long offset, int len, Parts parts) {
        int done = 0;
        for (int i = len == 0 ? 0 : index.chunkAt(offset); done < len; i++) {
            int from = (int) (offset + done - index.startOffset(i));
            int count = Math.min(len - done, index.chunkBytes(i) - from);
            parts.next(i, from, done, count);
            done += count;
        }
    }

    /**
     * Keeps the chunk it is in by itself. What takes up little of the cache is kept there: others
     * read it too, and on a slow line it should come only once.
     */
    private final class Passing implements ByteSource {
        private int current = -1;
        private byte[] content = {};

        @Override
        public long size() {
            return ChunkedSource.this.size();
        }

        @Override
        public void read(long offset, byte[] dst, int off, int len) {
            Objects.checkFromIndexSize(offset, len, size());
            parts(
                    offset,
                    len,
                    (i, from, done, count) ->
                            System.arraycopy(content(i), from, dst, off + done, count));
        }

        private byte[] content(int i) {
            if (i != current) {
                current = -1; // if loading fails, nothing is here
                content = size() <= cache.maxBytes() / 4 ? chunk(i) : passed(i);
                current = i;
            }
            return content;
        }

        private byte[] passed(int i) {
            Digest digest = index.digest(i);
            Optional<CachedChunk> here = cache.find(digest);
            if (here.isEmpty()) {
                return cache.uncached(
                        index.chunkBytes(i),
                        buffers -> load(digest, index.chunkBytes(i), BufferPool.NONE));
            }
            try (CachedChunk chunk = here.get()) {
                return chunk.toBytes();
            }
        }
    }
}
