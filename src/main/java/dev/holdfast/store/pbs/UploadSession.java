package dev.holdfast.store.pbs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.HoldfastException;
import dev.holdfast.Unreachable;
import dev.holdfast.format.Digest;
import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;

/**
 * The state of a backup session that its archives share (protocol.md §13.1): which chunks are
 * known, which are on their way, and how many bytes of them at most. The first failure ends
 * everything: a server cannot take back a wrong append, nor drop an open archive. Thread-safe.
 */
final class UploadSession implements AutoCloseable {
    /** What the server's window takes, and no more in memory than that. */
    private static final int MAX_BYTES_IN_FLIGHT = 32 << 20;

    private static final int PERMIT_BYTES = 1 << 10;
    private static final int MAX_CHUNKS_IN_FLIGHT = 64;
    private static final int MAX_ANSWER_BYTES = 1 << 20;

    private final String what;
    private final Server server;
    private final SessionChannel channel;
    private final KnownChunks known = new KnownChunks();
    private final ConcurrentHashMap<Digest, CompletableFuture<Void>> inFlight =
            new ConcurrentHashMap<>();
    private final Semaphore bytes = new Semaphore(MAX_BYTES_IN_FLIGHT / PERMIT_BYTES);
    private final Semaphore chunks = new Semaphore(MAX_CHUNKS_IN_FLIGHT);
    private volatile Optional<Throwable> failure = Optional.empty();

    UploadSession(String what, Server server, SessionChannel channel) {
        this.what = what;
        this.server = server;
        this.channel = channel;
    }

    KnownChunks known() {
        return known;
    }

    /** Whether the chunk need not be sent: it is known, or on its way. */
    boolean has(Digest digest, int contentBytes) {
        return known.contains(digest, contentBytes) || inFlight.containsKey(digest);
    }

    /**
     * Sends a chunk, and returns as soon as there is room for the next one.
     *
     * @param kind {@code dynamic} or {@code fixed}
     */
    void sendChunk(
            String kind, long writer, Digest digest, byte[] blob, int blobBytes, int contentBytes) {
        if (contentBytes <= 0 || blobBytes > StoredFiles.MAX_CHUNK_BLOB_BYTES) {
            throw new IllegalArgumentException(
                    "chunk of " + contentBytes + " bytes, " + blobBytes + " encoded");
        }
        CompletableFuture<Void> sent = new CompletableFuture<>();
        if (inFlight.putIfAbsent(digest, sent) != null) {
            return;
        }
        int need = Math.min(blobBytes / PERMIT_BYTES + 1, MAX_BYTES_IN_FLIGHT / PERMIT_BYTES);
        try {
            acquire(chunks, 1);
            acquire(bytes, need);
        } catch (RuntimeException e) {
            // Somebody may wait for this chunk already.
            sent.completeExceptionally(e);
            throw e;
        }
        String path =
                Parameters.none()
                        .with("digest", digest.hex())
                        .with("encoded-size", blobBytes)
                        .with("size", contentBytes)
                        .with("wid", writer)
                        .query("/" + kind + "_chunk");
        CompletableFuture<Answer> unused =
                channel.send(
                                "POST",
                                path,
                                "application/octet-stream",
                                // The pipeline uses its buffer again at once.
                                Unpooled.wrappedBuffer(Arrays.copyOf(blob, blobBytes)),
                                MAX_ANSWER_BYTES)
                        .whenComplete(
                                (answer, lost) -> {
                                    bytes.release(need);
                                    chunks.release();
                                    Optional<Throwable> failed =
                                            Optional.ofNullable(lost)
                                                    .or(
                                                            () ->
                                                                    refusal(
                                                                            "upload a chunk of "
                                                                                    + what,
                                                                            answer));
                                    if (failed.isEmpty()) {
                                        known.add(digest, contentBytes);
                                        inFlight.remove(digest);
                                        sent.complete(null);
                                    } else {
                                        fail(failed.get());
                                        sent.completeExceptionally(failed.get());
                                    }
                                });
    }

    private void acquire(Semaphore semaphore, int permits) {
        try {
            // With a limit, so that a failure elsewhere is noticed though nothing gets released.
            while (!semaphore.tryAcquire(permits, 1, TimeUnit.SECONDS)) {
                checkAlive();
            }
            checkAlive();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Unreachable("interrupted while uploading " + what, e);
        }
    }

    /** Completed once the server has the chunk; fails if it was never sent. */
    CompletableFuture<Void> arrival(Digest digest, int contentBytes) {
        CompletableFuture<Void> sent = inFlight.get(digest);
        if (sent != null) {
            return sent;
        }
        return known.contains(digest, contentBytes)
                ? CompletableFuture.completedFuture(null)
                : CompletableFuture.failedFuture(
                        new IllegalStateException("chunk " + digest + " was not put"));
    }

    /** Sends a request whose parameters are in the path, and gives its {@code data}. */
    JsonNode call(String doing, String method, String path) {
        return call(doing, method, path, Unpooled.EMPTY_BUFFER);
    }

    JsonNode call(String doing, String method, String path, ByteBuf body) {
        checkAlive();
        Answer answer =
                server.await(
                        channel.send(
                                method,
                                path,
                                body.isReadable()
                                        ? "application/octet-stream"
                                        : "application/x-www-form-urlencoded",
                                body,
                                MAX_ANSWER_BYTES));
        refusal(doing, answer)
                .ifPresent(
                        refused -> {
                            throw refused;
                        });
        return RestClient.parse(doing, StoredFiles.exactly(answer));
    }

    /** Sends a JSON body; the result fails if the server refuses. */
    CompletableFuture<Void> putJson(String doing, String path, String json) {
        return channel.send(
                        "PUT",
                        path,
                        "application/json",
                        Unpooled.wrappedBuffer(json.getBytes(StandardCharsets.UTF_8)),
                        MAX_ANSWER_BYTES)
                .thenAccept(
                        answer ->
                                refusal(doing, answer)
                                        .ifPresent(
                                                refused -> {
                                                    throw refused;
                                                }));
    }

    /** A file of the snapshot that the server chose as base, whatever the answer's status. */
    Answer previous(String name, int maxBytes) {
        return server.await(
                channel.send(
                        "GET",
                        Parameters.none().with("archive-name", name).query("/previous"),
                        maxBytes));
    }

    private Optional<HoldfastException> refusal(String doing, Answer answer) {
        return answer.isSuccess()
                ? Optional.empty()
                : Optional.of(
                        ServerErrors.of(
                                doing + " on " + server.address(), answer.status(), answer.text()));
    }

    void fail(Throwable cause) {
        if (failure.isEmpty()) {
            failure = Optional.of(cause);
        }
    }

    /** Fails with whatever ended the session. */
    void checkAlive() {
        if (failure.isPresent()) {
            throw failure.get() instanceof HoldfastException known
                    ? known
                    : TransportErrors.of(server.address(), failure.get());
        }
    }

    Server server() {
        return server;
    }

    boolean isOpen() {
        return channel.isOpen();
    }

    @Override
    public void close() {
        channel.close();
    }
}
