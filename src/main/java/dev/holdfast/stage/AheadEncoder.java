package dev.holdfast.stage;

import dev.holdfast.HoldfastException;
import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.format.Digest;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Digests, compresses and seals chunks of large files while these are still being written, so that
 * their content is written to the disk once, and a commit only takes the files over.
 *
 * <p>Memory: a file in work holds a chunk that grows and up to {@link #CHUNKS_IN_WORK} that are
 * being encoded, 16 MiB each at most and 5 on average; there are {@link #FILES} such files at once.
 * Further ones are written to the spool and cut by the commit. Thread-safe.
 */
final class AheadEncoder implements AutoCloseable {
    /** Chunks of one file that may be encoded at once. */
    static final int CHUNKS_IN_WORK = 2;

    private static final Logger LOG = LoggerFactory.getLogger(AheadEncoder.class);
    private static final int FILES = 2;
    private static final int THREADS = Math.min(2, Runtime.getRuntime().availableProcessors());

    private final Optional<BlobCodec> codec;
    private final Spool spool;
    private final Semaphore files = new Semaphore(FILES);
    private final ConcurrentLinkedQueue<byte[]> blobs = new ConcurrentLinkedQueue<>();
    private final ExecutorService workers;

    AheadEncoder(Optional<BlobCodec> codec, Spool spool) {
        this.codec = codec;
        this.spool = spool;
        this.workers =
                Executors.newFixedThreadPool(
                        THREADS,
                        task -> {
                            Thread thread = new Thread(task, "encode-ahead");
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    /** Admits one more file, if that may be; then {@link #leave} gives its place back. */
    boolean enter() {
        return codec.isPresent() && files.tryAcquire();
    }

    void leave() {
        files.release();
        if (files.availablePermits() == FILES) {
            blobs.clear();
        }
    }

    /**
     * Begins to encode.
     *
     * @return the chunk in the spool; empty if there was no room for it, or anything else failed
     */
    CompletableFuture<Optional<StagedChunk>> encode(byte[] content, int length) {
        return CompletableFuture.supplyAsync(() -> encodeNow(content, length), workers);
    }

    private Optional<StagedChunk> encodeNow(byte[] content, int length) {
        BlobCodec with = codec.orElseThrow();
        byte[] blob = blobs.poll();
        if (blob == null || blob.length < length + BlobCodec.MAX_OVERHEAD_BYTES) {
            blob = new byte[length + BlobCodec.MAX_OVERHEAD_BYTES];
        }
        try {
            Digest digest = with.digest(content, 0, length);
            int blobBytes = with.encode(content, 0, length, true, blob);
            return Optional.of(spool.appendChunk(digest, length, blob, blobBytes));
        } catch (dev.holdfast.fuse.Errno | HoldfastException e) {
            LOG.debug("a chunk is not encoded in advance: {}", e.getMessage());
            return Optional.empty();
        } finally {
            if (files.availablePermits() < FILES) {
                blobs.add(blob);
            }
        }
    }

    /** Ends the threads. */
    @Override
    public void close() {
        workers.shutdown();
    }
}
