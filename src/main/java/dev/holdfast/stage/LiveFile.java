package dev.holdfast.stage;

import dev.holdfast.fuse.Errno;
import dev.holdfast.fuse.FileTime;
import java.nio.ByteBuffer;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A regular file that is open, or was and still has something to be written: its write buffer,
 * chunks that are being encoded, and the attributes that go with that content. Guarded by the
 * inode's lock; {@link #unsaved} and {@link #waitingBytes} may be read without.
 *
 * <p>A file that is written from one end to the other leaves frames in the spool up to the first
 * boundary of a {@link ChunkStream}. From there on the buffer holds the chunk that grows; a flush
 * writes it as frames and keeps it nevertheless, and when the chunk is whole and encoded it takes
 * the place of these frames.
 */
final class LiveFile {
    private static final Logger LOG = LoggerFactory.getLogger(LiveFile.class);
    private static final byte[] NO_BYTES = {};

    final long inode;
    int handles;
    private final Tree tree;
    private final Spool spool;
    private final ExtentMap extents;
    private final AheadEncoder encoder;
    private final WriteBuffer buffer = new WriteBuffer();
    private final Deque<PendingChunk> pending = new ArrayDeque<>();
    private Optional<ChunkStream> stream = Optional.empty();
    private boolean appending;
    private byte[] spare = NO_BYTES;
    private int countedMemory;
    private long newlyAllocated;
    private volatile long waitingBytes;
    private volatile Optional<Unsaved> unsaved = Optional.empty();

    /** What writing changed and the inode's record does not say yet. */
    record Unsaved(long sizeBytes, FileTime time) {}

    LiveFile(long inode, Tree tree, Spool spool, ExtentMap extents, AheadEncoder encoder) {
        this.inode = inode;
        this.tree = tree;
        this.spool = spool;
        this.extents = extents;
        this.encoder = encoder;
    }

    Optional<Unsaved> unsaved() {
        return unsaved;
    }

    /** Whether there is anything to flush. */
    boolean isDirty() {
        return buffer.dirtyBytes() > 0 || !pending.isEmpty() || unsaved.isPresent();
    }

    /** Bytes that are in memory only. */
    long waitingBytes() {
        return waitingBytes;
    }

    private void countWaiting() {
        long bytes = buffer.dirtyBytes();
        for (PendingChunk chunk : pending) {
            bytes += chunk.content().length();
        }
        waitingBytes = bytes;
    }

    private int memoryBytes() {
        int bytes = buffer.memoryBytes() + spare.length;
        for (PendingChunk chunk : pending) {
            bytes += chunk.content().memoryBytes();
        }
        return bytes;
    }

    /** By how much it holds more memory than at the last call. */
    int memoryGrowth() {
        int before = countedMemory;
        countedMemory = memoryBytes();
        return countedMemory - before;
    }

    /**
     * Makes room for a write in the buffer.
     *
     * @return false if it is too long for it; then nothing is buffered any more
     * @throws Errno if what was written before finds no room; then the write must not be made
     */
    boolean prepare(long offset, int bytes, int epoch) {
        if (buffer.length() > 0 && offset != buffer.end()) {
            appending = false;
            leaveStream();
        }
        if (stream.isPresent()) {
            while (pending.size() >= AheadEncoder.CHUNKS_IN_WORK) {
                settleFirst(epoch);
            }
        }
        if (canBuffer(offset, bytes)) {
            return true;
        }
        if (mayBeginStream(offset, bytes) && encoder.enter()) {
            stream = Optional.of(new ChunkStream(buffer.offset()));
            advance(epoch);
            if (canBuffer(offset, bytes)) {
                return true;
            }
        }
        // One that is longer waits only in a stream, until it is known where it will be cut.
        boolean waits =
                bytes <= Spool.FRAME_BYTES || (stream.isPresent() && offset == buffer.end());
        if (!waits) {
            leaveStream();
        }
        spill(epoch);
        return waits;
    }

    private boolean canBuffer(long offset, int bytes) {
        return (isInBody() && offset == buffer.end())
                || buffer.takes(offset, bytes, Spool.FRAME_BYTES);
    }

    /** A file is taken as large when its beginning is longer than a frame. */
    private boolean mayBeginStream(long offset, int bytes) {
        if (stream.isPresent() || offset != buffer.end()) {
            return false;
        }
        return (appending && buffer.length() > 0) || (offset == 0 && bytes > Spool.FRAME_BYTES);
    }

    private boolean isInBody() {
        return stream.isPresent() && stream.get().inBody();
    }

    /** Buffers a write that {@link #prepare} allowed. */
    void buffer(long offset, ByteBuffer source, int epoch) {
        if (buffer.length() == 0) {
            if (stream.isPresent() && offset != buffer.end()) {
                leaveStream();
            }
            appending = true;
        }
        buffer.put(offset, source);
        if (stream.isPresent()) {
            advance(epoch);
        }
        countWaiting();
    }

