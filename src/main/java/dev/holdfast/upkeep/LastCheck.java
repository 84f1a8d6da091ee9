package dev.holdfast.upkeep;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Instant;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * When a chunk of a repository was last found right on this machine, for those who ask often: the
 * {@link ChunkLedger} is read only when it has changed. Thread-safe.
 */
public final class LastCheck {
    private static final Logger LOG = LoggerFactory.getLogger(LastCheck.class);

    private final Path ledger;
    private Seen seen = new Seen("", Optional.empty());

    private record Seen(String version, Optional<Instant> time) {}

    /** By the ledger in that file, which need not be there. */
    public LastCheck(Path ledger) {
        this.ledger = ledger;
    }

    /** The time; empty if nothing was ever verified. */
    public synchronized Optional<Instant> time() {
        try {
            BasicFileAttributes now = Files.readAttributes(ledger, BasicFileAttributes.class);
            String version = now.size() + " " + now.lastModifiedTime() + " " + now.fileKey();
            if (!seen.version().equals(version)) {
                seen = new Seen(version, ChunkLedger.open(ledger, "").newest());
            }
            return seen.time();
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            LOG.debug("cannot look at {}", ledger, e);
            return Optional.empty();
        }
    }
}
