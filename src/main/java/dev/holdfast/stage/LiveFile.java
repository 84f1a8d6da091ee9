package dev.holdfast.stage;

import dev.holdfast.fuse.FileTime;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Optional;

/**
 * A regular file that is open, or was and still has something to be written: its write buffer, and
 * the attributes that go with the buffer's content. Guarded by the inode's lock; {@link #unsaved}
 * may be read without.
 */
final class LiveFile {
    private static final int SMALLEST_BYTES = 16 << 10;

    final long inode;
    int handles;
    private byte[] buffer = {};
    private long bufferOffset;
    private int bufferedBytes;
    private long newlyAllocated;
    private volatile Optional<Unsaved> unsaved = Optional.empty();

    /** What writing changed and the inode's record does not say yet. */
    record Unsaved(long sizeBytes, FileTime time) {}

    LiveFile(long inode) {
        this.inode = inode;
    }

    Optional<Unsaved> unsaved() {
        return unsaved;
    }

    /** Whether there is anything to flush. */
    boolean isDirty() {
        return bufferedBytes > 0 || unsaved.isPresent();
    }

    /** Whether there are buffered bytes. */
    boolean hasBuffered() {
        return bufferedBytes > 0;
    }

    /** Bytes that wait to be spilled. */
    int bufferedBytes() {
        return bufferedBytes;
    }

    /** Memory held. */
    int memoryBytes() {
        return buffer.length;
    }

    /** Whether a write at {@code offset} fits into the buffer as it is. */
    boolean takes(long offset, int bytes) {
        if (bytes > Spool.FRAME_BYTES) {
            return false;
        }
        return bufferedBytes == 0
                || (offset >= bufferOffset
                        && offset <= bufferOffset + bufferedBytes
                        && offset - bufferOffset + bytes <= Spool.FRAME_BYTES);
    }

    /** Buffers a write that {@link #takes} allowed. */
    void buffer(long offset, ByteBuffer source) {
        int bytes = source.remaining();
        if (bufferedBytes == 0) {
            bufferOffset = offset;
        }
        int at = (int) (offset - bufferOffset);
        if (at + bytes > buffer.length) {
            int wanted = Math.max(SMALLEST_BYTES, buffer.length);
            while (wanted < at + bytes) {
                wanted *= 4;
            }
            buffer = Arrays.copyOf(buffer, Math.min(wanted, Spool.FRAME_BYTES));
        }
        source.get(buffer, at, bytes);
        bufferedBytes = Math.max(bufferedBytes, at + bytes);
    }

    /** Moves the buffer's content to the spool. It stays here if that fails. */
    void spill(Spool spool, ExtentMap extents, int epoch) {
        if (bufferedBytes > 0) {
            Spool.Frame frame = spool.append(buffer, 0, bufferedBytes);
            newlyAllocated +=
                    extents.put(
                            inode,
                            bufferOffset,
                            new Extent(
                                    bufferedBytes,
                                    frame.segment(),
                                    frame.position(),
                                    frame.bytes(),
                                    0,
                                    epoch));
            bufferedBytes = 0;
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

    /** Forgets buffered bytes from {@code sizeBytes} on. */
    void cut(long sizeBytes) {
        long kept = Math.max(0, sizeBytes - bufferOffset);
        bufferedBytes = (int) Math.min(bufferedBytes, kept);
    }

    /** Gives the buffer's memory back. */
    void shrink() {
        if (bufferedBytes == 0) {
            buffer = new byte[0];
        }
    }

    /** Copies buffered bytes that lie in [{@code offset}, +{@code bytes}) over {@code target}. */
    void overlay(long offset, int bytes, ByteBuffer target, int index) {
        long from = Math.max(offset, bufferOffset);
        long to = Math.min(offset + bytes, bufferOffset + bufferedBytes);
        if (from < to) {
            target.put(
                    index + (int) (from - offset),
                    buffer,
                    (int) (from - bufferOffset),
                    (int) (to - from));
        }
    }

    /** Whether the buffer holds all of [{@code offset}, +{@code bytes}). */
    boolean covers(long offset, int bytes) {
        return bufferedBytes > 0
                && offset >= bufferOffset
                && offset + bytes <= bufferOffset + bufferedBytes;
    }

    /** Whether the buffer holds a part of [{@code offset}, +{@code bytes}). */
    boolean overlaps(long offset, int bytes) {
        return bufferedBytes > 0
                && offset < bufferOffset + bufferedBytes
                && offset + bytes > bufferOffset;
    }
}
