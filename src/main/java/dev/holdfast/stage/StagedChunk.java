package dev.holdfast.stage;

import dev.holdfast.Damaged;
import dev.holdfast.format.BlobKind;
import dev.holdfast.format.Bytes;
import dev.holdfast.format.Digest;
import java.util.Arrays;
import java.util.zip.CRC32;

/**
 * An encrypted chunk in the spool, as the tree knows it. That includes the header of its blob, so
 * that a file which is not the one that was written is told without opening it.
 *
 * <pre>
 * offset  size  meaning
 *      0    32  digest
 *     32     4  content length
 *     36     4  blob length
 *     40    44  header of the blob: magic, CRC, IV, tag
 * </pre>
 *
 * <p>Integers are little-endian.
 */
record StagedChunk(int segment, Digest digest, int contentBytes, int blobBytes, byte[] header) {
    private static final int BYTES = Digest.BYTES + 8 + BlobKind.ENCRYPTED_HEADER_BYTES;
    private static final int MAX_BYTES = 17 << 20;

    StagedChunk {
        if (contentBytes <= Spool.FRAME_BYTES
                || contentBytes > MAX_BYTES
                || blobBytes < BlobKind.ENCRYPTED_HEADER_BYTES
                || blobBytes > MAX_BYTES
                || header.length != BlobKind.ENCRYPTED_HEADER_BYTES) {
            throw new Damaged("the tree of the staging area holds a malformed chunk");
        }
    }

    /** The chunk whose blob is given. */
    static StagedChunk of(
            int segment, Digest digest, int contentBytes, byte[] blob, int blobBytes) {
        byte[] header = Arrays.copyOf(blob, BlobKind.ENCRYPTED_HEADER_BYTES);
        return new StagedChunk(segment, digest, contentBytes, blobBytes, header);
    }

    /** Reads what {@link #bytes} made. */
    static StagedChunk parse(int segment, byte[] bytes) {
        if (bytes.length != BYTES) {
            throw new Damaged("the tree of the staging area holds a malformed chunk");
        }
        return new StagedChunk(
                segment,
                Digest.at(bytes, 0),
                Bytes.getInt(bytes, Digest.BYTES),
                Bytes.getInt(bytes, Digest.BYTES + 4),
                Arrays.copyOfRange(bytes, Digest.BYTES + 8, BYTES));
    }

    byte[] bytes() {
        byte[] bytes = new byte[BYTES];
        digest.put(bytes, 0);
        Bytes.putInt(bytes, Digest.BYTES, contentBytes);
        Bytes.putInt(bytes, Digest.BYTES + 4, blobBytes);
        System.arraycopy(header, 0, bytes, Digest.BYTES + 8, header.length);
        return bytes;
    }

    /**
     * Makes sure that {@code blob} is what was written.
     *
     * @throws Damaged if not
     */
    void check(byte[] blob) {
        CRC32 crc = new CRC32();
        crc.update(blob, header.length, blobBytes - header.length);
        if (!Arrays.equals(header, 0, header.length, blob, 0, header.length)
                || (int) crc.getValue() != Bytes.getInt(blob, BlobKind.CRC_OFFSET)) {
            throw new Damaged(
                    "spool segment " + Spool.name(segment) + " is damaged: it holds another chunk");
        }
    }
}
