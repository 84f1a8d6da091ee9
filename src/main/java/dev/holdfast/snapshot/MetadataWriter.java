package dev.holdfast.snapshot;

import static java.util.Objects.requireNonNull;

import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.DeviceNumber;
import dev.holdfast.format.pxar.EntryMetadata;
import dev.holdfast.format.pxar.EntryName;
import dev.holdfast.format.pxar.ItemBuffer;
import dev.holdfast.format.pxar.ItemHeader;
import dev.holdfast.format.pxar.ItemType;
import dev.holdfast.format.pxar.Stat;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Writes the metadata archive of a split archive (version 2), in one pass.
 *
 * <p>The children of a directory must come in unsigned byte order of their names, contents in the
 * order of their payload. Memory: 24 bytes per child of the directories that are open. For one
 * thread. A call that breaks the format throws {@link IllegalArgumentException} and writes nothing;
 * one out of turn {@link IllegalStateException}.
 */
public final class MetadataWriter {
    private static final int BUFFER_BYTES = 64 << 10;

    private final ByteSink sink;
    private final ItemBuffer out = new ItemBuffer(BUFFER_BYTES + (8 << 10));
    private final Deque<OpenDirectory> open = new ArrayDeque<>();

    /** Bytes handed to the sink. */
    private long drained;

    /** Where the last payload ended: references must not go back, nor overlap (§10). */
    private long payloadEnd = ItemHeader.BYTES;

    private boolean finished;

    private MetadataWriter(ByteSink sink) {
        this.sink = requireNonNull(sink);
    }

    /**
     * Starts an archive, with its root directory open.
     *
     * @param prelude what the archive says before its root, if anything
     */
    public static MetadataWriter begin(
            ByteSink sink, EntryMetadata root, Optional<byte[]> prelude) {
        checkType(root, Stat.DIRECTORY);
        MetadataWriter writer = new MetadataWriter(sink);
        writer.out.formatVersion();
        prelude.ifPresent(writer.out::prelude);
        // The tail row of a split archive's root points at the archive's start, not at its ENTRY.
        writer.open.push(new OpenDirectory(writer.position(), 0));
        writer.out.head(root);
        writer.drainIfFull();
        return writer;
    }

    /** How long the archive is so far. */
    public long position() {
        return drained + out.size();
    }

    /** How many directories are open, the root among them. */
    public int depth() {
        return open.size();
    }

    /** Opens a directory in the directory that is open. */
    public void enterDirectory(byte[] name, EntryMetadata metadata) {
        checkType(metadata, Stat.DIRECTORY);
        long offset = filename(name);
        open.push(new OpenDirectory(offset, position()));
        out.head(metadata);
        drainIfFull();
    }

    /** Closes the directory that was opened last; the root is closed by {@link #finish}. */
    public void leaveDirectory() {
        if (open.size() < 2) {
            throw new IllegalStateException("no directory to leave");
        }
        OpenDirectory directory = open.pop();
        directory.encodeTable(position(), out, this::drainIfFull);
        open.element().sizeOfLast(position() - directory.filenameOffset());
        drainIfFull();
    }

    /**
     * Adds a regular file.
     *
     * @param content where it is in the payload stream: at or behind the end of the one before
     * @param countsPayloadInRow whether the goodbye row counts the content: so does the official
     *     client for what it wrote to the payload stream, and not for what it reused (§9)
     * @return what hard links to this file need
     */
    public long file(
            byte[] name, EntryMetadata metadata, Body.Regular content, boolean countsPayloadInRow) {
        checkType(metadata, Stat.REGULAR);
        if (content.payloadOffset() < payloadEnd) {
            throw new IllegalArgumentException(
                    "content at "
                            + content.payloadOffset()
                            + " before the end of the last one, "
                            + payloadEnd);
        }
        long offset = filename(name);
        payloadEnd = content.contentOffset() + content.sizeBytes();
        out.head(metadata);
        out.payloadRef(content);
        endChild(offset, countsPayloadInRow ? content.sizeBytes() : 0);
        return offset;
    }

    /**
     * Adds a further name of a file.
     *
     * @param targetOffset what {@link #file} returned
     * @param targetPath path of the file from the root, without a leading slash
     */
    public void hardLink(byte[] name, long targetOffset, byte[] targetPath) {
        if (targetOffset <= 0 || targetOffset >= position()) {
            throw new IllegalArgumentException("hard link to what is not written yet");
        }
        checkTarget(targetPath);
        long offset = filename(name);
        out.hardLink(offset - targetOffset, targetPath);
        endChild(offset, 0);
    }

    public void symlink(byte[] name, EntryMetadata metadata, byte[] target) {
        checkType(metadata, Stat.SYMLINK);
        checkTarget(target);
        long offset = filename(name);
        out.head(metadata);
        out.symlink(target);
        endChild(offset, 0);
    }

    /** Adds a device; the mode says of which kind. */
    public void device(byte[] name, EntryMetadata metadata, DeviceNumber number) {
        if (metadata.stat().type() != Stat.BLOCK_DEVICE) {
            checkType(metadata, Stat.CHARACTER_DEVICE);
        }
        long offset = filename(name);
        out.head(metadata);
        out.device(number);
        endChild(offset, 0);
    }

    public void fifo(byte[] name, EntryMetadata metadata) {
        special(name, metadata, Stat.FIFO);
    }

    public void socket(byte[] name, EntryMetadata metadata) {
        special(name, metadata, Stat.SOCKET);
    }

    private void special(byte[] name, EntryMetadata metadata, int type) {
        checkType(metadata, type);
        long offset = filename(name);
        out.head(metadata);
        endChild(offset, 0);
    }

    /**
     * Closes the root and hands everything to the sink.
     *
     * @return length of the archive
     */
    public long finish() {
        if (open.size() != 1) {
            throw new IllegalStateException(open.size() + " directories are open");
        }
        open.pop().encodeTable(position(), out, this::drainIfFull);
        drain();
        finished = true;
        return drained;
    }

    private long filename(byte[] name) {
        if (finished) {
            throw new IllegalStateException("the archive is finished");
        }
        EntryName.problem(name, 0, name.length)
                .ifPresent(
                        problem -> {
                            throw new IllegalArgumentException(problem);
                        });
        long offset = position();
        open.element().add(name, offset);
        out.filename(name);
        return offset;
    }

    private void endChild(long offset, long uncounted) {
        open.element().sizeOfLast(position() - offset + uncounted);
        drainIfFull();
    }

    private static void checkType(EntryMetadata metadata, int type) {
        if (metadata.stat().type() != type) {
            throw new IllegalArgumentException(
                    "mode " + Integer.toOctalString(metadata.stat().mode()) + " for another type");
        }
    }

    private static void checkTarget(byte[] target) {
        if (target.length > ItemType.MAX_NAME_BYTES) {
            throw new IllegalArgumentException("target of " + target.length + " bytes");
        }
        for (byte b : target) {
            if (b == 0) {
                throw new IllegalArgumentException("target with a NUL");
            }
        }
    }

    private void drainIfFull() {
        if (out.size() >= BUFFER_BYTES) {
            drain();
        }
    }

    private void drain() {
        sink.write(out.bytes(), 0, out.size());
        drained += out.size();
        out.clear();
    }
}
