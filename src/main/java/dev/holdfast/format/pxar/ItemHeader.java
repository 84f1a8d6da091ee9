package dev.holdfast.format.pxar;

import dev.holdfast.format.Bytes;
import dev.holdfast.format.FormatException;

/**
 * The 16 bytes that every item starts with (§2).
 *
 * <pre>
 * off size
 *   0    8  type
 *   8    8  size of the whole item, these 16 bytes included
 * </pre>
 *
 * @param type one of {@link ItemType}
 * @param contentBytes bytes that follow the header: never negative, never more than there are
 */
public record ItemHeader(long type, long contentBytes) {
    /** Size of a header. */
    public static final int BYTES = 16;

    public ItemHeader {
        if (contentBytes < 0) {
            throw new IllegalArgumentException("negative content size");
        }
    }

    /**
     * Decodes the header of an item of a metadata or unified archive.
     *
     * @param offset where in the stream it is, for messages
     * @param available how many bytes of the stream follow the header
     * @throws FormatException if the type is unknown, or the size is impossible, too large for the
     *     type, or more than available
     */
    public static ItemHeader decode(byte[] b, int off, long offset, long available) {
        long type = Bytes.getLong(b, off);
        long size = Bytes.getLong(b, off + 8);
        long max = ItemType.maxContentBytes(type);
        if (max < 0) {
            throw FormatException.at(offset, "unknown item type " + Long.toHexString(type));
        }
        long content = size - BYTES;
        if (Long.compareUnsigned(size, BYTES) < 0
                || Long.compareUnsigned(content, max) > 0
                || Long.compareUnsigned(content, available) > 0) {
            throw FormatException.at(offset, "impossible item size " + Long.toUnsignedString(size));
        }
        return new ItemHeader(type, content);
    }

    /** Size of the whole item. */
    public long itemBytes() {
        return BYTES + contentBytes;
    }
}
