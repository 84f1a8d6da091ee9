package dev.holdfast.format;

import java.util.Arrays;

/**
 * The index of a stream cut at content-defined boundaries, {@code *.didx} (datastore.md §3).
 *
 * <pre>
 * offset  size  field
 *      0     8  magic 1c914ea519bab3cd
 *      8    16  uuid
 *     24     8  ctime, i64 Unix seconds
 *     32    32  checksum of the entries
 *     64  4032  zero
 *   4096  40·n  entries: end u64 (exclusive), digest 32
 * </pre>
 *
 * <p>The checksum is SHA-256 over the raw entries, ends included. The header's copy is
 * informational: readers recompute it and compare with the manifest. An index without entries
 * cannot be opened by anyone and stops a server's garbage collection.
 */
public final class DynamicIndex implements ChunkIndex {
    /** First eight bytes. */
    public static final long MAGIC = 0x1c914ea519bab3cdL;

    /** Bytes per entry. */
    public static final int ENTRY_BYTES = 40;

    /** The largest chunk that anyone writes (datastore.md §1.5). */
    public static final int MAX_CHUNK_BYTES = 16 << 20;

    private final byte[] file;
    private final int chunks;
    private final Digest checksum;

    private DynamicIndex(byte[] file) {
        this.file = file;
        this.chunks = (file.length - HEADER_BYTES) / ENTRY_BYTES;
        this.checksum = Sha256.of(file, HEADER_BYTES, file.length - HEADER_BYTES);
    }

    /**
     * Reads a whole index file.
     *
     * @throws FormatException on a wrong magic or length, ends that do not increase, or a chunk
     *     above 16 MiB
     */
    public static DynamicIndex parse(byte[] file) {
        if (file.length < HEADER_BYTES || Bytes.bigEndianLong(file, 0) != MAGIC) {
            throw new FormatException("no dynamic index: wrong magic");
        }
        int entries = file.length - HEADER_BYTES;
        if (entries == 0 || entries % ENTRY_BYTES != 0) {
            throw new FormatException(
                    "dynamic index of "
                            + file.length
                            + " bytes: not a header and at least one whole entry");
        }
        DynamicIndex index = new DynamicIndex(file);
        long start = 0;
        for (int i = 0; i < index.chunks; i++) {
            long end = index.endOffset(i);
            if (end <= start || end - start > MAX_CHUNK_BYTES) {
                throw new FormatException(
                        "dynamic index entry " + i + ": chunk from " + start + " to " + end);
            }
            start = end;
        }
        return index;
    }

    @Override
    public int chunkCount() {
        return chunks;
    }

    @Override
    public long sizeBytes() {
        return endOffset(chunks - 1);
    }

    @Override
    public long endOffset(int i) {
        return Bytes.getLong(file, HEADER_BYTES + i * ENTRY_BYTES);
    }

    @Override
    public Digest digest(int i) {
        return Digest.at(file, HEADER_BYTES + i * ENTRY_BYTES + 8);
    }

    @Override
    public int chunkAt(long offset) {
        if (offset < 0 || offset >= sizeBytes()) {
            throw new IndexOutOfBoundsException("offset " + offset + " of " + sizeBytes());
        }
        int low = 0;
        int high = chunks - 1;
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (endOffset(middle) > offset) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }

    @Override
    public Digest checksum() {
        return checksum;
    }

    /** Collects the entries of a new index: 40 bytes each, nothing more. Not thread-safe. */
    public static final class Builder implements ChunkIndexBuilder {
        private byte[] file = new byte[HEADER_BYTES + 256 * ENTRY_BYTES];
        private int length = HEADER_BYTES;
        private long end;

        /** Appends a chunk of {@code chunkBytes} bytes of content. */
        @Override
        public void add(Digest digest, int chunkBytes) {
            if (chunkBytes <= 0 || chunkBytes > MAX_CHUNK_BYTES) {
                throw new IllegalArgumentException("chunk of " + chunkBytes + " bytes");
            }
            if (length + ENTRY_BYTES > file.length) {
                file = Arrays.copyOf(file, Math.addExact(file.length, file.length >> 1));
            }
            end += chunkBytes;
            Bytes.putLong(file, length, end);
            digest.put(file, length + 8);
            length += ENTRY_BYTES;
        }

        /** Content length so far. */
        @Override
        public long sizeBytes() {
            return end;
        }

        /** Number of chunks so far. */
        @Override
        public int chunkCount() {
            return (length - HEADER_BYTES) / ENTRY_BYTES;
        }

        /**
         * The whole file; {@code uuid} has 16 bytes. Fails without entries, since such an index is
         * poison to every reader.
         */
        @Override
        public byte[] encode(byte[] uuid, long ctimeSeconds) {
            if (length == HEADER_BYTES) {
                throw new IllegalStateException("an index needs at least one chunk");
            }
            byte[] encoded = Arrays.copyOf(file, length);
            Bytes.putBigEndianLong(encoded, 0, MAGIC);
            System.arraycopy(uuid, 0, encoded, 8, 16);
            Bytes.putLong(encoded, 24, ctimeSeconds);
            checksum().put(encoded, 32);
            return encoded;
        }

        /** SHA-256 of the entries so far. */
        @Override
        public Digest checksum() {
            return Sha256.of(file, HEADER_BYTES, length - HEADER_BYTES);
        }
    }
}
