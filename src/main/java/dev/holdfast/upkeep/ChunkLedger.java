package dev.holdfast.upkeep;

import dev.holdfast.Damaged;
import dev.holdfast.Unreachable;
import dev.holdfast.chunk.DigestTable;
import dev.holdfast.format.Digest;
import dev.holdfast.format.Sha256;
import dev.holdfast.os.UserDirectories;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Which chunks a repository has, and when each was last found right. Kept on this machine, one file
 * per repository ({@link ChunkLedgerFile}); losing it costs only that chunks count as never
 * checked. Thread-safe.
 *
 * <p>A chunk whose key was not at hand, of which only the checksum was compared, is no proof for
 * somebody who has the key: there are two times for each chunk, and a weaker check does not replace
 * a stronger one.
 */
public final class ChunkLedger {
    private static final Logger LOG = LoggerFactory.getLogger(ChunkLedger.class);

    /** Lengths of contents are at most 16 MiB. */
    private static final int LENGTH_BITS = 25;

    private static final long LENGTH_MASK = (1L << LENGTH_BITS) - 1;

    static final long MAX_SECONDS = Long.MAX_VALUE >> LENGTH_BITS;

    private final Optional<Path> file;
    private final String repository;

    /** Every chunk: when its digest was compared, above its length. */
    private DigestTable compared = new DigestTable();

    /** Chunks of which the checksum alone was compared: when. */
    private DigestTable summed = new DigestTable();

    private long listedSeconds;

    private ChunkLedger(Optional<Path> file, String repository) {
        this.file = file;
        this.repository = repository;
    }

    /** A ledger that is not kept. */
    public static ChunkLedger inMemory() {
        return new ChunkLedger(Optional.empty(), "");
    }

    /**
     * The ledger in that file, empty if there is none or it is broken.
     *
     * @param repository where the repository is
     * @throws dev.holdfast.Refused if a newer version of this program has written it
     */
    public static ChunkLedger open(Path file, String repository) {
        ChunkLedger ledger = new ChunkLedger(Optional.of(file), repository);
        try {
            ledger.listedSeconds = ChunkLedgerFile.read(file, ledger::load).listedSeconds();
        } catch (NoSuchFileException e) {
            LOG.debug("no chunk was ever checked: there is no {}", file);
        } catch (IOException | Damaged e) {
            LOG.warn("{} cannot be used, all chunks count as unchecked: {}", file, e.getMessage());
            ledger.compared.clear();
            ledger.summed.clear();
        }
        return ledger;
    }

    private void load(Digest digest, long comparedAt, long summedAt, int contentBytes) {
        compared.put(digest, entry(comparedAt, contentBytes));
        if (summedAt > 0) {
            summed.put(digest, summedAt);
        }
    }

    private static long entry(long seconds, int contentBytes) {
        return seconds << LENGTH_BITS | (contentBytes & LENGTH_MASK);
    }

    /** Where ledgers are kept: in {@code XDG_STATE_HOME/holdfast/chunks/}. */
    public static Optional<Path> directory(Map<String, String> environment) {
        return UserDirectories.state(environment)
                .map(state -> state.resolve("holdfast").resolve("chunks"));
    }

    /** Where the ledger of a repository is. */
    public static Optional<Path> fileFor(String repository, Map<String, String> environment) {
        String name = Sha256.of(repository.getBytes(StandardCharsets.UTF_8)).hex();
        return directory(environment).map(dir -> dir.resolve(name.substring(0, 16)));
    }

    /** Writes the file, whole or not at all. */
    public synchronized void save() {
        if (file.isEmpty()) {
            return;
        }
        Path target = file.get();
        Path temporary =
                target.resolveSibling(
                        target.getFileName() + ".tmp" + ProcessHandle.current().pid());
        try {
            Files.createDirectories(target.getParent());
            ChunkLedgerFile.write(
                    temporary,
                    new ChunkLedgerFile.Header(repository, listedSeconds),
                    sink ->
                            compared.forEach(
                                    (digest, value) ->
                                            sink.entry(
                                                    digest,
                                                    value >> LENGTH_BITS,
                                                    Math.max(0, summed.get(digest)),
                                                    (int) (value & LENGTH_MASK))));
            Files.move(
                    temporary,
                    target,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw new Unreachable("cannot write " + target + ": " + e.getMessage(), e);
        }
    }

    /** Notes that there is such a chunk. */
    public synchronized void known(Digest digest, int contentBytes) {
        if (compared.get(digest) == DigestTable.ABSENT) {
            compared.put(digest, entry(0, contentBytes));
        }
    }

    /** Notes that a chunk was found right; {@code complete} if its digest was compared. */
    public synchronized void checked(
            Digest digest, int contentBytes, Instant when, boolean complete) {
        if (complete) {
            compared.put(digest, entry(when.getEpochSecond(), contentBytes));
        } else {
            known(digest, contentBytes);
            summed.put(digest, when.getEpochSecond());
        }
    }

    /** Notes that a chunk is damaged: it counts as never checked. */
    public synchronized void damaged(Digest digest, int contentBytes) {
        compared.put(digest, entry(0, contentBytes));
        if (summed.get(digest) != DigestTable.ABSENT) {
            summed.put(digest, 0);
        }
    }

    /** When any chunk was last found right. */
    synchronized Optional<Instant> newest() {
        long[] newest = {0};
        compared.forEach((digest, entry) -> newest[0] = Math.max(newest[0], entry >> LENGTH_BITS));
        summed.forEach((digest, time) -> newest[0] = Math.max(newest[0], time));
        return newest[0] == 0 ? Optional.empty() : Optional.of(Instant.ofEpochSecond(newest[0]));
    }

    /**
     * When a chunk was last found right, in Unix seconds; 0 if never.
     *
     * @param complete whether only comparisons of the digest count
     */
    public synchronized long checkedSeconds(Digest digest, boolean complete) {
        long entry = compared.get(digest);
        long seconds = entry == DigestTable.ABSENT ? 0 : entry >> LENGTH_BITS;
        return complete ? seconds : Math.max(seconds, summed.get(digest));
    }

    /**
     * Says that at that time the repository had these chunks and no others; what was removed from
     * it is forgotten here too.
     */
    public synchronized void retain(Predicate<Digest> isThere, Instant when) {
        compared = retained(compared, isThere);
        summed = retained(summed, isThere);
        listedSeconds = when.getEpochSecond();
    }

    private static DigestTable retained(DigestTable table, Predicate<Digest> isThere) {
        DigestTable kept = new DigestTable();
        table.forEach(
                (digest, value) -> {
                    if (isThere.test(digest)) {
                        kept.put(digest, value);
                    }
                });
        return kept;
    }
}
