package dev.holdfast.snapshot;

import dev.holdfast.Damaged;
import dev.holdfast.format.FormatException;
import dev.holdfast.format.pxar.ItemHeader;
import java.util.Arrays;

/**
 * Reads items one after the other from a place of an archive on.
 *
 * <p>It looks at the archive through a window. A jump makes the window small, reading on makes it
 * double up to 64 KiB: finding one entry costs one read of 4 KiB, listing a directory few reads.
 * Nothing at or behind {@code limit} is ever looked at. For one thread.
 */
final class ItemInput {
    private static final int FIRST_WINDOW_BYTES = 4 << 10;
    private static final int LARGEST_WINDOW_BYTES = 64 << 10;

    private final ByteSource source;
    private final long limit;
    private byte[] window = new byte[0];
    private long windowStart;
    private int windowLength;
    private int nextWindowBytes = FIRST_WINDOW_BYTES;
    private long position;

    ItemInput(ByteSource source, long position, long limit) {
        this.source = source;
        this.limit = Math.min(limit, source.size());
        seek(position);
    }

    /** Offset of the next byte. */
    long position() {
        return position;
    }

    /** Offset behind the last byte that may be read. */
    long limit() {
        return limit;
    }

    void seek(long newPosition) {
        if (newPosition < 0 || newPosition > limit) {
            throw FormatException.at(newPosition, "archive points beyond its end");
        }
        position = newPosition;
    }

    /** Reads the header of an item and moves behind it. */
    ItemHeader header() {
        if (limit - position < ItemHeader.BYTES) {
            throw FormatException.at(position, "archive ends where an item is due");
        }
        int off = fill(ItemHeader.BYTES);
        ItemHeader header =
                ItemHeader.decode(window, off, position, limit - position - ItemHeader.BYTES);
        position += ItemHeader.BYTES;
        return header;
    }

    /**
     * Reads the content of the item whose header was read last and moves behind it. It is in {@link
     * #buffer} until the next call.
     *
     * @return index of its first byte
     */
    int content(ItemHeader header) {
        if (header.contentBytes() > 2 * LARGEST_WINDOW_BYTES) {
            throw new IllegalArgumentException("an item to skip, not to read");
        }
        int off = fill((int) header.contentBytes());
        position += header.contentBytes();
        return off;
    }

    /** A copy of the content of the item whose header was read last. */
    byte[] contentCopy(ItemHeader header) {
        int off = content(header);
        return Arrays.copyOfRange(window, off, off + (int) header.contentBytes());
    }

    /** Moves behind the content of the item whose header was read last. */
    void skip(ItemHeader header) {
        seek(position + header.contentBytes());
    }

    byte[] buffer() {
        return window;
    }

    /** Makes the next bytes available; the caller has checked that there are so many. */
    private int fill(int bytes) {
        long into = position - windowStart;
        if (into >= 0 && into + bytes <= windowLength) {
            return (int) into;
        }
        boolean readsOn = windowLength > 0 && into >= 0 && into <= windowLength;
        nextWindowBytes =
                readsOn ? Math.min(2 * nextWindowBytes, LARGEST_WINDOW_BYTES) : FIRST_WINDOW_BYTES;
        int length = (int) Math.min(Math.max(bytes, nextWindowBytes), limit - position);
        if (window.length < length) {
            window = new byte[length];
        }
        windowLength = 0; // if the read fails, nothing of it is taken for content
        windowLength = read(bytes, length);
        windowStart = position;
        return 0;
    }

    /** Reads the window; what is wanted is not lost because damage comes soon after it. */
    private int read(int wanted, int length) {
        try {
            source.read(position, window, 0, length);
            return length;
        } catch (Damaged e) {
            int shorter = (int) Math.min(length, source.blockEnd(position) - position);
            if (length == wanted || shorter == length) {
                throw e;
            }
            shorter = Math.max(shorter, wanted);
            source.read(position, window, 0, shorter);
            return shorter;
        }
    }
}
