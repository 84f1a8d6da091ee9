package dev.holdfast.snapshot;

import dev.holdfast.Damaged;
import dev.holdfast.chunk.ChunkCache;
import dev.holdfast.chunk.ChunkSource;
import dev.holdfast.chunk.DiskCache;
import dev.holdfast.chunk.EncodedBlob;
import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.format.ChunkIndex;
import dev.holdfast.format.Digest;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Executor;
import java.util.concurrent.RejectedExecutionException;
import java.util.function.IntFunction;

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

    /** The content of chunk {@code i}; not to be modified. */
    public byte[] chunk(int i) {
        Digest digest = index.digest(i);
        return cache.get(digest, () -> load(digest, index.chunkBytes(i)));
    }

    private byte[] load(Digest digest, int contentBytes) {
        // What is not encrypted must not lie about on disks.
        Optional<DiskCache> disk = encrypted ? cache.disk() : Optional.empty();
        Optional<EncodedBlob> copy = disk.flatMap(d -> d.find(digest));
        if (copy.isPresent()) {
            try {
                return decode(copy.get(), digest, contentBytes);
            } catch (Damaged e) {
                disk.get().drop(digest);
            }
        }
        EncodedBlob blob = chunks.chunk(digest);
        byte[] content = decode(blob, digest, contentBytes);
        // Now that it is known to be right; decoding has written behind the blob only.
        disk.ifPresent(d -> d.keep(digest, blob));
        return content;
    }

    private byte[] decode(EncodedBlob blob, Digest digest, int contentBytes) {
        return codec.decodeChunk(blob.bytes(), blob.lengthBytes(), digest, contentBytes, encrypted);
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
                            chunk(i);
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
        copy(offset, dst, off, len, this::chunk);
    }

    private void copy(long offset, byte[] dst, int off, int len, IntFunction<byte[]> chunkAt) {
        int done = 0;
        int i = len == 0 ? 0 : index.chunkAt(offset);
        while (done < len) {
            byte[] content = chunkAt.apply(i);
            int from = (int) (offset + done - index.startOffset(i));
            int n = Math.min(len - done, content.length - from);
            System.arraycopy(content, from, dst, off + done, n);
            done += n;
            i++;
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
            copy(offset, dst, off, len, this::chunk);
        }

        private byte[] chunk(int i) {
            if (i != current) {
                Digest digest = index.digest(i);
                content =
                        size() <= cache.maxBytes() / 4
                                ? ChunkedSource.this.chunk(i)
                                : cache.peek(digest)
                                        .orElseGet(() -> load(digest, index.chunkBytes(i)));
                current = i;
            }
            return content;
        }
    }
}
