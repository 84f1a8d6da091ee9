package dev.holdfast.stage;

import java.io.IOException;
import java.nio.channels.ClosedChannelException;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;

/**
 * A file of the {@link Spool}: many frames, which stays open, or one chunk, which is open only
 * until it is synced: there may be a hundred thousand of them.
 */
final class Segment {
    final int number;

    /** Bytes that extents refer to. */
    final AtomicLong live = new AtomicLong();

    /** The same as the tree says. */
    final AtomicLong storedLive = new AtomicLong();

    /** What it is, if it is a chunk. */
    final Optional<StagedChunk> chunk;

    volatile Optional<Disk.DiskFile> file;

    /** Where the next frame goes; the length of the file. */
    long end;

    volatile boolean directorySynced;

    private Segment(
            int number, Optional<StagedChunk> chunk, Optional<Disk.DiskFile> file, long end) {
        this.number = number;
        this.chunk = chunk;
        this.file = file;
        this.end = end;
    }

    static Segment ofFrames(int number, Disk.DiskFile file) throws IOException {
        return new Segment(number, Optional.empty(), Optional.of(file), file.size());
    }

    static Segment ofChunk(int number, StagedChunk chunk) {
        return new Segment(number, Optional.of(chunk), Optional.empty(), chunk.blobBytes());
    }

    /** The file of a segment of frames. */
    Disk.DiskFile frames() throws ClosedChannelException {
        return file.orElseThrow(ClosedChannelException::new);
    }

    /** Bytes of content, if all of it were live. */
    long plainBytes() {
        return chunk.map(c -> (long) c.contentBytes()).orElse(end);
    }

    /** Makes what was written durable. */
    void sync() throws IOException {
        if (file.isPresent()) {
            file.get().sync();
            if (chunk.isPresent()) {
                close();
            }
        }
    }

    void close() throws IOException {
        if (file.isPresent()) {
            file.get().close();
            file = Optional.empty();
        }
    }
}
