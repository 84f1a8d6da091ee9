package dev.holdfast.upkeep;

import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.format.BlobKind;
import dev.holdfast.format.Bytes;
import dev.holdfast.format.Digest;
import dev.holdfast.format.FormatException;
import java.util.zip.CRC32;

/** What can be said of a stored blob without a key (datastore.md §11). */
final class StoredBlob {
    private StoredBlob() {}

    /**
     * Checks header and CRC.
     *
     * @throws FormatException if they are wrong
     */
    static BlobKind check(byte[] blob, int lengthBytes) {
        BlobKind kind = BlobKind.read(blob, lengthBytes);
        CRC32 crc = new CRC32();
        crc.update(blob, kind.headerBytes(), lengthBytes - kind.headerBytes());
        if ((int) crc.getValue() != Bytes.getInt(blob, BlobKind.CRC_OFFSET)) {
            throw new FormatException("blob has a wrong CRC");
        }
        return kind;
    }

    /**
     * Checks a chunk: a plain one wholly, of an encrypted one the CRC and, if it is not compressed,
     * the length.
     *
     * @throws WrongKind if it is not encrypted although its archive is, or the other way round
     * @throws FormatException if anything else is wrong
     */
    static void checkChunk(
            byte[] blob, int lengthBytes, Digest digest, int contentBytes, boolean encrypted) {
        BlobKind kind = check(blob, lengthBytes);
        if (kind.encrypted() != encrypted) {
            throw new WrongKind(digest, encrypted);
        }
        if (!encrypted) {
            BlobCodec.plain().decodeChunk(blob, lengthBytes, digest, contentBytes, false);
        } else if (!kind.compressed() && lengthBytes - kind.headerBytes() != contentBytes) {
            throw new FormatException(
                    "chunk "
                            + digest
                            + " holds "
                            + (lengthBytes - kind.headerBytes())
                            + " bytes, not "
                            + contentBytes);
        }
    }

    /** The chunk itself may be right, but it is not one that this archive may have. */
    static final class WrongKind extends dev.holdfast.Damaged {
        private static final long serialVersionUID = 1L;

        WrongKind(Digest digest, boolean encrypted) {
            super(
                    "chunk "
                            + digest
                            + (encrypted
                                    ? " is not encrypted, its archive is"
                                    : " is encrypted, its archive is not"));
        }
    }
}
