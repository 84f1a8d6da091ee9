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
 * stream when its chunks are read anyway: 16 bytes per file. Files of which an earlier snapshot
 * proved that this content is in this place of this chunk are left out, so that chunks shared by
 * many snapshots need not be read for each. For one thread until complete, then for any number.
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

    private long key(int chunk, long offset, long sizeBytes) {
        Digest digest = index.digest(chunk);
        return ProvenHeaders.key(digest, offset - index.startOffset(chunk), sizeBytes);
    }

    /** Whether any header begins in a chunk. */
    boolean isIn(int chunk) {
        int first = firstIn(chunk);
        return first < count && offsets[first] < index.endOffset(chunk);
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
        for (int i = firstIn(chunk); i < count && offsets[i] < index.endOffset(chunk); i++) {
            long within = offsets[i] - index.startOffset(chunk);
            boolean whole = within + ItemHeader.BYTES <= content.length;
            byte[] bytes = whole ? content : straddling.apply(offsets[i]);
            int at = whole ? (int) within : 0;
            if (Bytes.getLong(bytes, at) != ItemType.PAYLOAD
                    || Bytes.getLong(bytes, at + 8) != ItemHeader.BYTES + sizes[i]) {
                throw FormatException.at(
                        offsets[i], "no content of " + sizes[i] + " bytes in the payload stream");
            }
            if (whole) {
                proven.add(key(chunk, offsets[i], sizes[i]));
            }
        }
    }
}
