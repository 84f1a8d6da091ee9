package dev.holdfast.upkeep;

import dev.holdfast.Damaged;
import dev.holdfast.HoldfastException;
import dev.holdfast.Unreachable;
import dev.holdfast.chunk.EncodedBlob;
import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.format.ChunkIndex;
import dev.holdfast.format.Digest;
import dev.holdfast.snapshot.ChunkedSource;
import dev.holdfast.store.SnapshotReader;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicReference;
import java.util.function.LongFunction;

/** Checks the chunks of one archive on several threads, those that the run has not seen yet. */
final class ChunkPass {
    private final VerifyRun run;
    private final SnapshotReader reader;
    private final ChunkIndex index;
    private final boolean encrypted;
    private final Optional<BlobCodec> codec;
    private final Optional<PayloadHeaders> headers;
    private final LongFunction<byte[]> straddling;
    private final Map<Integer, String> problems = new ConcurrentHashMap<>();
    private final AtomicReference<RuntimeException> failure = new AtomicReference<>();

    /**
     * A pass over the chunks of {@code index}.
     *
     * @param codec absent if the archive is encrypted and its key is not at hand
     * @param headers to be compared on the way
     * @param source the same stream for random access; needed with {@code headers}
     */
    ChunkPass(
            VerifyRun run,
            SnapshotReader reader,
            ChunkIndex index,
            boolean encrypted,
            Optional<BlobCodec> codec,
            Optional<PayloadHeaders> headers,
            Optional<ChunkedSource> source) {
        this.run = run;
        this.reader = reader;
        this.index = index;
        this.encrypted = encrypted;
        this.codec = codec;
        this.headers = headers;
        this.straddling =
                offset -> {
                    byte[] header = new byte[16];
                    source.orElseThrow().read(offset, header, 0, header.length);
                    return header;
                };
    }

    /** What is wrong, by the number of the chunk in the index. */
    Map<Integer, String> check() {
        Semaphore waiting = new Semaphore(2 * run.threads());
        int permits = 2 * run.threads();
        for (int i = 0; i < index.chunkCount() && failure.get() == null; i++) {
            if (!isNeeded(index.digest(i)) && !isReadAgain(i)) {
                continue;
            }
            run.chunks().begin(index.digest(i));
            waiting.acquireUninterruptibly();
            int chunk = i;
            run.executor()
                    .execute(
                            () -> {
                                try {
                                    check(chunk);
                                } catch (RuntimeException e) {
                                    failure.compareAndSet(null, e);
                                } finally {
                                    waiting.release();
                                }
                            });
            run.tick();
        }
        waiting.acquireUninterruptibly(permits);
        if (failure.get() != null) {
            throw failure.get();
        }
        return result();
    }

    private boolean isNeeded(Digest digest) {
        boolean complete = !encrypted || codec.isPresent();
        return switch (run.chunks().state(digest)) {
            case PENDING, DAMAGED -> false;
            case RIGHT -> complete && !run.chunks().isComplete(digest);
            case UNKNOWN -> run.selection().wants(digest, complete);
        };
    }

    /**
     * Whether a chunk that this run has read already holds headers that it did not meet then: rare,
     * as headers lead to each other ({@link PayloadHeaders}). Chunks that are not wanted in this
     * run are not read for their headers.
     */
    private boolean isReadAgain(int i) {
        return headers.isPresent()
                && run.chunks().state(index.digest(i)) == CheckedChunks.State.RIGHT
                && headers.get().isIn(i);
    }

    private void check(int i) {
        Digest digest = index.digest(i);
        int bytes = index.chunkBytes(i);
        byte[] content;
        try {
            EncodedBlob blob = reader.chunk(digest);
            run.limit().pass(blob.lengthBytes());
            content = open(blob, digest, bytes);
            run.chunks().right(digest, bytes, encrypted, !encrypted || codec.isPresent());
        } catch (StoredBlob.WrongKind e) {
            run.chunks().undecided(digest, bytes, encrypted);
            problems.put(i, e.getMessage());
            return;
        } catch (Damaged e) {
            run.chunks().damaged(digest, bytes);
            run.quarantine(digest);
            problems.put(i, e.getMessage());
            return;
        } catch (Unreachable e) {
            run.chunks().damaged(digest, bytes);
            problems.put(i, e.getMessage());
            return;
        }
        run.progressed();
        if (headers.isPresent() && content.length == bytes) {
            try {
                headers.get().check(i, content, straddling);
            } catch (HoldfastException e) {
                problems.put(i, e.getMessage());
            }
        }
    }

    /** The content, or nothing if it cannot be opened. */
    private byte[] open(EncodedBlob blob, Digest digest, int bytes) {
        if (codec.isEmpty()) {
            StoredBlob.checkChunk(blob.bytes(), blob.lengthBytes(), digest, bytes, encrypted);
            return new byte[0];
        }
        if (dev.holdfast.format.BlobKind.read(blob.bytes(), blob.lengthBytes()).encrypted()
                != encrypted) {
            throw new StoredBlob.WrongKind(digest, encrypted);
        }
        return codec.get().decodeChunk(blob.bytes(), blob.lengthBytes(), digest, bytes, encrypted);
    }

    private Map<Integer, String> result() {
        for (int i = 0; i < index.chunkCount(); i++) {
            Digest digest = index.digest(i);
            if (run.chunks().state(digest) == CheckedChunks.State.DAMAGED) {
                problems.putIfAbsent(i, "chunk " + digest + " is damaged or missing");
            } else if (!run.chunks().fits(digest, index.chunkBytes(i), encrypted)) {
                problems.putIfAbsent(
                        i,
                        "chunk "
                                + digest
                                + " is another than the index describes (length or kind)");
            }
        }
        return problems;
    }

    /** Neighbouring chunks of the result as ranges of the archive, in order. */
    static List<LostRange> ranges(ChunkIndex index, Map<Integer, String> problems) {
        List<Integer> order = new ArrayList<>(problems.keySet());
        Collections.sort(order);
        List<LostRange> ranges = new ArrayList<>();
        for (int i : order) {
            LostRange range =
                    new LostRange(index.startOffset(i), index.endOffset(i), problems.get(i));
            LostRange last = ranges.isEmpty() ? null : ranges.get(ranges.size() - 1);
            if (last != null && last.end() == range.start()) {
                ranges.set(
                        ranges.size() - 1, new LostRange(last.start(), range.end(), last.reason()));
            } else {
                ranges.add(range);
            }
        }
        return ranges;
    }
}
