package dev.holdfast.stage;

import java.io.IOException;
import java.nio.ByteBuffer;

/**
 * Space that is kept for one purpose: when the disk is full, deleting files must still be possible,
 * and what deletes them is a new state of the tree, which needs room before it gives any. The file
 * holds zeros. Used under the sealing lock.
 */
final class Reserve implements AutoCloseable {
    private static final int STEP_BYTES = 1 << 20;

    private final Disk.DiskFile file;
    private final long bytes;

    /** The reserve may be missing at first: see {@link #isWhole}. */
    Reserve(Disk disk, long bytes) throws IOException {
        this.file = disk.open("reserve");
        this.bytes = bytes;
    }

    boolean isWhole() throws IOException {
        return file.size() >= bytes;
    }

    /** Takes the space. On failure none is held. */
    void take() throws IOException {
        if (isWhole()) {
            return;
        }
        try {
            for (long done = 0; done < bytes; done += STEP_BYTES) {
                int step = (int) Math.min(STEP_BYTES, bytes - done);
                file.write(ByteBuffer.allocate(step), done);
            }
            file.sync();
        } catch (IOException e) {
            release();
            throw e;
        }
    }

    /** Gives the space up. */
    void release() throws IOException {
        file.truncate(0);
        file.sync();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
