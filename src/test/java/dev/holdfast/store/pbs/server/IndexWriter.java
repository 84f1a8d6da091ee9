package dev.holdfast.store.pbs.server;

import dev.holdfast.format.Digest;
import dev.holdfast.format.DynamicIndex;
import dev.holdfast.format.FixedIndex;
import java.time.Instant;

/** An index being written, with the checks of its kind (protocol.md §8.6). */
final class IndexWriter {
    private static final int FIXED_BYTES = 4 << 20;

    final String name;
    final boolean dynamic;
    private final DynamicIndex.Builder dynamicIndex = new DynamicIndex.Builder();
    private final FixedIndex.Builder fixedIndex = new FixedIndex.Builder();
    private boolean closed;
    private int smallChunks;

    IndexWriter(String name, boolean dynamic) {
        this.name = name;
        this.dynamic = dynamic;
    }

    private String prefix(String action) {
        return (dynamic ? "dynamic" : "fixed") + " writer '" + name + "' " + action + " failed - ";
    }

    void checkUpload(long wid, long contentBytes) {
        if (closed) {
            throw Failure.bad(prefix("register chunk") + "already closed");
        }
        if (!dynamic && contentBytes > FIXED_BYTES) {
            throw Failure.bad(
                    "fixed writer '"
                            + name
                            + "' - got large chunk ("
                            + contentBytes
                            + " > 4194304");
        }
        if (!dynamic && contentBytes < FIXED_BYTES && ++smallChunks > 1) {
            throw Failure.bad(
                    "fixed writer '"
                            + wid
                            + "' - detected multiple end chunks (chunk size too small)");
        }
    }

    void append(Digest digest, int contentBytes, long offset) {
        long end = size();
        if (!dynamic && offset % FIXED_BYTES != 0) {
            throw Failure.bad("got unaligned chunk (pos = " + offset + ")");
        }
        if (!dynamic && end % FIXED_BYTES != 0) {
            throw Failure.bad("chunk with unexpected length (" + end + " != 4194304)");
        }
        if (offset != end) {
            throw Failure.bad(
                    prefix("append chunk")
                            + "got strange chunk offset ("
                            + end
                            + " != "
                            + offset
                            + ")");
        }
        if (dynamic) {
            dynamicIndex.add(digest, contentBytes);
        } else {
            fixedIndex.add(digest, contentBytes);
        }
    }

    private long size() {
        return dynamic ? dynamicIndex.sizeBytes() : fixedIndex.sizeBytes();
    }

    private int count() {
        return dynamic ? dynamicIndex.chunkCount() : fixedIndex.chunkCount();
    }

    /** The file, if the client counted the same. */
    byte[] close(long chunkCount, long sizeBytes, Digest checksum) {
        if (count() != chunkCount) {
            throw Failure.bad(
                    prefix("close")
                            + "unexpected chunk count ("
                            + count()
                            + " != "
                            + chunkCount
                            + ")");
        }
        if (size() != sizeBytes) {
            throw Failure.bad(
                    prefix("close") + "unexpected file size (" + size() + " != " + sizeBytes + ")");
        }
        closed = true;
        Digest mine = dynamic ? dynamicIndex.checksum() : fixedIndex.checksum();
        if (!mine.equals(checksum)) {
            throw Failure.bad(prefix("close") + "got unexpected checksum");
        }
        byte[] uuid = new byte[16];
        long now = Instant.now().getEpochSecond();
        return dynamic ? dynamicIndex.encode(uuid, now) : fixedIndex.encode(uuid, now);
    }
}
