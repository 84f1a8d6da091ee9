package dev.holdfast.backup;

import dev.holdfast.format.pxar.Stat;
import dev.holdfast.os.Descriptor;
import java.nio.ByteBuffer;
import java.util.Arrays;

/** An open file read forward up to the length it had; its holes are made up, not read. */
final class SparseInput {
    /** Shorter files are read faster than they are asked for holes. */
    private static final long SPARSE_FROM_BYTES = 256 << 10;

    private final Descriptor descriptor;
    private final long sizeBytes;
    private final boolean sparse;
    private long position;

    /** Up to where, from the position on, there is data. */
    private long dataEnd;

    /**
     * @param stat the file as it was when it was met
     * @param sizeBytes its length, which {@code stat} does not know of a device
     */
    SparseInput(Descriptor descriptor, dev.holdfast.os.Stat stat, long sizeBytes) {
        this.descriptor = descriptor;
        this.sizeBytes = sizeBytes;
        this.sparse =
                stat.type() == Stat.REGULAR
                        && sizeBytes >= SPARSE_FROM_BYTES
                        && stat.blocks512() * 512 < sizeBytes;
    }

    long position() {
        return position;
    }

    /** Reads up to {@code length} bytes; 0 at the end, or where the file now ends earlier. */
    int read(byte[] buffer, int offset, int length) {
        int wanted = (int) Math.min(length, sizeBytes - position);
        if (sparse && wanted > 0 && position >= dataEnd) {
            long data = descriptor.nextData(position, sizeBytes);
            if (data > position) {
                int count = (int) Math.min(wanted, data - position);
                Arrays.fill(buffer, offset, offset + count, (byte) 0);
                position += count;
                return count;
            }
            dataEnd = descriptor.nextHole(position, sizeBytes);
        }
        if (sparse) {
            wanted = (int) Math.min(wanted, dataEnd - position);
        }
        int count = descriptor.read(position, ByteBuffer.wrap(buffer, offset, wanted));
        position += count;
        return count;
    }
}
