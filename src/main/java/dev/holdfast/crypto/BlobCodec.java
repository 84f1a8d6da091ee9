package dev.holdfast.crypto;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdCompressCtx;
import com.github.luben.zstd.ZstdDecompressCtx;
import com.github.luben.zstd.ZstdException;
import dev.holdfast.BadKey;
import dev.holdfast.format.BlobKind;
import dev.holdfast.format.Bytes;
import dev.holdfast.format.Digest;
import dev.holdfast.format.FormatException;
import java.util.Arrays;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * Content to blob and back (datastore.md §1.3, §1.4): zstd level 1 where it helps, then AES-256-GCM
 * under the key if there is one, then the CRC. Also names chunks. Thread-safe; each thread has its
 * own contexts.
 *
 * <p>Encrypted blobs are decoded with the tag moved behind the ciphertext, so buffers handed to
 * {@link #decode} profit from 16 spare bytes at the end; without them the blob is copied.
 */
public final class BlobCodec {
    /** The largest content of a blob. */
    public static final int MAX_CONTENT_BYTES = 128 << 20;

    /** How much longer than its content a blob can be. */
    public static final int MAX_OVERHEAD_BYTES = BlobKind.ENCRYPTED_HEADER_BYTES + AesGcm.TAG_BYTES;

    private static final byte[] NO_AAD = {};
    private static final int LEVEL = 1;

    /**
     * Content of at least this length is sampled before it is compressed: on random data zstd costs
     * 1.1 ms per 4 MiB chunk where three samples cost 0.05 ms, and it is the larger half of the
     * work beside SHA-256.
     */
    private static final int SAMPLED_FROM_BYTES = 256 << 10;

    private static final int SAMPLE_BYTES = 16 << 10;

    private static final ThreadLocal<ZstdCompressCtx> COMPRESS =
            ThreadLocal.withInitial(
                    () ->
                            new ZstdCompressCtx()
                                    .setLevel(LEVEL)
                                    .setChecksum(false)
                                    .setContentSize(true));
    private static final ThreadLocal<ZstdDecompressCtx> DECOMPRESS =
            ThreadLocal.withInitial(ZstdDecompressCtx::new);
    private static final ThreadLocal<byte[]> SAMPLE =
            ThreadLocal.withInitial(() -> new byte[SAMPLE_BYTES]);

    private final Optional<BackupKey> key;

    private BlobCodec(Optional<BackupKey> key) {
        this.key = key;
    }

    /** A codec that writes plain blobs and reads only those. */
    public static BlobCodec plain() {
        return new BlobCodec(Optional.empty());
    }

    /** A codec that encrypts with {@code key}, and reads plain blobs too. */
    public static BlobCodec encrypting(BackupKey key) {
        return new BlobCodec(Optional.of(key));
    }

    /**
     * Loads in a thread of its own what coding needs, native libraries above all: 0.3 s of
     * processor time that a mount need not spend one after the other with what else it begins with.
     */
    public static void prepare() {
        Thread thread =
                new Thread(
                        () -> {
                            try (BackupKey key = BackupKey.random(0)) {
                                BlobCodec codec = encrypting(key);
                                byte[] content = new byte[SAMPLE_BYTES];
                                codec.digest(content, 0, content.length);
                                codec.decode(codec.encode(content, true));
                            }
                        },
                        "prepare-codec");
        thread.setDaemon(true);
        thread.start();
    }

    /** Whether {@link #encode} encrypts. */
    public boolean encrypts() {
        return key.isPresent();
    }

    /** The name of a chunk with that content under this codec. */
    public Digest digest(byte[] content, int offset, int lengthBytes) {
        return key.isPresent()
                ? key.get().digest(content, offset, lengthBytes)
                : ContentDigest.plain(content, offset, lengthBytes);
    }

    /** A blob of all of {@code content}. */
    public byte[] encode(byte[] content, boolean compress) {
        byte[] target = new byte[content.length + MAX_OVERHEAD_BYTES];
        return Arrays.copyOf(target, encode(content, 0, content.length, compress, target));
    }

    /**
     * Writes a blob to the beginning of {@code target}.
     *
     * @param target at least {@code lengthBytes + MAX_OVERHEAD_BYTES} long
     * @return length of the blob
     */
    public int encode(
            byte[] content, int offset, int lengthBytes, boolean compress, byte[] target) {
        if (lengthBytes > MAX_CONTENT_BYTES) {
            throw new IllegalArgumentException("blob content of " + lengthBytes + " bytes");
        }
        int header =
                key.isPresent() ? BlobKind.ENCRYPTED_HEADER_BYTES : BlobKind.PLAIN_HEADER_BYTES;
        int stored = compress ? compress(content, offset, lengthBytes, target, header) : -1;
        BlobKind kind = BlobKind.of(stored >= 0, key.isPresent());
        if (key.isPresent()) {
            byte[] iv = key.get().freshIv();
            System.arraycopy(iv, 0, target, BlobKind.IV_OFFSET, iv.length);
            if (stored >= 0) {
                key.get().cipher().seal(iv, NO_AAD, target, header, stored, target, header);
            } else {
                stored = lengthBytes;
                key.get().cipher().seal(iv, NO_AAD, content, offset, lengthBytes, target, header);
            }
            System.arraycopy(
                    target, header + stored, target, BlobKind.TAG_OFFSET, AesGcm.TAG_BYTES);
        } else if (stored < 0) {
            stored = lengthBytes;
            System.arraycopy(content, offset, target, header, lengthBytes);
        }
        Bytes.putBigEndianLong(target, 0, kind.magic());
        Bytes.putInt(target, BlobKind.CRC_OFFSET, crc(target, header, stored));
        return header + stored;
    }

    /**
     * Length of the compressed content written at {@code targetOffset}, or -1 if it does not become
     * shorter.
     */
    private static int compress(
            byte[] content, int offset, int lengthBytes, byte[] target, int targetOffset) {
        if (lengthBytes == 0 || looksIncompressible(content, offset, lengthBytes)) {
            return -1;
        }
        try {
            return COMPRESS.get()
                    .compressByteArray(
                            target, targetOffset, lengthBytes, content, offset, lengthBytes);
        } catch (ZstdException e) {
            return -1;
        }
    }

    private static boolean looksIncompressible(byte[] content, int offset, int lengthBytes) {
        if (lengthBytes < SAMPLED_FROM_BYTES) {
            return false;
        }
        byte[] sample = SAMPLE.get();
        for (int i = 0; i < 4; i++) {
            long at = offset + (long) (lengthBytes - SAMPLE_BYTES) * i / 3;
            try {
                int n =
                        COMPRESS.get()
                                .compressByteArray(
                                        sample, 0, SAMPLE_BYTES, content, (int) at, SAMPLE_BYTES);
                if (n < SAMPLE_BYTES - SAMPLE_BYTES / 64) {
                    return false;
                }
            } catch (ZstdException e) {
                // Did not fit: this sample is incompressible.
            }
        }
        return true;
    }

    /** Content at the beginning of an array. */
    private record Content(byte[] bytes, int lengthBytes) {}

    /**
     * What a blob holds, checked: CRC, tag. Digest and length are the business of whoever knows
     * them.
     */
    public byte[] decode(byte[] blob, int lengthBytes, int maxContentBytes) {
        Content content = decode(blob, lengthBytes, maxContentBytes, BufferPool.NONE);
        return content.bytes.length == content.lengthBytes
                ? content.bytes
                : Arrays.copyOf(content.bytes, content.lengthBytes);
    }

    private Content decode(byte[] blob, int lengthBytes, int maxContentBytes, BufferPool pool) {
        BlobKind kind = BlobKind.read(blob, lengthBytes);
        int header = kind.headerBytes();
        int stored = lengthBytes - header;
        if (Bytes.getInt(blob, BlobKind.CRC_OFFSET) != crc(blob, header, stored)) {
            throw new FormatException("blob has a wrong CRC");
        }
        if (!kind.compressed() && stored > maxContentBytes) {
            throw new FormatException(
                    "blob holds " + stored + " bytes, more than " + maxContentBytes);
        }
        if (!kind.encrypted()) {
            if (kind.compressed()) {
                return decompress(blob, header, stored, maxContentBytes, pool);
            }
            byte[] copy = pool.take(stored);
            System.arraycopy(blob, header, copy, 0, stored);
            return new Content(copy, stored);
        }
        if (key.isEmpty()) {
            throw new BadKey("blob is encrypted and no key is given");
        }
        byte[] buffer =
                blob.length >= lengthBytes + AesGcm.TAG_BYTES
                        ? blob
                        : Arrays.copyOf(blob, lengthBytes + AesGcm.TAG_BYTES);
        byte[] iv =
                Arrays.copyOfRange(
                        buffer, BlobKind.IV_OFFSET, BlobKind.IV_OFFSET + BackupKey.IV_BYTES);
        System.arraycopy(buffer, BlobKind.TAG_OFFSET, buffer, lengthBytes, AesGcm.TAG_BYTES);
        byte[] opened = pool.take(stored);
        key.get().cipher().open(iv, NO_AAD, buffer, header, stored, opened, 0);
        if (!kind.compressed()) {
            return new Content(opened, stored);
        }
        Content content = decompress(opened, 0, stored, maxContentBytes, pool);
        pool.give(opened);
        return content;
    }

    /** The content of a blob of unknown length. */
    public byte[] decode(byte[] blob) {
        return decode(blob, blob.length, MAX_CONTENT_BYTES);
    }

    /**
     * The content of a chunk, checked against everything that is known of it.
     *
     * @param digest its name
     * @param contentBytes its length according to the index
     * @param encrypted whether the archive is encrypted: a chunk of the other sort is refused
     *     before it is opened
     */
    public byte[] decodeChunk(
            byte[] blob, int lengthBytes, Digest digest, int contentBytes, boolean encrypted) {
        return decodeChunk(blob, lengthBytes, digest, contentBytes, encrypted, BufferPool.NONE);
    }

    /**
     * The same at the beginning of an array that may be longer.
     *
     * @param pool gives that array, and others that it gets back
     */
    public byte[] decodeChunk(
            byte[] blob,
            int lengthBytes,
            Digest digest,
            int contentBytes,
            boolean encrypted,
            BufferPool pool) {
        if (BlobKind.read(blob, lengthBytes).encrypted() != encrypted) {
            throw new FormatException(
                    "chunk "
                            + digest
                            + (encrypted
                                    ? " is not encrypted, its archive is"
                                    : " is encrypted, its archive is not"));
        }
        Content decoded = decode(blob, lengthBytes, contentBytes, pool);
        if (decoded.lengthBytes != contentBytes) {
            throw new FormatException(
                    "chunk "
                            + digest
                            + " holds "
                            + decoded.lengthBytes
                            + " bytes, not "
                            + contentBytes);
        }
        byte[] content = decoded.bytes;
        // Plain archives under an encrypting codec: their chunks are named without the key.
        Digest found =
                encrypted
                        ? digest(content, 0, contentBytes)
                        : ContentDigest.plain(content, 0, contentBytes);
        if (!found.equals(digest)) {
            throw new FormatException("chunk " + digest + " has content of digest " + found);
        }
        return content;
    }

    private static Content decompress(
            byte[] source, int offset, int lengthBytes, int maxContentBytes, BufferPool pool) {
        if (lengthBytes == 0) {
            throw new FormatException("zstd frame is broken: it is empty");
        }
        try {
            int bound = contentBound(lengthBytes, maxContentBytes);
            long size = Zstd.getFrameContentSize(source, offset, lengthBytes);
            // Unknown or too large: decode within the bound, whatever the frame says.
            boolean known = size >= 0 && size <= bound;
            int room = known ? (int) size : bound;
            byte[] content = pool.take(room);
            int n =
                    DECOMPRESS
                            .get()
                            .decompressByteArray(content, 0, room, source, offset, lengthBytes);
            if (known && n != size) {
                throw new FormatException("zstd frame holds " + n + " bytes, says " + size);
            }
            return new Content(content, n);
        } catch (ZstdException e) {
            throw new FormatException("zstd frame is broken: " + e.getMessage(), e);
        }
    }

    /**
     * The most that a frame of this length can hold. What a few bytes say of their size must not
     * decide how much memory is taken: a block holds at most 128 KiB and takes at least 4 bytes.
     */
    private static int contentBound(int lengthBytes, int maxContentBytes) {
        return (int) Math.min(maxContentBytes, (long) lengthBytes * 32768 + (128 << 10));
    }

    private static int crc(byte[] bytes, int offset, int lengthBytes) {
        CRC32 crc = new CRC32();
        crc.update(bytes, offset, lengthBytes);
        return (int) crc.getValue();
    }
}
