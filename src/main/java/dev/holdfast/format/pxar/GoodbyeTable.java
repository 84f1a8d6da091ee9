package dev.holdfast.format.pxar;

import dev.holdfast.format.Bytes;
import dev.holdfast.format.FormatException;
import java.util.Arrays;

/**
 * The index of a directory: the GOODBYE item at its end (§9).
 *
 * <pre>
 * off size            child row                            tail row, the last one
 *   0    8  hash      SipHash of the name                  marker
 *   8    8  offset    G − offset of the child's FILENAME   G − offset of the directory's ENTRY
 *  16    8  size      from there to the child's end        size of the GOODBYE item
 * </pre>
 *
 * <p>G is the offset of the GOODBYE item. Rows are a binary search tree in heap order: slot i has
 * smaller hashes below 2i+1 and larger ones below 2i+2; equal ones may be below either. The size of
 * a regular file's row means nothing in a split archive: it may count the content, which is not
 * there.
 *
 * <p>Since a tree in heap order has its upper levels first, only the first {@value #KEPT_ROWS} rows
 * are kept: a table of a million rows costs the memory of a small one, and a search in it a few
 * reads more.
 */
public final class GoodbyeTable {
    /** Size of a row. */
    public static final int ROW_BYTES = 24;

    /** Rows that are kept in memory: 16 levels of the tree, 1.5 MB. */
    public static final int KEPT_ROWS = (1 << 16) - 1;

    private final long goodbyeOffset;
    private final int rowCount;
    private final long[] kept;
    private final RowReader beyond;

    /** Reads a row that is not kept. */
    @FunctionalInterface
    public interface RowReader {
        /** Returns an array that holds the 24 bytes of this slot's row at its start. */
        byte[] row(int slot);
    }

    /** Looks at a row whose hash is the wanted one. */
    @FunctionalInterface
    public interface Candidate {
        /**
         * @param filenameOffset absolute; always less than the GOODBYE item's
         * @param sizeBytes what the row says, unchecked
         * @return whether this is the child that was looked for
         */
        boolean accept(long filenameOffset, long sizeBytes);
    }

    /**
     * @param goodbyeOffset G
     * @param rowCount number of children
     * @param rows at least the rows that are kept
     * @param off where in {@code rows} they start
     * @param beyond reads the others
     */
    public GoodbyeTable(long goodbyeOffset, int rowCount, byte[] rows, int off, RowReader beyond) {
        this.goodbyeOffset = goodbyeOffset;
        this.rowCount = rowCount;
        this.beyond = beyond;
        this.kept = new long[3 * keptRows(rowCount)];
        for (int i = 0; i < kept.length; i++) {
            kept[i] = Bytes.getLong(rows, off + i * Long.BYTES);
        }
    }

    /** How many rows of a table of this size are kept. */
    public static int keptRows(int rowCount) {
        return Math.min(rowCount, KEPT_ROWS);
    }

    /**
     * The tail row.
     *
     * @param goodbyeOffset G
     * @param entryOffset offset of the directory's ENTRY; in a split archive the root's is 0
     * @param rowCount number of children
     */
    public record Tail(long goodbyeOffset, long entryOffset, int rowCount) {
        /**
         * Decodes the 24 bytes before {@code end}.
         *
         * @param end offset behind the GOODBYE item
         */
        public static Tail decode(byte[] b, int off, long end) {
            long size = Bytes.getLong(b, off + 16);
            if (Bytes.getLong(b, off) != ItemType.GOODBYE_TAIL_MARKER) {
                throw FormatException.at(end - ROW_BYTES, "no goodbye table ends here");
            }
            if (size < ItemHeader.BYTES + ROW_BYTES
                    || size > end
                    || (size - ItemHeader.BYTES) % ROW_BYTES != 0
                    || (size - ItemHeader.BYTES) / ROW_BYTES - 1 > Integer.MAX_VALUE - 8) {
                throw FormatException.at(
                        end - ROW_BYTES,
                        "goodbye table of " + Long.toUnsignedString(size) + " bytes");
            }
            long goodbye = end - size;
            long distance = Bytes.getLong(b, off + 8);
            if (Long.compareUnsigned(distance, goodbye) > 0) {
                throw FormatException.at(
                        end - ROW_BYTES, "goodbye table of a directory before the archive");
            }
            return new Tail(
                    goodbye, goodbye - distance, (int) ((size - ItemHeader.BYTES) / ROW_BYTES - 1));
        }
    }

