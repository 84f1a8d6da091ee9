package dev.holdfast.search;

import com.github.luben.zstd.Zstd;
import com.github.luben.zstd.ZstdException;
import dev.holdfast.Damaged;
import dev.holdfast.crypto.AesGcm;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.format.Bytes;
import dev.holdfast.format.Fingerprint;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;

/**
 * The search index as a file: a header, and segments that are only ever appended.
 *
 * <pre>
 * offset  size  header
 *      0     8  "HFSEARCH"
 *      8     4  version, 2
 *     12     4  zero
 *     16    16  salt
 *     32    32  fingerprint of the backup key; zero if the key is of this process alone
 *
 *      0     4  segment: length n of the sealed content, at most 32 MiB
 *      4    16  IV, random
 *     20     n  AES-256-GCM: u32 length of the records, then the records compressed by zstd
 *   20+n    16  tag; the header and the segment's number (u64) are authenticated with it
 *
 * record        1 ‖ digest 32 ‖ length v ‖ page      or
 *               2 ‖ key 32 ‖ length v ‖ item      a root, behind all pages that it needs
 * </pre>
 *
 * <p>The key is {@link BackupKey#derived} for "search index 2\n" and the salt. Since a segment
 * knows its number and its file, none can be moved or left out; a file cut short at the end is an
 * index that knows less. Pages are called by SHA-256 of their bytes; it is stored, since computing
 * it anew was a sixth of the time of a search.
 */
final class SegmentFormat implements AutoCloseable {
    static final int HEADER_BYTES = 64;
    static final int MAX_SEALED_BYTES = 32 << 20;

    /** What a segment has besides its sealed content. */
    static final int FRAME_BYTES = Integer.BYTES + BackupKey.IV_BYTES + AesGcm.TAG_BYTES;

    static final byte PAGE = 1;
    static final byte ROOT = 2;

    private static final byte[] MAGIC = "HFSEARCH".getBytes(StandardCharsets.US_ASCII);
    private static final int VERSION = 2;
    private static final int SALT_OFFSET = 16;
    private static final int SALT_BYTES = 16;
    private static final int FINGERPRINT_OFFSET = 32;
    private static final String USE = "search index 2\n";
    private static final int MAX_RECORDS_BYTES = 64 << 20;
    private static final int ZSTD_LEVEL = 1;

    private final byte[] header;
    private final AesGcm cipher;
    private final SecureRandom random = new SecureRandom();

    private SegmentFormat(byte[] header, AesGcm cipher) {
        this.header = header;
        this.cipher = cipher;
    }

    /** For a new file; without a key under one that nobody will know. */
    static SegmentFormat create(Optional<BackupKey> key) {
        SecureRandom random = new SecureRandom();
        byte[] salt = new byte[SALT_BYTES];
        random.nextBytes(salt);
        byte[] header = header(salt, key.map(BackupKey::fingerprint));
        if (key.isPresent()) {
            return new SegmentFormat(header, key.get().derived(USE, salt));
        }
        byte[] secret = new byte[BackupKey.BYTES];
        random.nextBytes(secret);
        AesGcm cipher = new AesGcm(secret);
        Arrays.fill(secret, (byte) 0);
        return new SegmentFormat(header, cipher);
    }

    /**
     * For a file that is there.
     *
     * @throws Damaged if it is none of this version and key
     */
    static SegmentFormat of(byte[] header, BackupKey key) {
        byte[] salt = Arrays.copyOfRange(header, SALT_OFFSET, SALT_OFFSET + SALT_BYTES);
        if (!Arrays.equals(header, header(salt, Optional.of(key.fingerprint())))) {
            throw new Damaged("it is of another version or key");
        }
        return new SegmentFormat(header.clone(), key.derived(USE, salt));
    }

    private static byte[] header(byte[] salt, Optional<Fingerprint> key) {
        byte[] header = new byte[HEADER_BYTES];
        System.arraycopy(MAGIC, 0, header, 0, MAGIC.length);
        Bytes.putInt(header, MAGIC.length, VERSION);
        System.arraycopy(salt, 0, header, SALT_OFFSET, SALT_BYTES);
        key.ifPresent(k -> k.value().put(header, FINGERPRINT_OFFSET));
        return header;
    }

    byte[] header() {
        return header.clone();
    }

    /** The bytes of a segment. */
    byte[] seal(long number, byte[] records) {
        byte[] packed = Zstd.compress(records, ZSTD_LEVEL);
        byte[] content = new byte[Integer.BYTES + packed.length];
        Bytes.putInt(content, 0, records.length);
        System.arraycopy(packed, 0, content, Integer.BYTES, packed.length);
        if (content.length > MAX_SEALED_BYTES) {
            throw new Damaged("a directory is too large for the search index");
        }
        byte[] iv = new byte[BackupKey.IV_BYTES];
        random.nextBytes(iv);
        byte[] segment = new byte[FRAME_BYTES + content.length];
        Bytes.putInt(segment, 0, content.length);
        System.arraycopy(iv, 0, segment, Integer.BYTES, iv.length);
        int at = Integer.BYTES + iv.length;
        cipher.seal(iv, authenticated(number), content, 0, content.length, segment, at);
        return segment;
    }

    /**
     * The records of a segment.
     *
     * @throws Damaged if it was changed, is another one, or of another file
     */
    byte[] open(long number, byte[] segment) {
        int length = segment.length - FRAME_BYTES;
        byte[] iv = Arrays.copyOfRange(segment, Integer.BYTES, Integer.BYTES + BackupKey.IV_BYTES);
        byte[] content = new byte[length];
        int at = Integer.BYTES + iv.length;
        cipher.open(iv, authenticated(number), segment, at, length, content, 0);
        int records = length < Integer.BYTES ? -1 : Bytes.getInt(content, 0);
        if (records < 0 || records > MAX_RECORDS_BYTES) {
            throw new Damaged("it has a segment of impossible length");
        }
        try {
            byte[] unpacked = new byte[records];
            long n =
                    Zstd.decompressByteArray(
                            unpacked, 0, records, content, Integer.BYTES, length - Integer.BYTES);
            if (n != records) {
                throw new Damaged("it has a segment that cannot be unpacked");
            }
            return unpacked;
        } catch (ZstdException e) {
            throw new Damaged("it has a segment that cannot be unpacked", e);
        }
    }

    private byte[] authenticated(long number) {
        byte[] all = Arrays.copyOf(header, HEADER_BYTES + Long.BYTES);
        Bytes.putLong(all, HEADER_BYTES, number);
        return all;
    }

    @Override
    public void close() {
        cipher.close();
    }
}
