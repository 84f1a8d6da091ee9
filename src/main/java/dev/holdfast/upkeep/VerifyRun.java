package dev.holdfast.upkeep;

import dev.holdfast.HoldfastException;
import dev.holdfast.Refused;
import dev.holdfast.format.Digest;
import dev.holdfast.os.OsError;
import dev.holdfast.store.Maintenance;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What all parts of one verification share. */
final class VerifyRun implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(VerifyRun.class);
    private static final long SAVE_EVERY_NANOS = 30_000_000_000L;

    private final VerifyOptions options;
    private final VerifyProgress progress;
    private final ChunkLedger ledger;
    private final ChunkSelection selection;
    private final CheckedChunks chunks;
    private final RateLimit limit;
    private final Optional<Maintenance> maintenance;
    private final ProvenHeaders provenHeaders = new ProvenHeaders();
    private final Set<Digest> decodedArchives = new HashSet<>();
    private final ExecutorService executor;
    private final AtomicInteger quarantined = new AtomicInteger();
    private final Thread saving = new Thread(this::saveLedger, "verify-save");
    private long savedNanos = System.nanoTime();

    VerifyRun(
            VerifyOptions options,
            VerifyProgress progress,
            ChunkLedger ledger,
            ChunkSelection selection,
            Optional<Maintenance> maintenance) {
        this.options = options;
        this.progress = progress;
        this.ledger = ledger;
        this.selection = selection;
        this.chunks = new CheckedChunks(ledger);
        this.limit = new RateLimit(options.bytesPerSecond());
        this.maintenance = maintenance;
        // A run that is interrupted goes on where it was, not where it was half a minute before.
        Runtime.getRuntime().addShutdownHook(saving);
        AtomicInteger number = new AtomicInteger();
        this.executor =
                Executors.newFixedThreadPool(
                        options.threads(),
                        task -> {
                            Thread thread = new Thread(task, "verify-" + number.incrementAndGet());
                            thread.setDaemon(true);
                            return thread;
                        });
    }

    int threads() {
        return options.threads();
    }

    ExecutorService executor() {
        return executor;
    }

    CheckedChunks chunks() {
        return chunks;
    }

    ChunkSelection selection() {
        return selection;
    }

    RateLimit limit() {
        return limit;
    }

    ProvenHeaders provenHeaders() {
        return provenHeaders;
    }

    /** Whether an archive of that checksum is decoded for the first time in this run. */
    boolean isNewArchive(Digest checksum) {
        return decodedArchives.add(checksum);
    }

    int quarantined() {
        return quarantined.get();
    }

    /** Moves a damaged chunk aside, if that was asked for. */
    void quarantine(Digest digest) {
        if (!options.quarantine()) {
            return;
        }
        try {
            Optional<String> name =
                    maintenance
                            .orElseThrow(
                                    () ->
                                            new Refused(
                                                    "the server moves damaged chunks aside itself"))
                            .quarantine(digest);
            if (name.isPresent()) {
                quarantined.incrementAndGet();
            }
        } catch (HoldfastException | OsError e) {
            LOG.warn("chunk {} is not moved aside: {}", digest, e.getMessage());
        }
    }

    void progressed() {
        progress.checked(chunks.contentBytes(), selection.totalBytes());
    }

    /** Saves the ledger now and then, so that an interrupted run is not for nothing. */
    void tick() {
        if (System.nanoTime() - savedNanos > SAVE_EVERY_NANOS) {
            saveLedger();
        }
    }

    void saveLedger() {
        savedNanos = System.nanoTime();
        try {
            ledger.save();
        } catch (HoldfastException e) {
            LOG.warn("what was checked is not remembered: {}", e.getMessage());
        }
    }

    @Override
    public void close() {
        executor.shutdownNow();
        try {
            Runtime.getRuntime().removeShutdownHook(saving);
        } catch (IllegalStateException e) {
            LOG.debug("the program ends, and the ledger is being saved");
        }
        saveLedger();
    }
}
