package dev.holdfast.backup;

import dev.holdfast.os.Descriptor;
import dev.holdfast.os.OsError;
import dev.holdfast.os.Stat;
import dev.holdfast.snapshot.SourceEntry;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.function.Consumer;

/**
 * The content of an open file, read forward. Holes are not read but made up. At the end it says if
 * the file changed meanwhile, or could not be read: what is then stored is not what it should be.
 */
final class HostContent implements SourceEntry.Content {
    /** Shorter files are read faster than they are asked for holes. */
    private static final long SPARSE_FROM_BYTES = 256 << 10;

    private final Descriptor descriptor;
    private final Stat before;
    private final Consumer<String> problem;
    private final boolean sparse;
    private long position;

    /** Up to where, from the position on, there is data or a hole. */
    private long dataEnd;

    private long holeEnd;
    private boolean failed;

    /**
     * @param before the file as it was when it was met
     * @param problem told what went wrong
     */
    HostContent(Descriptor descriptor, Stat before, Consumer<String> problem) {
        this.descriptor = descriptor;
        this.before = before;
        this.problem = problem;
        this.sparse =
                before.sizeBytes() >= SPARSE_FROM_BYTES
                        && before.blocks512() * 512 < before.sizeBytes();
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
        if (failed) {
            return -1;
        }
        try {
            int count =
                    sparse
                            ? readSparse(buffer, offset, length)
                            : descriptor.read(position, ByteBuffer.wrap(buffer, offset, length));
            position += count;
            return count == 0 ? -1 : count;
        } catch (OsError e) {
            failed = true;
            problem.accept(
                    "cannot be read from byte "
                            + position
                            + " on: "
                            + e.reason()
                            + "; zeros are stored instead");
            return -1;
        }
    }

    private int readSparse(byte[] buffer, int offset, int length) {
        if (position >= dataEnd && position >= holeEnd) {
            holeEnd = descriptor.nextData(position, before.sizeBytes());
            dataEnd = holeEnd > position ? position : descriptor.nextHole(position, position);
        }
        if (position < holeEnd) {
            int count = (int) Math.min(length, holeEnd - position);
            Arrays.fill(buffer, offset, offset + count, (byte) 0);
            return count;
        }
        // If the file is cut meanwhile, there is neither: the read then finds its end.
        int count = (int) Math.min(length, Math.max(dataEnd - position, 1));
        return descriptor.read(position, ByteBuffer.wrap(buffer, offset, count));
    }

    @Override
    public void close() {
        try (descriptor) {
            Stat after = descriptor.stat();
            if (after.sizeBytes() != before.sizeBytes()
                    || after.mtimeSeconds() != before.mtimeSeconds()
                    || after.mtimeNanos() != before.mtimeNanos()) {
                problem.accept(
                        "it changed while it was read; what is stored may be of both states");
            }
        } catch (OsError e) {
            problem.accept("cannot be closed: " + e.reason());
        }
    }
}
