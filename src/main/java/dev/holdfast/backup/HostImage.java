package dev.holdfast.backup;

import dev.holdfast.NotFound;
import dev.holdfast.Refused;
import dev.holdfast.Unreachable;
import dev.holdfast.format.BlobKind;
import dev.holdfast.format.pxar.Stat;
import dev.holdfast.os.Descriptor;
import dev.holdfast.os.OpenInode;
import dev.holdfast.os.OsError;
import dev.holdfast.snapshot.SourceEntry;
import java.nio.ByteBuffer;
import java.util.Arrays;

/**
 * A file or block device of this machine as the content of an image, or a file as that of a blob.
 * Unlike in a tree, what cannot be read ends the backup: half an image is none. Holes are made up,
 * not read. For one thread.
 */
public final class HostImage implements SourceEntry.Content {
    /** A server takes no longer blob: 16 MiB with its header. */
    public static final int MAX_BLOB_BYTES = (16 << 20) - BlobKind.ENCRYPTED_HEADER_BYTES;

    private final byte[] path;
    private final Descriptor descriptor;
    private final dev.holdfast.os.Stat before;
    private final long sizeBytes;
    private final SparseInput input;

    private HostImage(
            byte[] path, Descriptor descriptor, dev.holdfast.os.Stat before, long sizeBytes) {
        this.path = path;
        this.descriptor = descriptor;
        this.before = before;
        this.sizeBytes = sizeBytes;
        this.input = new SparseInput(descriptor, before, sizeBytes);
    }

    /**
     * Opens a file or block device; links are followed.
     *
     * @param path raw bytes
     * @throws NotFound if it is not there or may not be read
     * @throws Refused if it is neither a file nor a block device, or is empty
     */
    public static HostImage open(byte[] path) {
        Descriptor descriptor = openInput(path);
        try {
            dev.holdfast.os.Stat stat = descriptor.stat();
            long sizeBytes =
                    switch (stat.type()) {
                        case Stat.REGULAR -> stat.sizeBytes();
                        case Stat.BLOCK_DEVICE -> new OpenInode(descriptor).blockDeviceBytes();
                        default ->
                                throw new Refused(
                                        OsError.printable(path)
                                                + " is neither a file nor a block device");
                    };
            if (sizeBytes == 0) {
                throw new Refused(OsError.printable(path) + " is empty: no image");
            }
            return new HostImage(path.clone(), descriptor, stat, sizeBytes);
        } catch (RuntimeException | Error e) {
            descriptor.close();
            throw e;
        }
    }

    /**
     * The content of a file that is to become a blob.
     *
     * @throws Refused if it is no file, or too long
     */
    public static byte[] blob(byte[] path) {
        try (Descriptor descriptor = openInput(path)) {
            dev.holdfast.os.Stat stat = descriptor.stat();
            if (stat.type() != Stat.REGULAR) {
                throw new Refused(OsError.printable(path) + " is no regular file");
            }
            if (stat.sizeBytes() > MAX_BLOB_BYTES) {
                throw new Refused(
                        OsError.printable(path)
                                + " has "
                                + stat.sizeBytes()
                                + " bytes; a blob has at most "
                                + MAX_BLOB_BYTES
                                + ". Back it up as NAME.img or in a NAME.pxar");
            }
            ByteBuffer content = ByteBuffer.allocate((int) stat.sizeBytes());
            descriptor.read(0, content);
            return Arrays.copyOf(content.array(), content.position());
        } catch (OsError e) {
            throw unreadable(path, e);
        }
    }

    private static Descriptor openInput(byte[] path) {
        try {
            return Descriptor.open(path, Descriptor.O_RDONLY | Descriptor.O_NONBLOCK, 0);
        } catch (OsError e) {
            throw new NotFound("cannot back up " + OsError.printable(path) + ": " + e.reason(), e);
        }
    }

    private static Unreachable unreadable(byte[] path, OsError e) {
        return new Unreachable("cannot read " + OsError.printable(path) + ": " + e.reason(), e);
    }

    /** Its length. */
    public long sizeBytes() {
        return sizeBytes;
    }

    /** Whether it was written to since it was opened: then the image is of no single moment. */
    public boolean hasChanged() {
        dev.holdfast.os.Stat now = descriptor.stat();
        return now.sizeBytes() != before.sizeBytes()
                || now.mtimeSeconds() != before.mtimeSeconds()
                || now.mtimeNanos() != before.mtimeNanos();
    }

    @Override
    public int read(byte[] buffer, int offset, int length) {
        if (input.position() == sizeBytes) {
            return -1;
        }
        int count;
        try {
            count = input.read(buffer, offset, length);
        } catch (OsError e) {
            throw new Unreachable(
                    "cannot read "
                            + OsError.printable(path)
                            + " at byte "
                            + input.position()
                            + ": "
                            + e.reason(),
                    e);
        }
        if (count == 0) {
            throw new Unreachable(
                    OsError.printable(path) + " became shorter while it was read; try again");
        }
        return count;
    }

    @Override
    public void close() {
        descriptor.close();
    }
}
