package dev.holdfast.stage;

import java.nio.ByteBuffer;

/** Reads runs of files wherever they lie. Thread-safe. */
final class Content {
    private static final byte[] ZEROS = new byte[64 << 10];

    private final Spool spool;
    private final Bases bases;

    Content(Spool spool, Bases bases) {
        this.spool = spool;
        this.bases = bases;
    }

    /** Puts the run, whole, at {@code index} of {@code target}. */
    void copy(Extent extent, ByteBuffer target, int index) {
        int bytes = Math.toIntExact(extent.lengthBytes());
        if (!extent.isBase()) {
            target.put(index, spool.read(extent), extent.frameOffset(), bytes);
        } else if (target.hasArray()) {
            read(extent, target.array(), target.arrayOffset() + index, bytes);
        } else {
            byte[] copy = new byte[bytes];
            read(extent, copy, 0, bytes);
            target.put(index, copy, 0, bytes);
        }
    }

    private void read(Extent extent, byte[] target, int offset, int bytes) {
        bases.use(extent.stamp(), base -> base.read(extent.position(), target, offset, bytes));
    }

    /** Zeros from {@code index} on. */
    static void zero(ByteBuffer target, int index, int bytes) {
        for (int done = 0; done < bytes; done += ZEROS.length) {
            target.put(index + done, ZEROS, 0, Math.min(ZEROS.length, bytes - done));
        }
    }
}
