package dev.holdfast.stage;

import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Consecutive bytes of a file in memory. A part at the beginning may be <em>clean</em>: in the
 * spool too. Guarded by the inode's lock.
 */
final class WriteBuffer {
    private static final int SMALLEST_BYTES = 16 << 10;

    /** With a write of the length that the kernel sends at most. */
    private static final int LARGEST_BYTES = ChunkStream.MAX_BYTES + (1 << 20);

    private byte[] bytes = {};
    private long offset;
    private int length;
    private int clean;

    /** Where it begins in the file. */
    long offset() {
        return offset;
    }

    /** Where it ends in the file. */
    long end() {
        return offset + length;
    }

    int length() {
        return length;
    }

    /** Bytes that are not in the spool. */
    int dirtyBytes() {
        return length - clean;
    }

    /** Memory held. */
    int memoryBytes() {
        return bytes.length;
    }

    /** The buffered bytes, at the beginning of an array that may be longer. */
    byte[] array() {
        return bytes;
    }

    /** Whether a write at {@code at} touches what is here and fits into {@code limit} bytes. */
    boolean takes(long at, int count, int limit) {
        return length == 0
                ? count <= limit
                : at >= offset && at <= end() && at - offset + count <= limit;
    }

    /** Takes a write that {@link #takes} allowed. */
    void put(long at, ByteBuffer source) {
        int count = source.remaining();
        if (length == 0) {
            offset = at;
            clean = 0;
        }
        int from = (int) (at - offset);
        reserve(from + count);
        source.get(bytes, from, count);
        length = Math.max(length, from + count);
        clean = Math.min(clean, from);
    }

    /** Makes room for that many bytes in all. */
    void reserve(int wanted) {
        if (wanted > bytes.length) {
            int size = Math.max(SMALLEST_BYTES, bytes.length);
            while (size < wanted) {
                size *= 4;
            }
            bytes = Arrays.copyOf(bytes, Math.max(wanted, Math.min(size, LARGEST_BYTES)));
        }
    }

    /** Writes what is dirty to the spool; what found no room stays dirty. */
    long spill(long inode, Spool spool, ExtentMap extents, int epoch) {
        long allocated = 0;
        while (clean < length) {
            int count = Math.min(length - clean, Spool.FRAME_BYTES);
            Spool.Frame frame = spool.append(bytes, clean, count);
            allocated +=
                    extents.put(
                            inode,
                            offset + clean,
                            new Extent(
                                    count,
                                    frame.segment(),
                                    frame.position(),
                                    frame.bytes(),
                                    0,
                                    epoch));
            clean += count;
        }
        return allocated;
    }

    /** Forgets the first bytes, clean or not. */
    void dropFirst(int count) {
        System.arraycopy(bytes, count, bytes, 0, length - count);
        offset += count;
        length -= count;
        clean = Math.max(0, clean - count);
    }

    /** Forgets what is clean. */
    void dropClean() {
        dropFirst(clean);
    }

    /** Gives the first bytes away together with the array, and goes on in {@code next}. */
    WriteBuffer split(int count, byte[] next) {
        WriteBuffer first = new WriteBuffer();
        first.bytes = bytes;
        first.offset = offset;
        first.length = count;
        first.clean = Math.min(clean, count);
        int rest = length - count;
        byte[] array = next.length >= rest ? next : new byte[Math.max(SMALLEST_BYTES, rest)];
        System.arraycopy(bytes, count, array, 0, rest);
        bytes = array;
        offset += count;
        length = rest;
        clean = Math.max(0, clean - count);
        return first;
    }

    /** Forgets what lies at {@code fileOffset} and behind. */
    void cut(long fileOffset) {
        length = (int) Math.min(length, Math.max(0, fileOffset - offset));
        clean = Math.min(clean, length);
    }

    /** Gives the memory back, if nothing is here. */
    void shrink() {
        if (length == 0) {
            bytes = new byte[0];
        }
    }

    /** Copies what lies in [{@code at}, +{@code count}) over {@code target}. */
    void overlay(long at, int count, ByteBuffer target, int index) {
        long from = Math.max(at, offset);
        long to = Math.min(at + count, end());
        if (from < to) {
            target.put(index + (int) (from - at), bytes, (int) (from - offset), (int) (to - from));
        }
    }

    /** Whether all of [{@code at}, +{@code count}) is here. */
    boolean covers(long at, int count) {
        return length > 0 && at >= offset && at + count <= end();
    }

    /** Whether a part of [{@code at}, +{@code count}) is here. */
    boolean overlaps(long at, int count) {
        return length > 0 && at < end() && at + count > offset;
    }
}
