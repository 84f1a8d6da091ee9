package dev.holdfast.upkeep;

import dev.holdfast.format.Bytes;
import dev.holdfast.format.ChunkIndex;
import dev.holdfast.format.Digest;
import dev.holdfast.format.FormatException;
import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.ItemHeader;
import dev.holdfast.format.pxar.ItemType;
import java.util.Arrays;
import java.util.function.LongFunction;

/**
 * Where the metadata of a split archive says that contents begin, to be compared with the payload
 * stream when its chunks are read anyway: 16 bytes per file. Files of which is proved already that
 * this content is in this place of this chunk are left out, so that chunks shared by many snapshots
 * need not be read for each. For one thread until complete, then for any number.
 *
 * <p>A chunk also holds contents that only other snapshots refer to. As contents follow each other,
 * each header leads to the next one, and a chunk mostly begins with one: so all that are in a chunk
 * are proved when it is read first.
 */
final class PayloadHeaders {
    private final ChunkIndex index;
    private final ProvenHeaders proven;
    private long[] offsets = new long[64];
    private long[] sizes = new long[64];
    private int count;
    private boolean sorted = true;

    PayloadHeaders(ChunkIndex index, ProvenHeaders proven) {
        this.index = index;
        this.proven = proven;
    }

    /**
     * Adds a regular file.
     *
     * @throws FormatException if its content would lie outside of the stream
     */
    void add(Body.Regular file) {
        if (file.contentOffset() > index.sizeBytes() - file.sizeBytes()) {
            throw FormatException.at(
                    file.payloadOffset(), "content lies beyond the end of the payload stream");
        }
        int chunk = index.chunkAt(file.payloadOffset());
        if (proven.contains(key(chunk, file.payloadOffset(), file.sizeBytes()))) {
            return;
        }
        if (count == offsets.length) {
            offsets = Arrays.copyOf(offsets, 2 * count);
            sizes = Arrays.copyOf(sizes, 2 * count);
        }
        sorted &= count == 0 || offsets[count - 1] <= file.payloadOffset();
        offsets[count] = file.payloadOffset();
        sizes[count++] = file.sizeBytes();
    }

    /** Says that all files were added. */
    void complete() {
        if (!sorted) {
            Integer[] order = new Integer[count];
            Arrays.setAll(order, i -> i);
            Arrays.sort(order, (i, k) -> Long.compare(offsets[i], offsets[k]));
            long[] sortedOffsets = new long[count];
            long[] sortedSizes = new long[count];
            for (int i = 0; i < count; i++) {
                sortedOffsets[i] = offsets[order[i]];
                sortedSizes[i] = sizes[order[i]];
            }
            offsets = sortedOffsets;
            sizes = sortedSizes;
            sorted = true;
        }
    }

    /** A header that goes on in the next chunk is a fact of both. */
    private long key(int chunk, long offset, long sizeBytes) {
        long within = offset - index.startOffset(chunk);
        long key = ProvenHeaders.key(index.digest(chunk), within, sizeBytes);
        return offset + ItemHeader.BYTES <= index.endOffset(chunk)
                ? key
                : ProvenHeaders.key(index.digest(chunk + 1), key, sizeBytes);
    }

    /** Whether any header that is not proved yet begins in a chunk. */
    boolean isIn(int chunk) {
        for (int i = firstIn(chunk); i < count && offsets[i] < index.endOffset(chunk); i++) {
            if (!proven.contains(key(chunk, offsets[i], sizes[i]))) {
                return true;
            }
        }
        return false;
    }

    private int firstIn(int chunk) {
        int found = Arrays.binarySearch(offsets, 0, count, index.startOffset(chunk));
        int first = found >= 0 ? found : -found - 1;
        while (first > 0 && offsets[first - 1] == index.startOffset(chunk)) {
            first--;
        }
        return first;
    }

    /**
     * Compares the headers that begin in a chunk.
     *
     * @param content of the chunk
     * @param straddling gives the 16 bytes of a header that goes on in the next chunk
     * @throws FormatException if there is no header of that size
     */
    void check(int chunk, byte[] content, LongFunction<byte[]> straddling) {
        follow(chunk, content, 0);
        for (int i = firstIn(chunk); i < count && offsets[i] < index.endOffset(chunk); i++) {
            if (proven.contains(key(chunk, offsets[i], sizes[i]))) {
                continue;
            }
            long within = offsets[i] - index.startOffset(chunk);
            boolean whole = within + ItemHeader.BYTES <= content.length;
            byte[] bytes = whole ? content : straddling.apply(offsets[i]);
            int at = whole ? (int) within : 0;
            if (Bytes.getLong(bytes, at) != ItemType.PAYLOAD
                    || Bytes.getLong(bytes, at + 8) != ItemHeader.BYTES + sizes[i]) {
                throw FormatException.at(
                        offsets[i], "no content of " + sizes[i] + " bytes in the payload stream");
            }
            proven.add(key(chunk, offsets[i], sizes[i]));
            if (whole) {
                follow(chunk, content, at);
            }
        }
    }

    /** Notes the header at this place of a chunk, if there is one, and all that it leads to. */
    private void follow(int chunk, byte[] content, int first) {
        Digest digest = index.digest(chunk);
        int at = first;
        while (at <= content.length - ItemHeader.BYTES
                && Bytes.getLong(content, at) == ItemType.PAYLOAD) {
            long size = Bytes.getLong(content, at + 8) - ItemHeader.BYTES;
            if (size < 0) {
                return;
            }
            proven.add(ProvenHeaders.key(digest, at, size));
            if (size > content.length - at - ItemHeader.BYTES) {
                return;
            }
            at += ItemHeader.BYTES + (int) size;
        }
    }
}