    /** Looks for the end of a chunk in what is new. */
    private void advance(int epoch) {
        int cut = stream.orElseThrow().scan(buffer);
        while (cut > 0) {
            if (isInBody()) {
                WriteBuffer chunk = buffer.split(cut, spare);
                spare = NO_BYTES;
                pending.add(new PendingChunk(chunk, encoder.encode(chunk.array(), chunk.length())));
            } else {
                try {
                    newlyAllocated += buffer.spill(inode, spool, extents, epoch);
                } catch (Errno e) {
                    // The write has been accepted: it waits in the buffer like any other.
                    leaveStream();
                    return;
                }
                buffer.dropFirst(cut);
                stream.orElseThrow().enterBody();
            }
            cut = stream.orElseThrow().scan(buffer);
        }
    }

    /** Ends the cutting; what is whole stays on its way. */
    void leaveStream() {
        if (stream.isPresent()) {
            stream = Optional.empty();
            encoder.leave();
            spare = NO_BYTES;
            buffer.dropClean();
        }
    }

    /** Moves all content to the spool. What found no room stays here. */
    void spill(int epoch) {
        try {
            while (!pending.isEmpty()) {
                settleFirst(epoch);
            }
            newlyAllocated += buffer.spill(inode, spool, extents, epoch);
        } finally {
            if (!isInBody()) {
                buffer.dropClean();
            }
            countWaiting();
        }
    }

    /** Lets the tree refer to the oldest chunk; to frames of it if it could not be encoded. */
    private void settleFirst(int epoch) {
        PendingChunk first = pending.element();
        Optional<StagedChunk> chunk = first.await();
        if (chunk.isPresent()) {
            tree.chunks.put((long) chunk.get().segment(), chunk.get().bytes());
            newlyAllocated +=
                    extents.put(
                            inode,
                            first.content().offset(),
                            PendingChunk.extent(chunk.get(), epoch));
        } else {
            newlyAllocated += first.content().spill(inode, spool, extents, epoch);
        }
        pending.remove();
        if (stream.isPresent()) {
            spare = first.content().array();
        }
    }

    /** Notes that the file grew to at least {@code sizeBytes}, or was written, at {@code time}. */
    void written(long sizeBytes, FileTime time) {
        unsaved = Optional.of(new Unsaved(sizeBytes, time));
    }

    void allocated(long bytes) {
        newlyAllocated += bytes;
    }

    /** The record brought up to date. */
    Inode merge(Inode record, int epoch) {
        if (unsaved.isEmpty() && newlyAllocated == 0) {
            return record;
        }
        long size = unsaved.map(Unsaved::sizeBytes).orElse(record.sizeBytes());
        Inode merged = record.withContent(size, record.allocatedBytes() + newlyAllocated, epoch);
        return unsaved.map(u -> merged.touched(u.time())).orElse(merged);
    }

    /** The record that {@link #merge} returned has been stored. */
    void merged() {
        newlyAllocated = 0;
        unsaved = Optional.empty();
    }

    /**
     * Forgets what is in memory of the file from {@code sizeBytes} on.
     *
     * @throws Errno if a chunk in work lies across that and finds no room
     */
    void cut(long sizeBytes, int epoch) {
        leaveStream();
        buffer.cut(sizeBytes);
        while (!pending.isEmpty() && pending.getLast().content().offset() >= sizeBytes) {
            discard(pending.removeLast());
        }
        if (!pending.isEmpty() && pending.getLast().content().end() > sizeBytes) {
            while (!pending.isEmpty()) {
                settleFirst(epoch);
            }
        }
        countWaiting();
    }

    private void discard(PendingChunk unwanted) {
        Optional<StagedChunk> chunk = unwanted.await();
        if (chunk.isPresent()) {
            spool.release(PendingChunk.extent(chunk.get(), 0), chunk.get().contentBytes());
            LOG.debug("chunk {} is not wanted any more", chunk.get().segment());
        }
    }

    /** Gives the memory back, if nothing waits. */
    void shrink() {
        if (buffer.dirtyBytes() == 0 && pending.isEmpty()) {
            leaveStream();
            buffer.dropClean();
        }
        buffer.shrink();
    }

    /** Copies what is in memory of [{@code offset}, +{@code bytes}) over {@code target}. */
    void overlay(long offset, int bytes, ByteBuffer target, int index) {
        for (PendingChunk chunk : pending) {
            chunk.content().overlay(offset, bytes, target, index);
        }
        buffer.overlay(offset, bytes, target, index);
    }

    /** Whether the buffer holds all of [{@code offset}, +{@code bytes}). */
    boolean covers(long offset, int bytes) {
        return buffer.covers(offset, bytes);
    }

    /** Whether a part of [{@code offset}, +{@code bytes}) is in memory. */
    boolean overlaps(long offset, int bytes) {
        for (PendingChunk chunk : pending) {
            if (chunk.content().overlaps(offset, bytes)) {
                return true;
            }
        }
        return buffer.overlaps(offset, bytes);
    }
}
