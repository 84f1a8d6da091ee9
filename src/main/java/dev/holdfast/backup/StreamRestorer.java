package dev.holdfast.backup;

import dev.holdfast.Refused;
import dev.holdfast.Unreachable;
import dev.holdfast.format.pxar.Stat;
import dev.holdfast.os.Descriptor;
import dev.holdfast.os.DirectoryHandle;
import dev.holdfast.os.OpenInode;
import dev.holdfast.os.OsError;
import dev.holdfast.snapshot.ChunkedSource;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.util.Arrays;
import java.util.function.LongConsumer;

/**
 * Brings a whole stream back: an image or a blob to a file, an image to a block device, anything to
 * an output stream. A new file is there whole or not at all; blocks of zeros become holes. Damage
 * ends it: half an image is none.
 */
public final class StreamRestorer {
    private final boolean overwrite;
    private final LongConsumer progress;

    /**
     * @param overwrite whether a file that is there is replaced, and a block device written
     * @param progress told how many bytes more are done
     */
    public StreamRestorer(boolean overwrite, LongConsumer progress) {
        this.overwrite = overwrite;
        this.progress = progress;
    }

    /** Writes a stream to an output, in order. */
    public void toOutput(ChunkedSource source, OutputStream out) {
        try (ForwardReader reader = new ForwardReader(source, source.size())) {
            reader.read(
                    0,
                    source.size(),
                    (bytes, offset, length) -> {
                        try {
                            out.write(bytes, offset, length);
                        } catch (IOException e) {
                            throw new UncheckedIOException(e);
                        }
                        progress.accept(length);
                    });
            out.flush();
        } catch (IOException e) {
            throw new Unreachable("cannot write: " + e.getMessage(), e);
        } catch (UncheckedIOException e) {
            throw new Unreachable("cannot write: " + e.getMessage(), e);
        }
    }

    /**
     * Writes a stream to a file or block device; links are followed to a block device, and replaced
     * otherwise.
     *
     * @throws Refused if there is something already, or the device is too small
     */
    public void toFile(ChunkedSource source, byte[] target) {
        try (ForwardReader reader = new ForwardReader(source, source.size())) {
            write(target, source.size(), pieces -> reader.read(0, source.size(), pieces));
        }
    }

    /** Writes a blob to a file. */
    public void toFile(byte[] content, byte[] target) {
        write(target, content.length, pieces -> pieces.next(content, 0, content.length));
    }

    private interface Content {
        void deliver(ForwardReader.Pieces pieces);
    }

    private void write(byte[] target, long sizeBytes, Content content) {
        try {
            if (isBlockDevice(target)) {
                writeDevice(target, sizeBytes, content);
            } else {
                writeFile(target, content);
            }
        } catch (OsError e) {
            if (e.errno() == OsError.EEXIST) {
                throw new Refused(
                        OsError.printable(target)
                                + " is there already; name another file, or say --overwrite",
                        e);
            }
            throw new Unreachable(
                    "cannot write " + OsError.printable(target) + ": " + e.reason(), e);
        }
    }

    private static boolean isBlockDevice(byte[] target) {
        try (Descriptor node = Descriptor.open(target, Descriptor.O_PATH, 0)) {
            return node.stat().type() == Stat.BLOCK_DEVICE;
        } catch (OsError e) {
            if (e.errno() == OsError.ENOENT) {
                return false;
            }
            throw e;
        }
    }

    private void writeDevice(byte[] target, long sizeBytes, Content content) {
        if (!overwrite) {
            throw new Refused(
                    OsError.printable(target)
                            + " is a block device: all of its content would be lost; say"
                            + " --overwrite if that is meant");
        }
        // O_EXCL without O_CREAT: not while it is mounted.
        try (Descriptor device =
                Descriptor.open(target, Descriptor.O_WRONLY | Descriptor.O_EXCL, 0)) {
            long room = new OpenInode(device).blockDeviceBytes();
            if (room < sizeBytes) {
                throw new Refused(
                        OsError.printable(target)
                                + " has "
                                + room
                                + " bytes, the image "
                                + sizeBytes);
            }
            deliver(content, new SparseOutput(device, false));
            device.sync(true);
        }
    }

    private void writeFile(byte[] target, Content content) {
        int slash = target.length - 1;
        while (slash >= 0 && target[slash] != '/') {
            slash--;
        }
        byte[] name = Arrays.copyOfRange(target, slash + 1, target.length);
        byte[] parent = slash < 0 ? new byte[] {'.'} : Arrays.copyOf(target, slash + 1);
        try (DirectoryHandle directory = DirectoryHandle.open(parent);
                NewFile file = NewFile.create(directory, name, overwrite)) {
            SparseOutput output = new SparseOutput(file.descriptor(), true);
            deliver(content, output);
            output.finish();
            file.keep();
        }
    }

    private void deliver(Content content, SparseOutput output) {
        content.deliver(
                (bytes, offset, length) -> {
                    output.next(bytes, offset, length);
                    progress.accept(length);
                });
    }
}
