package dev.holdfast.stage;

import dev.holdfast.chunk.BuzhashChunker;
import dev.holdfast.chunk.ChunkerParameters;
import dev.holdfast.format.pxar.ItemHeader;

/**
 * Finds where the content of a file, which is being written from one end to the other, will be cut
 * into chunks. A chunk of the payload stream begins with the header of the file, which tells its
 * size, so that the chunk at the beginning cannot be made in advance; it is only found. Cuts depend
 * on a window of 64 bytes and on lengths, never on that header, so they are those of the commit.
 *
 * <p>Guarded by the inode's lock.
 */
final class ChunkStream {
    /** What a chunk may grow to before it is cut. */
    static final int MAX_BYTES = ChunkerParameters.ARCHIVE.maxBytes();

    private final BuzhashChunker chunker = new BuzhashChunker(ChunkerParameters.ARCHIVE);
    private long scanned;
    private boolean inBody;

    /**
     * @param offset where the file is written
     */
    ChunkStream(long offset) {
        scanned = offset;
        if (offset == 0) {
            chunker.scan(new byte[ItemHeader.BYTES], 0, ItemHeader.BYTES);
        }
    }

    /** Whether a boundary has been found, so that what follows are whole chunks. */
    boolean inBody() {
        return inBody;
    }

    /**
     * Goes on over what is new in {@code buffer}.
     *
     * @return how many bytes of the buffer end with a chunk; 0 if none does
     */
    int scan(WriteBuffer buffer) {
        int from = (int) (scanned - buffer.offset());
        int found = chunker.scan(buffer.array(), from, buffer.length() - from);
        scanned = found == 0 ? buffer.end() : scanned + found;
        return found == 0 ? 0 : from + found;
    }

    void enterBody() {
        inBody = true;
    }
}
