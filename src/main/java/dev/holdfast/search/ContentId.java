package dev.holdfast.search;

import dev.holdfast.format.Bytes;
import dev.holdfast.format.ChunkIndex;
import dev.holdfast.format.Digest;
import dev.holdfast.format.Sha256;
import dev.holdfast.format.pxar.Body;
import java.util.Optional;

/**
 * Where a content is: the digests of the chunks that cover it, where it begins in the first, its
 * length; 128 bits of SHA-256 over them. Digests depend on content and key alone, so two contents
 * with one id are the same. Two ids may still be of one content that was stored twice, in chunks
 * that were cut at different places.
 */
public record ContentId(long a, long b) {
    /** The one content of no bytes. */
    public static final ContentId EMPTY = new ContentId(0, 0);

    /** Length of what {@link #of} hashes before the digests. */
    private static final int HEAD_BYTES = 2 * Long.BYTES;

    /** The id of a file's content; none if it lies outside of the stream. */
    static Optional<ContentId> of(ChunkIndex index, Body.Regular file) {
        if (file.sizeBytes() == 0) {
            return Optional.of(EMPTY);
        }
        long start = file.contentOffset();
        if (start > index.sizeBytes() - file.sizeBytes()) {
            return Optional.empty();
        }
        int first = index.chunkAt(start);
        long end = start + file.sizeBytes();
        int last = index.endOffset(first) >= end ? first : index.chunkAt(end - 1);
        int chunks = last - first + 1;
        byte[] cover =
                new byte[Math.addExact(HEAD_BYTES, Math.multiplyExact(chunks, Digest.BYTES))];
        Bytes.putLong(cover, 0, file.sizeBytes());
        Bytes.putLong(cover, Long.BYTES, start - index.startOffset(first));
        for (int i = 0; i < chunks; i++) {
            index.digest(first + i).put(cover, HEAD_BYTES + i * Digest.BYTES);
        }
        return Optional.of(of(Sha256.of(cover)));
    }

    /** The id of something that a checksum stands for. */
    static ContentId of(Digest checksum) {
        return new ContentId(checksum.a(), checksum.b());
    }
}
