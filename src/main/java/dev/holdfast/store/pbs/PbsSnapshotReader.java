package dev.holdfast.store.pbs;

import dev.holdfast.Busy;
import dev.holdfast.Damaged;
import dev.holdfast.HoldfastException;
import dev.holdfast.NotFound;
import dev.holdfast.Unreachable;
import dev.holdfast.chunk.EncodedBlob;
import dev.holdfast.format.ArchiveName;
import dev.holdfast.format.ChunkIndex;
import dev.holdfast.format.Digest;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.store.SnapshotReader;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A snapshot over the reader protocol (protocol.md §9). The session keeps the snapshot on the
 * server. A lost session is opened again while somebody reads, with growing pauses; reads wait for
 * it up to a limit and fail then, and later ones try again. The server gives chunks only of indexes
 * that were downloaded in the same session, so they are downloaded again in a new one.
 */
final class PbsSnapshotReader implements SnapshotReader {
    private static final Logger LOG = LoggerFactory.getLogger(PbsSnapshotReader.class);
    private static final long FIRST_PAUSE_NANOS = Duration.ofMillis(100).toNanos();
    private static final int MAX_DOUBLINGS = 6;

    private final SnapshotId id;
    private final String what;
    private final Server server;
    private final Supplier<SessionChannel> connect;
    private final AtomicBoolean closed = new AtomicBoolean();
    private final Set<String> indexes = new LinkedHashSet<>();
    private SessionChannel session;
    private HoldfastException lastFailure = new Unreachable("not connected");
    private long nextAttemptNanos;
    private int failures;

    /** Opens the first session at once. */
    PbsSnapshotReader(SnapshotId id, Server server, Supplier<SessionChannel> connect) {
        this.id = id;
        this.what = "snapshot " + id;
        this.server = server;
        this.connect = connect;
        this.session = connect.get();
    }

    @Override
    public SnapshotId id() {
        return id;
    }

    @Override
    public byte[] manifestBlob() {
        Answer answer = download(ArchiveName.MANIFEST, StoredFiles.MAX_BLOB_BYTES);
        if (answer.status() == 404) {
            throw new NotFound(what + " has just been removed from " + server.address());
        }
        return StoredFiles.exactly(require(answer));
    }

    @Override
    public byte[] blob(ManifestFile file) {
        return StoredFiles.blob(id, file, download(file.name(), StoredFiles.MAX_BLOB_BYTES));
    }

    @Override
    public ChunkIndex index(ManifestFile file) {
        // Before the download: if the session breaks in between, the new one must know it too.
        synchronized (indexes) {
            indexes.add(file.name());
        }
        return StoredFiles.index(id, file, download(file.name(), StoredFiles.MAX_INDEX_BYTES));
    }

    @Override
    public byte[] clientLogBlob() {
        Answer answer = download(ArchiveName.CLIENT_LOG, StoredFiles.MAX_BLOB_BYTES);
        return answer.status() == 404 ? new byte[0] : StoredFiles.exactly(require(answer));
    }

    @Override
    public EncodedBlob chunk(Digest digest) {
        String path = "/chunk?digest=" + digest.hex();
        Answer answer = ask(path, StoredFiles.MAX_CHUNK_BLOB_BYTES);
        if (answer.isSuccess()) {
            return new EncodedBlob(answer.body(), answer.lengthBytes());
        }
        throw new Damaged(
                "chunk "
                        + digest
                        + " of "
                        + what
                        + " cannot be had from "
                        + server.address()
                        + ": "
                        + (answer.status() == 401
                                ? "it belongs to no archive that was opened"
                                : ServerErrors.of("the server says", answer.status(), answer.text())
                                        .getMessage()));
    }

    private Answer download(String name, int maxBytes) {
        return ask(StoredFiles.downloadPath(name), maxBytes);
    }

    private Answer require(Answer answer) {
        if (!answer.isSuccess()) {
            throw ServerErrors.of(what + " on " + server.address(), answer.status(), answer.text());
        }
        return answer;
    }

    /** Asks until there is an answer, of whatever status, or patience is at its end. */
    private Answer ask(String path, int maxBytes) {
        long patienceEnds = System.nanoTime() + server.timeouts().patience().toNanos();
        for (int attempt = 0; ; attempt++) {
            try {
                SessionChannel now = session();
                return server.await(now.send("GET", path, maxBytes));
            } catch (Unreachable | Busy e) {
                if (closed.get()
                        || Thread.currentThread().isInterrupted()
                        || System.nanoTime() - patienceEnds >= 0) {
                    throw e;
                }
                pause(attempt);
            }
        }
    }

    /** The session that stands, or a new one. One thread connects, the others wait for it. */
    private synchronized SessionChannel session() {
        if (closed.get()) {
            throw new IllegalStateException(what + " is closed");
        }
        if (session.isOpen()) {
            return session;
        }
        if (failures > 0 && System.nanoTime() - nextAttemptNanos < 0) {
            throw lastFailure;
        }
        try {
            SessionChannel opened = connect.get();
            boolean complete = false;
            try {
                registerIndexes(opened);
                complete = true;
            } finally {
                if (!complete) {
                    opened.close();
                }
            }
            LOG.info("connected again to {} for {}", server.address().authority(), what);
            session = opened;
            failures = 0;
            return opened;
        } catch (Unreachable | Busy e) {
            nextAttemptNanos =
                    System.nanoTime() + (FIRST_PAUSE_NANOS << Math.min(failures, MAX_DOUBLINGS));
            failures++;
            lastFailure = e;
            LOG.debug("cannot connect again", e);
            throw e;
        }
    }

    private void registerIndexes(SessionChannel opened) {
        Set<String> names;
        synchronized (indexes) {
            names = Set.copyOf(indexes);
        }
        for (String name : names) {
            Answer answer =
                    server.await(
                            opened.send(
                                    "GET",
                                    StoredFiles.downloadPath(name),
                                    StoredFiles.MAX_INDEX_BYTES));
            if (!answer.isSuccess()) {
                // The other archives are still of use; chunks of this one will be refused.
                LOG.warn(
                        "{} of {} cannot be read any more: {}",
                        name,
                        what,
                        ServerErrors.of("server", answer.status(), answer.text()).getMessage());
            }
        }
    }

    /**
     * Until the next attempt to connect; if the session stands and only an answer failed, longer
     * and longer.
     */
    private void pause(int attempt) {
        long nanos = FIRST_PAUSE_NANOS << Math.min(attempt, MAX_DOUBLINGS);
        synchronized (this) {
            if (!session.isOpen()) {
                nanos = failures == 0 ? 0 : nextAttemptNanos - System.nanoTime();
            }
        }
        try {
            TimeUnit.NANOSECONDS.sleep(nanos);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Override
    public void close() {
        if (!closed.getAndSet(true)) {
            synchronized (this) {
                session.close();
            }
        }
    }
}
