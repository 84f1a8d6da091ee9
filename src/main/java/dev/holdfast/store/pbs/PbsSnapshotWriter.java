package dev.holdfast.store.pbs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.Busy;
import dev.holdfast.HoldfastException;
import dev.holdfast.NotFound;
import dev.holdfast.Refused;
import dev.holdfast.Unreachable;
import dev.holdfast.format.ArchiveName;
import dev.holdfast.format.ChunkIndex;
import dev.holdfast.format.Manifest;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.store.SnapshotReader;
import dev.holdfast.store.SnapshotWriter;
import io.netty.buffer.Unpooled;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A snapshot over the backup protocol (protocol.md §8). The server checks nothing of the manifest,
 * so it is compared here with what was written. A session that ends before {@code finish} makes the
 * server remove everything; if it ends while the server finishes, the server is asked what became
 * of it.
 */
final class PbsSnapshotWriter implements SnapshotWriter {
    private static final Logger LOG = LoggerFactory.getLogger(PbsSnapshotWriter.class);

    private final SnapshotId id;
    private final UploadSession session;
    private final Optional<PreviousSnapshot> previous;
    private final Function<SnapshotId, SnapshotReader> open;
    private final Set<String> written = new HashSet<>();

    private PbsSnapshotWriter(
            SnapshotId id,
            UploadSession session,
            Optional<PreviousSnapshot> previous,
            Function<SnapshotId, SnapshotReader> open) {
        this.id = id;
        this.session = session;
        this.previous = previous;
        this.open = open;
    }

    /**
     * Takes over a session that has just been opened, and asks for its base.
     *
     * @param open opens a snapshot of the group for reading
     */
    static PbsSnapshotWriter begin(
            SnapshotId id,
            Server server,
            SessionChannel channel,
            Function<SnapshotId, SnapshotReader> open) {
        UploadSession session = new UploadSession("snapshot " + id, server, channel);
        boolean complete = false;
        try {
            JsonNode time = session.call("begin snapshot " + id, "GET", "/previous_backup_time");
            Optional<PreviousSnapshot> previous =
                    time.canConvertToLong() && time.isIntegralNumber()
                            ? Optional.of(
                                    new PreviousSnapshot(
                                            id.group().at(time.longValue()), session, open))
                            : Optional.empty();
            complete = true;
            return new PbsSnapshotWriter(id, session, previous, open);
        } finally {
            if (!complete) {
                session.close();
            }
        }
    }

    @Override
    public SnapshotId id() {
        return id;
    }

    @Override
    public Optional<SnapshotReader> previous() {
        return previous.map(p -> p);
    }

    @Override
    public ArchiveWriter archive(String storedName, Optional<ChunkIndex> reference) {
        if (!storedName.endsWith(".didx") && !storedName.endsWith(".fidx")) {
            throw new IllegalArgumentException(storedName + " is no archive");
        }
        return new PbsArchiveWriter(storedName, session, written::add);
    }

    @Override
    public void blob(String storedName, byte[] encoded) {
        if (!storedName.endsWith(".blob") || storedName.equals(ArchiveName.MANIFEST)) {
            throw new IllegalArgumentException(storedName + " is no blob");
        }
        send(storedName, encoded);
        written.add(storedName);
    }

    private void send(String storedName, byte[] encoded) {
        if (encoded.length > StoredFiles.MAX_CHUNK_BLOB_BYTES) {
            throw new Refused(
                    storedName
                            + " has "
                            + encoded.length
                            + " bytes, more than a server takes as a blob (16 MiB); store it in an"
                            + " archive");
        }
        session.call(
                "upload " + storedName,
                "POST",
                Parameters.none()
                        .with("encoded-size", encoded.length)
                        .with("file-name", storedName)
                        .query("/blob"),
                Unpooled.wrappedBuffer(encoded));
    }

    @Override
    public void finish(Manifest manifest, byte[] encoded) {
        Set<String> listed = new HashSet<>();
        for (ManifestFile file : manifest.files()) {
            listed.add(file.name());
        }
        if (!listed.equals(written) || listed.isEmpty()) {
            throw new IllegalStateException(
                    "the manifest lists " + listed + ", written were " + written);
        }
        send(ArchiveName.MANIFEST, encoded);
        try {
            session.call("finish snapshot " + id, "POST", "/finish");
        } catch (Unreachable e) {
            if (!wasFinished(e)) {
                throw e;
            }
            LOG.info("snapshot {} is complete although the server's answer was lost", id);
        }
    }

    /**
     * Whether a snapshot was made whose end we did not hear of. The server either removes it or
     * lets go of it, and then it can be opened.
     */
    private boolean wasFinished(Unreachable lost) {
        session.close();
        long patienceEnds = System.nanoTime() + session.server().timeouts().patience().toNanos();
        long pauseMillis = 100;
        while (true) {
            try {
                open.apply(id).close();
                return true;
            } catch (NotFound e) {
                return false;
            } catch (Busy | Unreachable e) {
                if (System.nanoTime() - patienceEnds >= 0) {
                    throw new Unreachable(
                            "the connection was lost while the server finished snapshot "
                                    + id
                                    + "; whether it is complete is not known, list the group to"
                                    + " see",
                            lost);
                }
            } catch (HoldfastException e) {
                lost.addSuppressed(e);
                return false;
            }
            try {
                Thread.sleep(pauseMillis);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                return false;
            }
            pauseMillis = Math.min(2 * pauseMillis, 5000);
        }
    }

    @Override
    public void close() {
        try {
            previous.ifPresent(PreviousSnapshot::close);
        } finally {
            session.close();
        }
    }
}
