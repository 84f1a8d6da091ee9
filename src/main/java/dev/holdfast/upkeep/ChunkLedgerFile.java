package dev.holdfast.upkeep;

import dev.holdfast.Damaged;
import dev.holdfast.format.Bytes;
import dev.holdfast.format.Digest;
import dev.holdfast.format.LocalFormat;
import dev.holdfast.format.Sha256;
import java.io.BufferedInputStream;
import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.DigestInputStream;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Arrays;

/**
 * The file of a {@link ChunkLedger}, read and written as a stream.
 *
 * <pre>
 * offset  size  field
 *      0     8  "HFCHUNK2"
 *      8     4  L, at most 4096
 *     12     L  where the repository is, UTF-8
 *   12+L     8  when the entries were all chunks of the repository, Unix seconds; 0: never
 *   20+L  52·n  entries:
 *                0  32  digest
 *               32   8  when it was last found right by its digest, Unix seconds; 0: never
 *               40   8  … by its checksum alone, as its key was not at hand
 *               48   4  length of the content
 *    -32    32  SHA-256 of all before
 * </pre>
 */
final class ChunkLedgerFile {
    private static final String WORD = "HFCHUNK";
    private static final int VERSION = 2;
    private static final byte[] MAGIC = (WORD + VERSION).getBytes(StandardCharsets.US_ASCII);
    private static final int ENTRY_BYTES = Digest.BYTES + 2 * Long.BYTES + Integer.BYTES;
    private static final int MAX_LOCATION_BYTES = 4096;

    /** What comes before the entries. */
    record Header(String repository, long listedSeconds) {}

    /** Takes entries. */
    @FunctionalInterface
    interface Sink {
        void entry(Digest digest, long comparedSeconds, long summedSeconds, int contentBytes);
    }

    /** Gives entries. */
    @FunctionalInterface
    interface Source {
        void forEach(Sink sink);
    }

    private ChunkLedgerFile() {}

    /**
     * Reads a file; whether it is whole is known only at its end.
     *
     * @throws Damaged if it is none, or broken; some entries may have been given by then
     * @throws dev.holdfast.Refused if a newer version of this program has written it
     */
    static Header read(Path path, Sink sink) throws IOException {
        long length = Files.size(path);
        MessageDigest sha = Sha256.start();
        try (InputStream file = new BufferedInputStream(Files.newInputStream(path), 1 << 16);
                DigestInputStream in = new DigestInputStream(file, sha)) {
            byte[] start = exactly(in, MAGIC.length + Integer.BYTES);
            LocalFormat.check("ledger " + path, LocalFormat.ofMagic(start, WORD), VERSION);
            int locationBytes = Bytes.getInt(start, MAGIC.length);
            if (!Arrays.equals(start, 0, MAGIC.length, MAGIC, 0, MAGIC.length)
                    || locationBytes < 0
                    || locationBytes > MAX_LOCATION_BYTES) {
                throw new Damaged("it is no ledger of this version");
            }
            String repository = new String(exactly(in, locationBytes), StandardCharsets.UTF_8);
            long listed = Bytes.getLong(exactly(in, Long.BYTES), 0);
            long entries = length - start.length - locationBytes - Long.BYTES - Digest.BYTES;
            if (entries < 0 || entries % ENTRY_BYTES != 0) {
                throw new Damaged("it has " + length + " bytes");
            }
            for (long n = entries / ENTRY_BYTES; n > 0; n--) {
                byte[] entry = exactly(in, ENTRY_BYTES);
                int at = Digest.BYTES;
                sink.entry(
                        Digest.at(entry, 0),
                        time(entry, at),
                        time(entry, at + Long.BYTES),
                        Bytes.getInt(entry, at + 2 * Long.BYTES));
            }
            byte[] found = sha.digest();
            if (!Arrays.equals(found, exactly(in, Digest.BYTES))) {
                throw new Damaged("its checksum is wrong");
            }
            return new Header(repository, listed);
        }
    }

    private static long time(byte[] entry, int at) {
        long seconds = Bytes.getLong(entry, at);
        if (seconds < 0 || seconds > ChunkLedger.MAX_SECONDS) {
            throw new Damaged("it has an impossible time");
        }
        return seconds;
    }

    private static byte[] exactly(InputStream in, int count) throws IOException {
        byte[] bytes = in.readNBytes(count);
        if (bytes.length != count) {
            throw new Damaged("it was cut");
        }
        return bytes;
    }

    /** Writes a file. */
    static void write(Path path, Header header, Source entries) throws IOException {
        MessageDigest sha = Sha256.start();
        try (OutputStream file = new BufferedOutputStream(Files.newOutputStream(path), 1 << 16)) {
            DigestOutputStream out = new DigestOutputStream(file, sha);
            byte[] location = header.repository().getBytes(StandardCharsets.UTF_8);
            byte[] start = Arrays.copyOf(MAGIC, MAGIC.length + Integer.BYTES);
            Bytes.putInt(start, MAGIC.length, location.length);
            out.write(start);
            out.write(location);
            byte[] listed = new byte[Long.BYTES];
            Bytes.putLong(listed, 0, header.listedSeconds());
            out.write(listed);
            byte[] entry = new byte[ENTRY_BYTES];
            IOException[] failure = new IOException[1];
            entries.forEach(
                    (digest, comparedSeconds, summedSeconds, contentBytes) -> {
                        digest.put(entry, 0);
                        Bytes.putLong(entry, Digest.BYTES, comparedSeconds);
                        Bytes.putLong(entry, Digest.BYTES + Long.BYTES, summedSeconds);
                        Bytes.putInt(entry, Digest.BYTES + 2 * Long.BYTES, contentBytes);
                        try {
                            out.write(entry);
                        } catch (IOException e) {
                            failure[0] = e;
                        }
                    });
            if (failure[0] != null) {
                throw failure[0];
            }
            file.write(sha.digest());
        }
    }
}
