package dev.holdfast.format;

import java.util.Arrays;

/**
 * The index of an image cut into chunks of equal size, {@code *.fidx} (datastore.md §2).
 *
 * <pre>
 * offset  size  field
 *      0     8  magic 2f7f41ed91fd0fcd
 *      8    16  uuid
 *     24     8  ctime, i64 Unix seconds
 *     32    32  checksum of the entries
 *     64     8  content length u64
 *     72     8  chunk size u64, a power of two
 *     80  4016  zero
 *   4096  32·n  digests
 * </pre>
 *
 * <p>The checksum is SHA-256 over the digests only. The last chunk is short, not padded.
 */
public final class FixedIndex implements ChunkIndex {
    /** First eight bytes. */
    public static final long MAGIC = 0x2f7f41ed91fd0fcdL;

    /** The only chunk size that servers make. */
    public static final int CHUNK_BYTES = 4 << 20;

    private final byte[] file;
    private final long size;
    private final int chunkBytes;
    private final int chunks;
    private final Digest checksum;

    private FixedIndex(byte[] file, long size, int chunkBytes, int chunks) {
        this.file = file;
        this.size = size;
        this.chunkBytes = chunkBytes;
        this.chunks = chunks;
        this.checksum = Sha256.of(file, HEADER_BYTES, file.length - HEADER_BYTES);
    }

    /**
     * Reads a whole index file.
     *
     * @throws FormatException on a wrong magic, a length that does not fit the size, or a bad chunk
     *     size
     */
    public static FixedIndex parse(byte[] file) {
        if (file.length < HEADER_BYTES || Bytes.bigEndianLong(file, 0) != MAGIC) {
            throw new FormatException("no fixed index: wrong magic");
        }
        long size = Bytes.getLong(file, 64);
        long chunkBytes = Bytes.getLong(file, 72);
        if (Long.bitCount(chunkBytes) != 1
                || chunkBytes < 1
                || chunkBytes > DynamicIndex.MAX_CHUNK_BYTES) {
            throw new FormatException(
                    "fixed index: chunk size " + Long.toUnsignedString(chunkBytes));
        }
        int chunks = (file.length - HEADER_BYTES) / Digest.BYTES;
        if (size <= 0
                || (file.length - HEADER_BYTES) % Digest.BYTES != 0
                || chunks != (size - 1) / chunkBytes + 1) {
            throw new FormatException(
                    "fixed index of "
                            + file.length
                            + " bytes does not fit a content of "
                            + Long.toUnsignedString(size));
        }
        return new FixedIndex(file, size, (int) chunkBytes, chunks);
    }

    @Override
    public int chunkCount() {
        return chunks;
    }

    @Override
    public long sizeBytes() {
        return size;
    }

    @Override
    public long endOffset(int i) {
        return Math.min(size, (i + 1L) * chunkBytes);
    }

    @Override
    public Digest digest(int i) {
        return Digest.at(file, HEADER_BYTES + i * Digest.BYTES);
    }

    @Override
    public int chunkAt(long offset) {
        if (offset < 0 || offset >= size) {
            throw new IndexOutOfBoundsException("offset " + offset + " of " + size);
        }
        return (int) (offset / chunkBytes);
    }

    @Override
    public Digest checksum() {
        return checksum;
    }

    /** Collects the entries of a new index of 4 MiB chunks. Not thread-safe. */
    public static final class Builder implements ChunkIndexBuilder {
        private byte[] file = new byte[HEADER_BYTES + 256 * Digest.BYTES];
        private int length = HEADER_BYTES;
        private long size;

        /** Appends a chunk; only the last one may be shorter than 4 MiB. */
        @Override
        public void add(Digest digest, int chunkBytes) {
            if (chunkBytes <= 0 || chunkBytes > CHUNK_BYTES || size % CHUNK_BYTES != 0) {
                throw new IllegalArgumentException("chunk of " + chunkBytes + " bytes at " + size);
            }
            if (length + Digest.BYTES > file.length) {
                file = Arrays.copyOf(file, Math.addExact(file.length, file.length >> 1));
            }
            digest.put(file, length);
            length += Digest.BYTES;
            size += chunkBytes;
        }

        /** Content length so far. */
        @Override
        public long sizeBytes() {
            return size;
        }

        /** Number of chunks so far. */
        @Override
        public int chunkCount() {
            return (length - HEADER_BYTES) / Digest.BYTES;
        }

        /** The whole file; {@code uuid} has 16 bytes. */
        @Override
        public byte[] encode(byte[] uuid, long ctimeSeconds) {
            if (size == 0) {
                throw new IllegalStateException("an index needs at least one chunk");
            }
            byte[] encoded = Arrays.copyOf(file, length);
            Bytes.putBigEndianLong(encoded, 0, MAGIC);
            System.arraycopy(uuid, 0, encoded, 8, 16);
            Bytes.putLong(encoded, 24, ctimeSeconds);
            checksum().put(encoded, 32);
            Bytes.putLong(encoded, 64, size);
            Bytes.putLong(encoded, 72, CHUNK_BYTES);
            return encoded;
        }

        /** SHA-256 of the digests so far. */
        @Override
        public Digest checksum() {
            return Sha256.of(file, HEADER_BYTES, length - HEADER_BYTES);
        }
    }
}
