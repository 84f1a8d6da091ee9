package dev.holdfast.upkeep;

import dev.holdfast.Damaged;
import dev.holdfast.Unreachable;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What a chunk ledger says of its repository as a whole: within how many days every byte was
 * checked, or what is missing for that to be said.
 *
 * @param repository where it is
 * @param listed when the ledger had exactly the chunks of the repository; empty if never
 * @param chunks how many there are
 * @param contentBytes their content
 * @param uncheckedChunks how many of them were never found right, or found damaged since
 * @param uncheckedBytes their content
 * @param checksumOnlyBytes content of which only checksums were compared, as the key was not at
 *     hand
 * @param oldestCheck the check that is longest ago, of chunks that were checked
 */
public record LedgerSummary(
        String repository,
        Optional<Instant> listed,
        long chunks,
        long contentBytes,
        long uncheckedChunks,
        long uncheckedBytes,
        long checksumOnlyBytes,
        Optional<Instant> oldestCheck) {
    private static final Logger LOG = LoggerFactory.getLogger(LedgerSummary.class);

    /** Every byte was checked within so many days before {@code now}; empty if some never was. */
    public OptionalLong everyByteWithinDays(Instant now) {
        if (uncheckedChunks > 0 || oldestCheck.isEmpty()) {
            return OptionalLong.empty();
        }
        long seconds = Math.max(0, Duration.between(oldestCheck.get(), now).toSeconds());
        long day = Duration.ofDays(1).toSeconds();
        return OptionalLong.of(Math.max(1, (seconds + day - 1) / day));
    }

    /** The ledgers of this user, by repository; of directories that are gone, none. */
    public static List<LedgerSummary> all(Map<String, String> environment) {
        List<LedgerSummary> found = new ArrayList<>();
        Optional<Path> directory = ChunkLedger.directory(environment);
        if (directory.isEmpty()) {
            return found;
        }
        try (DirectoryStream<Path> files =
                Files.newDirectoryStream(directory.get(), "[0-9a-f]*[0-9a-f]")) {
            for (Path file : files) {
                if (file.getFileName().toString().contains(".")) {
                    continue; // being written
                }
                read(file).filter(LedgerSummary::isStillThere).ifPresent(found::add);
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            LOG.debug("nothing was ever verified from here: there is no {}", directory.get());
        } catch (IOException e) {
            throw new Unreachable("cannot list " + directory.get() + ": " + e.getMessage(), e);
        }
        found.sort(Comparator.comparing(LedgerSummary::repository));
        return found;
    }

    private boolean isStillThere() {
        return !repository.startsWith("/") || Files.isDirectory(Path.of(repository));
    }

    /** The summary of one ledger; empty if it cannot be used. */
    public static Optional<LedgerSummary> read(Path file) {
        Sums sums = new Sums();
        try {
            ChunkLedgerFile.Header header = ChunkLedgerFile.read(file, sums::add);
            return Optional.of(sums.of(header));
        } catch (IOException | Damaged e) {
            LOG.warn("{} cannot be used: {}", file, e.getMessage());
            return Optional.empty();
        }
    }

    private static final class Sums {
        private long chunks;
        private long contentBytes;
        private long uncheckedChunks;
        private long uncheckedBytes;
        private long checksumOnlyBytes;
        private long oldestSeconds = Long.MAX_VALUE;

        void add(
                dev.holdfast.format.Digest digest,
                long comparedSeconds,
                long summedSeconds,
                int length) {
            chunks++;
            contentBytes += length;
            if (comparedSeconds == 0 && summedSeconds == 0) {
                uncheckedChunks++;
                uncheckedBytes += length;
                return;
            }
            checksumOnlyBytes += comparedSeconds == 0 ? length : 0;
            oldestSeconds =
                    Math.min(oldestSeconds, comparedSeconds == 0 ? summedSeconds : comparedSeconds);
        }

        LedgerSummary of(ChunkLedgerFile.Header header) {
            return new LedgerSummary(
                    header.repository(),
                    instant(header.listedSeconds(), 0),
                    chunks,
                    contentBytes,
                    uncheckedChunks,
                    uncheckedBytes,
                    checksumOnlyBytes,
                    instant(oldestSeconds, Long.MAX_VALUE));
        }

        private static Optional<Instant> instant(long seconds, long none) {
            return seconds == none ? Optional.empty() : Optional.of(Instant.ofEpochSecond(seconds));
        }
    }
}
