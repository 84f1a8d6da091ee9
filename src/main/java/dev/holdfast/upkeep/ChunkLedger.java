package dev.holdfast.upkeep;

import dev.holdfast.Damaged;
import dev.holdfast.Unreachable;
import dev.holdfast.chunk.DigestTable;
import dev.holdfast.format.Bytes;
import dev.holdfast.format.Digest;
import dev.holdfast.format.Sha256;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Arrays;
import java.util.Map;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When each chunk of a repository was last found right. Kept on this machine, one file per
 * repository; losing it costs only that chunks count as never checked. Thread-safe.
 *
 * <pre>
 * offset  size  field
 *      0     8  "HFCHUNK1"
 *      8  40·n  entries: digest 32, time u64: Unix seconds · 2, + 1 if its digest was compared
 *     -32   32  SHA-256 of all before
 * </pre>
 *
 * <p>A chunk whose key was not at hand, of which only the CRC was compared, has an even time: it is
 * no proof for somebody who has the key.
 */
public final class ChunkLedger {
    private static final Logger LOG = LoggerFactory.getLogger(ChunkLedger.class);
    private static final byte[] MAGIC = "HFCHUNK1".getBytes(StandardCharsets.US_ASCII);
    private static final int ENTRY_BYTES = Digest.BYTES + Long.BYTES;
    private static final long MAX_FILE_BYTES = 1L << 30;

    private final Optional<Path> file;
    private final DigestTable times = new DigestTable();

    private ChunkLedger(Optional<Path> file) {
        this.file = file;
    }

    /** A ledger that is not kept. */
    public static ChunkLedger inMemory() {
        return new ChunkLedger(Optional.empty());
    }

    /** The ledger in that file, empty if there is none or it is broken. */
    public static ChunkLedger open(Path file) {
        ChunkLedger ledger = new ChunkLedger(Optional.of(file));
        try {
            ledger.load(file);
        } catch (NoSuchFileException e) {
            LOG.debug("no chunk was ever checked: there is no {}", file);
        } catch (IOException | Damaged e) {
            LOG.warn("{} cannot be used, all chunks count as unchecked: {}", file, e.getMessage());
            ledger.times.clear();
        }
        return ledger;
    }

    /** Where the ledger of a repository is: in {@code XDG_STATE_HOME/holdfast/chunks/}. */
    public static Optional<Path> fileFor(String location, Map<String, String> environment) {
        Optional<Path> state =
                Optional.ofNullable(environment.get("XDG_STATE_HOME"))
                        .filter(text -> text.startsWith("/"))
                        .map(Path::of)
                        .or(
                                () ->
                                        Optional.ofNullable(environment.get("HOME"))
                                                .filter(text -> text.startsWith("/"))
                                                .map(home -> Path.of(home, ".local", "state")));
        String name = Sha256.of(location.getBytes(StandardCharsets.UTF_8)).hex().substring(0, 16);
        return state.map(dir -> dir.resolve("holdfast").resolve("chunks").resolve(name));
    }

    private void load(Path path) throws IOException {
        long length = Files.size(path);
        if (length > MAX_FILE_BYTES
                || length < MAGIC.length + Digest.BYTES
                || (length - MAGIC.length - Digest.BYTES) % ENTRY_BYTES != 0) {
            throw new Damaged("it has " + length + " bytes");
        }
        byte[] bytes = Files.readAllBytes(path);
        int end = bytes.length - Digest.BYTES;
        if (!Arrays.equals(bytes, 0, MAGIC.length, MAGIC, 0, MAGIC.length)
                || !Sha256.of(bytes, 0, end).equals(Digest.at(bytes, end))) {
            throw new Damaged("its checksum is wrong");
        }
        for (int at = MAGIC.length; at < end; at += ENTRY_BYTES) {
            times.put(Digest.at(bytes, at), Bytes.getLong(bytes, at + Digest.BYTES));
        }
    }

    /** Writes the file, whole or not at all. */
    public void save() {
        if (file.isEmpty()) {
            return;
        }
        byte[] bytes = encode();
        Path target = file.get();
        Path temporary =
                target.resolveSibling(
                        target.getFileName() + ".tmp" + ProcessHandle.current().pid());
        try {
            Files.createDirectories(target.getParent());
            Files.write(temporary, bytes);
            Files.move(
                    temporary,
                    target,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new Unreachable("cannot write " + target + ": " + e.getMessage(), e);
        }
    }

    private synchronized byte[] encode() {
        byte[] bytes =
                new byte
                        [Math.addExact(
                                Math.multiplyExact(times.size(), ENTRY_BYTES),
                                MAGIC.length + Digest.BYTES)];
        System.arraycopy(MAGIC, 0, bytes, 0, MAGIC.length);
        int[] at = {MAGIC.length};
        times.forEach(
                (digest, time) -> {
                    digest.put(bytes, at[0]);
                    Bytes.putLong(bytes, at[0] + Digest.BYTES, time);
                    at[0] += ENTRY_BYTES;
                });
        Sha256.of(bytes, 0, at[0]).put(bytes, at[0]);
        return bytes;
    }

    /** Notes that a chunk was found right; {@code complete} if its digest was compared. */
    public synchronized void checked(Digest digest, Instant when, boolean complete) {
        times.put(digest, 2 * when.getEpochSecond() + (complete ? 1 : 0));
    }

    /** Notes that a chunk is damaged: it counts as never checked. */
    public synchronized void damaged(Digest digest) {
        times.put(digest, 0);
    }

    /** When any chunk was last found right. */
    synchronized Optional<Instant> newest() {
        long[] newest = {0};
        times.forEach((digest, time) -> newest[0] = Math.max(newest[0], time >> 1));
        return newest[0] == 0 ? Optional.empty() : Optional.of(Instant.ofEpochSecond(newest[0]));
    }

    /**
     * When a chunk was last found right, in Unix seconds; 0 if never.
     *
     * @param complete whether only comparisons of the digest count
     */
    public synchronized long checkedSeconds(Digest digest, boolean complete) {
        long time = times.get(digest);
        return time == DigestTable.ABSENT || (complete && (time & 1) == 0) ? 0 : time >> 1;
    }
}
