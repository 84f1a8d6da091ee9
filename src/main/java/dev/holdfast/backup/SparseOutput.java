package dev.holdfast.backup;

import dev.holdfast.os.Descriptor;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * Writes content forward into an empty file and leaves blocks of zeros out, so that they become
 * holes. A target that is not empty, as a block device, gets the zeros too. For one thread.
 */
final class SparseOutput implements ForwardReader.Pieces {
    /** What file systems allocate. */
    private static final int BLOCK_BYTES = 4096;

    private static final byte[] ZEROS = new byte[BLOCK_BYTES];

    private final Descriptor target;
    private final boolean leavesHoles;
    private long position;
    private boolean endsInHole;

    SparseOutput(Descriptor target, boolean leavesHoles) {
        this.target = target;
        this.leavesHoles = leavesHoles;
    }

    @Override
    public void next(byte[] bytes, int offset, int length) {
        int end = offset + length;
        int from = offset;
        while (from < end) {
            int to = from;
            int runEnd = from;
            // A run of data ends where a whole block of zeros begins.
            while (to < end) {
                int block = blockAt(to - offset, end - to);
                if (isHole(bytes, to, block)) {
                    break;
                }
                to += block;
                runEnd = to;
            }
            if (runEnd > from) {
                target.write(position + from - offset, ByteBuffer.wrap(bytes, from, runEnd - from));
                endsInHole = false;
            }
            while (to < end) {
                int block = blockAt(to - offset, end - to);
                if (!isHole(bytes, to, block)) {
                    break;
                }
                to += block;
                endsInHole = true;
            }
            from = to;
        }
        position += length;
    }

    /** Up to the next multiple of the block length in the file, or as far as there is something. */
    private int blockAt(int into, int left) {
        int toBoundary = BLOCK_BYTES - (int) ((position + into) % BLOCK_BYTES);
        return Math.min(toBoundary, left);
    }

    private boolean isHole(byte[] bytes, int offset, int length) {
        return leavesHoles
                && bytes[offset] == 0
                && Arrays.equals(bytes, offset, offset + length, ZEROS, 0, length);
    }

    /** Gives the file its length. */
    void finish() {
        if (endsInHole) {
            target.truncate(position);
        }
    }
}
