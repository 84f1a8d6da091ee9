package dev.holdfast.mount;

import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.format.ChunkIndex;
import dev.holdfast.format.Digest;
import dev.holdfast.format.Fingerprint;
import dev.holdfast.format.FixedIndex;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;

/**
 * How much of an image are holes. A chunk of zeros has one name per key, so the index alone tells:
 * {@code du} shows what the image really holds, and {@code cp --sparse} and {@code tar -S} see that
 * it is worth looking for zeros.
 */
final class HoleBlocks {
    private static final long BLOCKS_PER_CHUNK = FixedIndex.CHUNK_BYTES / 512;

    private final Map<Optional<Fingerprint>, Digest> zeros = new ConcurrentHashMap<>();

    /**
     * Blocks of 512 bytes that an image takes.
     *
     * @param key what its chunks are named with
     */
    long blocks512(ChunkIndex index, Optional<BackupKey> key) {
        Digest zero = zeros.computeIfAbsent(key.map(BackupKey::fingerprint), k -> zeros(key));
        long blocks = View.blocks512(index.sizeBytes());
        for (int i = 0; i < index.chunkCount(); i++) {
            if (index.chunkBytes(i) == FixedIndex.CHUNK_BYTES && index.digest(i).equals(zero)) {
                blocks -= BLOCKS_PER_CHUNK;
            }
        }
        return blocks;
    }

    private static Digest zeros(Optional<BackupKey> key) {
        byte[] content = new byte[FixedIndex.CHUNK_BYTES];
        return key.map(BlobCodec::encrypting)
                .orElseGet(BlobCodec::plain)
                .digest(content, 0, content.length);
    }
}