    /** G. */
    public long goodbyeOffset() {
        return goodbyeOffset;
    }

    /** Number of children. */
    public int rowCount() {
        return rowCount;
    }

    /** What the table costs in memory. */
    public int memoryBytes() {
        return 64 + kept.length * Long.BYTES;
    }

    /**
     * Looks for a child (§9.3), trying every row that has its hash.
     *
     * @return whether a candidate was accepted
     * @throws FormatException if a row points before the archive
     */
    public boolean find(long hash, Candidate candidate) {
        return find(0, hash, candidate);
    }

    private boolean find(long start, long hash, Candidate candidate) {
        long slot = start;
        while (slot < rowCount) {
            long rowHash;
            long distance;
            long size;
            int i = (int) slot;
            if (i < KEPT_ROWS) {
                rowHash = kept[3 * i];
                distance = kept[3 * i + 1];
                size = kept[3 * i + 2];
            } else {
                byte[] row = beyond.row(i);
                rowHash = Bytes.getLong(row, 0);
                distance = Bytes.getLong(row, 8);
                size = Bytes.getLong(row, 16);
            }
            int order = Long.compareUnsigned(hash, rowHash);
            if (order == 0) {
                if (distance == 0 || Long.compareUnsigned(distance, goodbyeOffset) > 0) {
                    throw FormatException.at(goodbyeOffset, "goodbye row that points nowhere");
                }
                if (candidate.accept(goodbyeOffset - distance, size)
                        || find(2 * slot + 1, hash, candidate)) {
                    return true;
                }
            }
            slot = 2 * slot + (order < 0 ? 1 : 2);
        }
        return false;
    }

    /**
     * The order in which a writer emits rows (§9.2).
     *
     * @param hashes the rows' hashes, the first {@code n} elements
     * @return for every slot the index of its row
     */
    public static int[] slotOrder(long[] hashes, int n) {
        long[] sorted = new long[n];
        for (int i = 0; i < n; i++) {
            sorted[i] = hashes[i] ^ Long.MIN_VALUE; // signed order of these is unsigned order
        }
        Arrays.sort(sorted);
        int[] rowAtRank = new int[n];
        Arrays.fill(rowAtRank, -1);
        for (int i = 0; i < n; i++) {
            int rank = Arrays.binarySearch(sorted, hashes[i] ^ Long.MIN_VALUE);
            while (rank > 0 && sorted[rank - 1] == sorted[rank]) {
                rank--;
            }
            while (rowAtRank[rank] >= 0) { // rows with the same hash, in the order they came
                rank++;
            }
            rowAtRank[rank] = i;
        }
        int[] rowAtSlot = new int[n];
        fillInOrder(0, 0, rowAtRank, rowAtSlot);
        return rowAtSlot;
    }

    /** Hands out rows from rank on to the subtree at a slot; returns the rank that comes next. */
    private static int fillInOrder(long slot, int firstRank, int[] rowAtRank, int[] rowAtSlot) {
        if (slot >= rowAtSlot.length) {
            return firstRank;
        }
        int rank = fillInOrder(2 * slot + 1, firstRank, rowAtRank, rowAtSlot);
        rowAtSlot[(int) slot] = rowAtRank[rank];
        return fillInOrder(2 * slot + 2, rank + 1, rowAtRank, rowAtSlot);
    }
}
