package dev.holdfast.format;

/**
 * The four kinds of data blob, told apart by the first eight bytes (datastore.md §1.1). Chunks and
 * {@code *.blob} files have this layout:
 *
 * <pre>
 * offset  size  plain kinds    encrypted kinds
 *      0     8  magic          magic
 *      8     4  CRC-32, LE     CRC-32, LE
 *     12    16  payload …      IV
 *     28    16                 GCM tag (before the ciphertext, not after it)
 *     44     …                 ciphertext
 * </pre>
 *
 * <p>The CRC (zlib polynomial) covers everything after the header: bytes from 12 (plain) or 44
 * (encrypted: not IV and tag) on.
 */
public enum BlobKind {
    PLAIN(0x42ab3807be8370a1L, false, false),
    COMPRESSED(0x31b958426fb6a37fL, true, false),
    ENCRYPTED(0x7b6785be222d4cf0L, false, true),
    COMPRESSED_ENCRYPTED(0xe6591bbf0bbfd80bL, true, true);

    /** Header of a plain blob. */
    public static final int PLAIN_HEADER_BYTES = 12;

    /** Header of an encrypted blob: magic, CRC, IV, tag. */
    public static final int ENCRYPTED_HEADER_BYTES = 44;

    /** Where the CRC stands. */
    public static final int CRC_OFFSET = 8;

    /** Where the IV of an encrypted blob stands; 16 bytes. */
    public static final int IV_OFFSET = 12;

    /** Where the GCM tag of an encrypted blob stands; 16 bytes. */
    public static final int TAG_OFFSET = 28;

    private final long magic;
    private final boolean compressed;
    private final boolean encrypted;

    BlobKind(long magic, boolean compressed, boolean encrypted) {
        this.magic = magic;
        this.compressed = compressed;
        this.encrypted = encrypted;
    }

    /** The kind with these properties. */
    public static BlobKind of(boolean compressed, boolean encrypted) {
        return compressed
                ? (encrypted ? COMPRESSED_ENCRYPTED : COMPRESSED)
                : (encrypted ? ENCRYPTED : PLAIN);
    }

    /**
     * The kind of the blob that {@code bytes} begin with.
     *
     * @throws FormatException if the magic is unknown or the blob is shorter than its header
     */
    public static BlobKind read(byte[] bytes, int lengthBytes) {
        if (lengthBytes < PLAIN_HEADER_BYTES) {
            throw new FormatException(
                    "blob of " + lengthBytes + " bytes is shorter than its header");
        }
        long magic = Bytes.bigEndianLong(bytes, 0);
        for (BlobKind kind : values()) {
            if (kind.magic == magic) {
                if (lengthBytes < kind.headerBytes()) {
                    throw new FormatException(
                            "encrypted blob of "
                                    + lengthBytes
                                    + " bytes is shorter than its header");
                }
                return kind;
            }
        }
        throw new FormatException("unknown blob magic " + Long.toHexString(magic));
    }

    /** The eight magic bytes, first byte in the most significant position. */
    public long magic() {
        return magic;
    }

    /** Whether the content is a zstd frame. */
    public boolean compressed() {
        return compressed;
    }

    /** Whether the content is encrypted. */
    public boolean encrypted() {
        return encrypted;
    }

    /** 12 or 44. */
    public int headerBytes() {
        return encrypted ? ENCRYPTED_HEADER_BYTES : PLAIN_HEADER_BYTES;
    }
}
