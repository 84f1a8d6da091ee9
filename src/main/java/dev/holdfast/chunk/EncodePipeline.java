package dev.holdfast.chunk;

import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.format.Digest;
import java.util.ArrayDeque;
import java.util.concurrent.CancellationException;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;

/**
 * Digests, compresses, seals and stores chunks on all cores while the caller cuts the next ones.
 * Each stream has a {@link Lane}, whose chunks come out in the order in which they went in. Memory
 * is bounded: a caller that is faster than the encoders waits.
 */
public final class EncodePipeline implements AutoCloseable {
    private static final int PERMIT_BYTES = 1 << 10;

    /** Each needs memory only while it is being stored, so this bounds the queue alone. */
    private static final int MAX_ENCODED_IN_FLIGHT = 64;

    private final BlobCodec codec;
    private final int permits;
    private final Semaphore free;
    private final ExecutorService workers;
    private final ConcurrentLinkedQueue<byte[]> blobBuffers = new ConcurrentLinkedQueue<>();
    private final AtomicLong contentBytes = new AtomicLong();
    private final AtomicLong newContentBytes = new AtomicLong();
    private final AtomicLong newBlobBytes = new AtomicLong();
    private final AtomicLong chunks = new AtomicLong();
    private final AtomicLong newChunks = new AtomicLong();

    /**
     * A pipeline with its own threads.
     *
     * @param threads how many chunks are encoded at once
     * @param maxBufferBytes bound of the buffers whose content waits or is being encoded, however
     *     little of a buffer is content; at least one chunk is always let in
     */
    public EncodePipeline(BlobCodec codec, int threads, long maxBufferBytes) {
        this.codec = codec;
        this.permits = (int) Math.max(1, maxBufferBytes / PERMIT_BYTES);
        this.free = new Semaphore(permits);
        AtomicInteger number = new AtomicInteger();
        this.workers =
                Executors.newFixedThreadPool(
                        threads,
                        task -> {
                            Thread thread = new Thread(task, "encode-" + number.incrementAndGet());
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    /** What went through so far. */
    public record Totals(
            long chunks,
            long contentBytes,
            long newChunks,
            long newContentBytes,
            long newBlobBytes) {}

    /** What went through so far, of all lanes. */
    public Totals totals() {
        return new Totals(
                chunks.get(),
                contentBytes.get(),
                newChunks.get(),
                newContentBytes.get(),
                newBlobBytes.get());
    }

    /** Receives a stream's chunks in order, on the thread that feeds the lane. */
    public interface Sequence {
        /** The next chunk; it has been stored, or was there already. */
        void append(Digest digest, int contentBytes);
    }

    /** Begins a stream. A lane belongs to one thread. */
    public Lane lane(ChunkTarget target, Sequence sequence) {
        return new Lane(target, sequence);
    }

    /** One stream of chunks. */
    public final class Lane {
        private final ChunkTarget target;
        private final Sequence sequence;
        private final ArrayDeque<CompletableFuture<Done>> inFlight = new ArrayDeque<>();

        private Lane(ChunkTarget target, Sequence sequence) {
            this.target = target;
            this.sequence = sequence;
        }

        /**
         * Adds a chunk.
         *
         * @param buffer content in the first {@code length} bytes; belongs to the pipeline until
         *     {@code recycle} is called with it
         * @param recycle takes the buffer back, on another thread
         * @throws RuntimeException whatever an earlier chunk failed with
         */
        public void add(byte[] buffer, int length, java.util.function.Consumer<byte[]> recycle) {
            drain(false);
            int need = Math.min(permits, buffer.length / PERMIT_BYTES + 1);
            while (!free.tryAcquire(need)) {
                if (inFlight.isEmpty()) {
                    // Other lanes hold the permits; they are released without our help.
                    free.acquireUninterruptibly(need);
                    break;
                }
                drainFirst();
            }
            inFlight.add(
                    CompletableFuture.supplyAsync(
                            () -> {
                                try {
                                    return encode(target, buffer, length);
                                } finally {
                                    recycle.accept(buffer);
                                    free.release(need);
                                }
                            },
                            workers));
        }

        /** Adds a chunk that is encoded already. */
        public void addEncoded(EncodedChunk chunk) {
            drain(false);
            while (inFlight.size() >= MAX_ENCODED_IN_FLIGHT) {
                drainFirst();
            }
            inFlight.add(CompletableFuture.supplyAsync(() -> store(target, chunk), workers));
        }

        /** Adds a chunk that is known to be stored. */
        public void addKnown(Digest digest, int length) {
            chunks.incrementAndGet();
            contentBytes.addAndGet(length);
            inFlight.add(CompletableFuture.completedFuture(new Done(digest, length)));
            drain(false);
        }

        /** Waits until all chunks are stored and appended. */
        public void finish() {
            drain(true);
        }

        private void drain(boolean all) {
            while (!inFlight.isEmpty() && (all || inFlight.peek().isDone())) {
                drainFirst();
            }
        }

        private void drainFirst() {
            try {
                Done done = inFlight.remove().join();
                sequence.append(done.digest(), done.length());
            } catch (CompletionException e) {
                if (e.getCause() instanceof RuntimeException cause) {
                    throw cause;
                }
                throw e;
            } catch (CancellationException e) {
                throw new IllegalStateException("the pipeline was closed", e);
            }
        }
    }

    private record Done(Digest digest, int length) {}

    private Done store(ChunkTarget target, EncodedChunk chunk) {
        chunks.incrementAndGet();
        contentBytes.addAndGet(chunk.contentBytes());
        if (!target.has(chunk.digest(), chunk.contentBytes())) {
            newBlobBytes.addAndGet(chunk.storeIn(target));
            newChunks.incrementAndGet();
            newContentBytes.addAndGet(chunk.contentBytes());
        }
        return new Done(chunk.digest(), chunk.contentBytes());
    }

    private Done encode(ChunkTarget target, byte[] content, int length) {
        Digest digest = codec.digest(content, 0, length);
        chunks.incrementAndGet();
        contentBytes.addAndGet(length);
        if (!target.has(digest, length)) {
            byte[] blob = blobBuffers.poll();
            if (blob == null || blob.length < length + BlobCodec.MAX_OVERHEAD_BYTES) {
                blob = new byte[Math.max(length, 4 << 20) + BlobCodec.MAX_OVERHEAD_BYTES];
            }
            int blobBytes = codec.encode(content, 0, length, true, blob);
            target.put(digest, blob, blobBytes, length);
            blobBuffers.add(blob);
            newChunks.incrementAndGet();
            newContentBytes.addAndGet(length);
            newBlobBytes.addAndGet(blobBytes);
        }
        return new Done(digest, length);
    }

    /** Ends the threads; what is in flight is given up. */
    @Override
    public void close() {
        workers.shutdownNow();
    }
}
