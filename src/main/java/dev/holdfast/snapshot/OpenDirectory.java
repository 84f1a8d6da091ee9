package dev.holdfast.snapshot;

import dev.holdfast.format.pxar.EntryName;
import dev.holdfast.format.pxar.GoodbyeTable;
import dev.holdfast.format.pxar.ItemBuffer;
import dev.holdfast.format.pxar.ItemHeader;
import dev.holdfast.format.pxar.SipHash24;
import java.util.Arrays;

/** The rows of a directory that is being written: 24 bytes per child. */
final class OpenDirectory {
    private final long filenameOffset;
    private final long tailTarget;
    private long[] hashes = new long[8];
    private long[] offsets = new long[8];
    private long[] sizes = new long[8];
    private int children;
    private byte[] lastName = new byte[0];

    /**
     * @param filenameOffset where the directory starts in its parent
     * @param tailTarget what the tail row points at: its ENTRY item, of a root the archive's start
     */
    OpenDirectory(long filenameOffset, long tailTarget) {
        this.filenameOffset = filenameOffset;
        this.tailTarget = tailTarget;
    }

    long filenameOffset() {
        return filenameOffset;
    }

    int children() {
        return children;
    }

    /** Adds a child, whose size is not known yet. */
    void add(byte[] name, long offset) {
        if (EntryName.compare(lastName, name) >= 0) {
            throw new IllegalArgumentException("names out of order");
        }
        lastName = name;
        if (children == hashes.length) {
            int capacity = children + (children >> 1);
            hashes = Arrays.copyOf(hashes, capacity);
            offsets = Arrays.copyOf(offsets, capacity);
            sizes = Arrays.copyOf(sizes, capacity);
        }
        hashes[children] = SipHash24.hash(name);
        offsets[children] = offset;
        children++;
    }

    /** Says what the row of the child added last has as size. */
    void sizeOfLast(long sizeBytes) {
        sizes[children - 1] = sizeBytes;
    }

    /** Encodes the rows, the tail row last, draining the buffer as it fills. */
    void encodeTable(long goodbyeOffset, ItemBuffer out, Runnable drainIfFull) {
        out.goodbye(children);
        for (int row : GoodbyeTable.slotOrder(hashes, children)) {
            out.goodbyeRow(hashes[row], goodbyeOffset - offsets[row], sizes[row]);
            drainIfFull.run();
        }
        out.goodbyeTail(
                goodbyeOffset - tailTarget,
                ItemHeader.BYTES + GoodbyeTable.ROW_BYTES * (children + 1L));
    }
}
