package dev.holdfast.chunk;

/**
 * A blob as it is stored, in a buffer that may be longer: decoding wants 16 spare bytes behind it.
 *
 * @param bytes the blob, then anything
 * @param lengthBytes length of the blob
 */
public record EncodedBlob(byte[] bytes, int lengthBytes) {
    /** What {@link dev.holdfast.crypto.BlobCodec#decode} can make use of behind the blob. */
    public static final int SPARE_BYTES = 16;

    public EncodedBlob {
        if (lengthBytes < 0 || lengthBytes > bytes.length) {
            throw new IllegalArgumentException(
                    "blob of " + lengthBytes + " bytes in a buffer of " + bytes.length);
        }
    }
}
