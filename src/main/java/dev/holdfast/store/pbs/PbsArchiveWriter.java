package dev.holdfast.store.pbs;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.Refused;
import dev.holdfast.format.ChunkIndexBuilder;
import dev.holdfast.format.Digest;
import dev.holdfast.format.DynamicIndex;
import dev.holdfast.format.FixedIndex;
import dev.holdfast.store.SnapshotWriter.ArchiveWriter;
import dev.holdfast.store.SnapshotWriter.Sum;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.function.Consumer;

/**
 * An archive being written over the wire (protocol.md §8.6). Chunks are sent as they come and may
 * arrive in any order; entries are appended in batches, each after its chunks have arrived and
 * after the batch before it, since streams of one session race.
 */
final class PbsArchiveWriter implements ArchiveWriter {
    /** What the official client does; more per request gains little. */
    private static final int BATCH_ENTRIES = 64;

    /** Batches that may wait, so that a run of known chunks does not fill the memory. */
    private static final int MAX_WAITING_BATCHES = 256;

    private final String storedName;
    private final UploadSession session;
    private final ChunkIndexBuilder index;

    /** First part of the requests' names. */
    private final String kind;

    private final long writer;
    private final Consumer<String> finished;
    private final List<Entry> batch = new ArrayList<>(BATCH_ENTRIES);
    private final ArrayDeque<CompletableFuture<Void>> waiting = new ArrayDeque<>();
    private CompletableFuture<Void> last = CompletableFuture.completedFuture(null);

    private record Entry(Digest digest, int contentBytes, long startOffset) {}

    /**
     * Begins an archive on the server.
     *
     * @param finished told the name when the server has the whole archive
     */
    PbsArchiveWriter(String storedName, UploadSession session, Consumer<String> finished) {
        this.storedName = storedName;
        this.session = session;
        this.finished = finished;
        boolean fixed = storedName.endsWith(".fidx");
        this.index = fixed ? new FixedIndex.Builder() : new DynamicIndex.Builder();
        this.kind = fixed ? "fixed" : "dynamic";
        this.writer =
                session.call(
                                "begin " + storedName,
                                "POST",
                                Parameters.none()
                                        .with("archive-name", storedName)
                                        .query("/" + kind + "_index"))
                        .asLong();
    }

    @Override
    public boolean has(Digest digest, int contentBytes) {
        return session.has(digest, contentBytes);
    }

    @Override
    public void put(Digest digest, byte[] blob, int blobBytes, int contentBytes) {
        session.sendChunk(kind, writer, digest, blob, blobBytes, contentBytes);
    }

    @Override
    public void append(Digest digest, int contentBytes) {
        session.checkAlive();
        batch.add(new Entry(digest, contentBytes, index.sizeBytes()));
        index.add(digest, contentBytes);
        if (batch.size() == BATCH_ENTRIES) {
            flush();
        }
    }

    /** Lets the batch go as soon as its chunks and the batch before it are there. */
    private void flush() {
        List<Entry> entriesOfBatch = List.copyOf(batch);
        batch.clear();
        CompletableFuture<Void> ready = last;
        for (Entry entry : entriesOfBatch) {
            ready =
                    CompletableFuture.allOf(
                            ready, session.arrival(entry.digest(), entry.contentBytes()));
        }
        last =
                ready.thenCompose(
                        arrived ->
                                session.putJson(
                                        "append to " + storedName,
                                        "/" + kind + "_index",
                                        json(entriesOfBatch)));
        waiting.add(last);
        while (!waiting.isEmpty()
                && (waiting.size() > MAX_WAITING_BATCHES || waiting.peek().isDone())) {
            session.server().await(waiting.remove());
        }
    }

    private String json(List<Entry> entriesOfBatch) {
        ObjectNode body = JsonNodeFactory.instance.objectNode().put("wid", writer);
        ArrayNode digests = body.putArray("digest-list");
        ArrayNode offsets = body.putArray("offset-list");
        for (Entry entry : entriesOfBatch) {
            digests.add(entry.digest().hex());
            offsets.add(entry.startOffset());
        }
        return body.toString();
    }

    @Override
    public Sum finish() {
        if (index.chunkCount() == 0) {
            throw new Refused(storedName + " is empty; an archive needs at least one byte");
        }
        if (!batch.isEmpty()) {
            flush();
        }
        session.server().await(last);
        Sum sum = new Sum(index.sizeBytes(), index.checksum());
        session.call(
                "close " + storedName,
                "POST",
                Parameters.none()
                        .with("chunk-count", index.chunkCount())
                        .with("csum", sum.checksum().hex())
                        .with("size", sum.sizeBytes())
                        .with("wid", writer)
                        .query("/" + kind + "_close"));
        finished.accept(storedName);
        return sum;
    }
}
