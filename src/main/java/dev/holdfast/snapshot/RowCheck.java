package dev.holdfast.snapshot;

import dev.holdfast.format.Bytes;
import dev.holdfast.format.FormatException;
import dev.holdfast.format.pxar.GoodbyeTable;
import dev.holdfast.format.pxar.ItemHeader;
import dev.holdfast.format.pxar.ItemType;
import dev.holdfast.format.pxar.SipHash24;
import java.util.Arrays;

/**
 * Compares the rows of goodbye tables with the children that a scan has met, so that one pass over
 * an archive proves what looking up every name would (§9): every child has the row of its name and
 * place, rows of directories know their ends, and the rows are a search tree.
 *
 * <p>Children are compared as a sum of 64-bit hashes, as rows come in another order; kept are only
 * the subdirectories of open directories, 16 bytes each. The sizes in the rows of anything else are
 * used by nobody, and official writers do not agree on them.
 */
final class RowCheck {
    /** Larger tables are not checked for their order: 8 bytes per row would be too much memory. */
    private static final int ORDERED_ROWS = 1 << 22;

    private static final long MULTIPLIER = 0x9e37_79b9_7f4a_7c15L;

    /** Per open directory: the sum of its children, its own name's hash, where its name is. */
    private long[] open = new long[3 * 64];

    private int depth;

    /** Offsets and sizes of subdirectories that ended; those of inner directories lie on top. */
    private long[] ended = new long[2 * 64];

    private int endedCount;

    /** Per open directory: where in {@link #ended} its own begin. */
    private int[] firstEnded = new int[64];

    private long[] hashes = new long[64];

    /** A child that is no directory. */
    void child(byte[] name, long filenameOffset) {
        open[3 * (depth - 1)] += mix(SipHash24.hash(name), filenameOffset);
    }

    /** A directory begins; the first one is the one that is scanned. */
    void enter(byte[] name, long filenameOffset) {
        if (firstEnded.length == depth) {
            firstEnded = Arrays.copyOf(firstEnded, 2 * depth);
            open = Arrays.copyOf(open, 2 * open.length);
        }
        firstEnded[depth] = endedCount;
        open[3 * depth] = 0;
        open[3 * depth + 1] = SipHash24.hash(name);
        open[3 * depth + 2] = filenameOffset;
        depth++;
    }

    /**
     * The directory entered last ends.
     *
     * @param in at its first row; moved to its tail row
     * @param goodbyeOffset where its table begins
     */
    void leave(ItemInput in, int rowCount, long goodbyeOffset) {
        depth--;
        boolean ordered = rowCount <= ORDERED_ROWS;
        if (ordered && hashes.length < rowCount) {
            hashes = new long[Math.max(rowCount, Math.min(ORDERED_ROWS, 2 * hashes.length))];
        }
        long sum = 0;
        for (int slot = 0; slot < rowCount; slot++) {
            int off = in.content(new ItemHeader(ItemType.GOODBYE, GoodbyeTable.ROW_BYTES));
            long hash = Bytes.getLong(in.buffer(), off);
            long offset = goodbyeOffset - Bytes.getLong(in.buffer(), off + 8);
            int subdirectory = find(offset);
            if (subdirectory >= 0
                    && ended[2 * subdirectory + 1] != Bytes.getLong(in.buffer(), off + 16)) {
                throw FormatException.at(
                        goodbyeOffset, "goodbye row that does not know where a directory ends");
            }
            sum += mix(hash, offset);
            if (ordered) {
                hashes[slot] = hash;
            }
        }
        if (sum != open[3 * depth]) {
            throw FormatException.at(goodbyeOffset, "goodbye table of other names or places");
        }
        if (ordered) {
            checkOrder(0, rowCount, Long.MIN_VALUE, goodbyeOffset);
        }
        endedCount = firstEnded[depth];
        if (depth > 0) {
            long filenameOffset = open[3 * depth + 2];
            long end = in.position() + GoodbyeTable.ROW_BYTES;
            open[3 * (depth - 1)] += mix(open[3 * depth + 1], filenameOffset);
            push(filenameOffset, end - filenameOffset);
        }
    }

    private void push(long offset, long size) {
        if (ended.length == 2 * endedCount) {
            ended = Arrays.copyOf(ended, 2 * ended.length);
        }
        ended[2 * endedCount] = offset;
        ended[2 * endedCount++ + 1] = size;
    }

    /** The subdirectory of the directory left last that begins there, or a negative number. */
    private int find(long offset) {
        int low = firstEnded[depth];
        int high = endedCount;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (ended[2 * middle] < offset) {
                low = middle + 1;
            } else {
                high = middle;
            }
        }
        return low < endedCount && ended[2 * low] == offset ? low : -1;
    }

    /** In order of slots, hashes never become smaller; returns the last one, for signed compare. */
    private long checkOrder(long slot, int rowCount, long before, long goodbyeOffset) {
        if (slot >= rowCount) {
            return before;
        }
        long least = checkOrder(2 * slot + 1, rowCount, before, goodbyeOffset);
        long own = hashes[(int) slot] ^ Long.MIN_VALUE; // signed order is unsigned order now
        if (own < least) {
            throw FormatException.at(goodbyeOffset, "goodbye table that is no search tree");
        }
        return checkOrder(2 * slot + 2, rowCount, own, goodbyeOffset);
    }

    private static long mix(long hash, long offset) {
        long mixed = (hash ^ (offset * MULTIPLIER)) * MULTIPLIER;
        mixed = (mixed ^ (mixed >>> 32)) * MULTIPLIER;
        return mixed ^ (mixed >>> 29);
    }
}
