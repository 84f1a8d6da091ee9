package dev.holdfast.chunk;

import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.format.Digest;
import java.util.Arrays;
import java.util.SplittableRandom;

/** Chunks that are made from a number, the same ones in every process. */
final class SealedChunks {
    private static final byte[] SECRET = new byte[32];

    private final BlobCodec codec = BlobCodec.encrypting(new BackupKey(SECRET.clone(), 1));
    private final int contentBytes;

    SealedChunks(int contentBytes) {
        this.contentBytes = contentBytes;
    }

    /** What chunk {@code n} holds; does not compress. */
    byte[] content(int n) {
        byte[] content = new byte[contentBytes];
        new SplittableRandom(n).nextBytes(content);
        return content;
    }

    Digest digest(int n) {
        return codec.digest(content(n), 0, contentBytes);
    }

    /** Chunk {@code n} sealed, with spare bytes behind it. */
    EncodedBlob blob(int n) {
        byte[] blob = codec.encode(content(n), true);
        return new EncodedBlob(
                Arrays.copyOf(blob, blob.length + EncodedBlob.SPARE_BYTES), blob.length);
    }

    /** Opens and checks, as readers do. */
    byte[] open(Digest digest, EncodedBlob blob) {
        return codec.decodeChunk(blob.bytes(), blob.lengthBytes(), digest, contentBytes, true);
    }
}
