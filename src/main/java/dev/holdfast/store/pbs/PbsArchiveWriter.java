package dev.holdfast.store.pbs;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.Refused;
import dev.holdfast.format.Digest;
import dev.holdfast.format.DynamicIndex;
import dev.holdfast.format.FixedIndex;
import dev.holdfast.store.SnapshotWriter.ArchiveWriter;
import dev.holdfast.store.SnapshotWriter.Sum;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
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
    private final Entries entries;
    private final long writer;
    private final Consumer<String> finished;
    private final List<Entry> batch = new ArrayList<>(BATCH_ENTRIES);
    private final ArrayDeque<CompletableFuture<Void>> waiting = new ArrayDeque<>();
    private CompletableFuture<Void> last = CompletableFuture.completedFuture(null);

    private record Entry(Digest digest, int contentBytes, long startOffset) {}

    /** What the two kinds of index have in common here. */
    private interface Entries {
        /** First part of the requests' names. */
        String kind();

        void add(Digest digest, int contentBytes);

        int count();

        long sizeBytes();

        /** Of all entries: costs a pass over them. */
        Digest checksum();
    }

    /**
     * Begins an archive on the server.
     *
     * @param finished told the name when the server has the whole archive
     */
    PbsArchiveWriter(String storedName, UploadSession session, Consumer<String> finished) {
        this.storedName = storedName;
        this.session = session;
        this.finished = finished;
        this.entries = storedName.endsWith(".fidx") ? new Fixed() : new Dynamic();
        this.writer =
                session.call(
                                "begin " + storedName,
                                "POST",
                                Parameters.none()
                                        .with("archive-name", storedName)
                                        .query("/" + entries.kind() + "_index"))
                        .asLong();
    }

    @Override
    public boolean has(Digest digest, int contentBytes) {
        return session.has(digest, contentBytes);
    }

    @Override
    public void put(Digest digest, byte[] blob, int blobBytes, int contentBytes) {
        session.sendChunk(entries.kind(), writer, digest, blob, blobBytes, contentBytes);
    }

    @Override
    public void append(Digest digest, int contentBytes) {
        session.checkAlive();
        batch.add(new Entry(digest, contentBytes, entries.sizeBytes()));
        entries.add(digest, contentBytes);
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
                                        "/" + entries.kind() + "_index",
                                        json(entriesOfBatch)));
        waiting.add(last);
        while (!waiting.isEmpty()
                && (waiting.size() > MAX_WAITING_BATCHES || waiting.peek().isDone())) {
            session.server().await(waiting.remove(), Optional.empty());
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
        if (entries.count() == 0) {
            throw new Refused(storedName + " is empty; an archive needs at least one byte");
        }
        if (!batch.isEmpty()) {
            flush();
        }
        session.server().await(last, Optional.empty());
        Sum sum = new Sum(entries.sizeBytes(), entries.checksum());
        session.call(
                "close " + storedName,
                "POST",
                Parameters.none()
                        .with("chunk-count", entries.count())
                        .with("csum", sum.checksum().hex())
                        .with("size", sum.sizeBytes())
                        .with("wid", writer)
                        .query("/" + entries.kind() + "_close"));
        finished.accept(storedName);
        return sum;
    }

    private static final class Dynamic implements Entries {
        private final DynamicIndex.Builder index = new DynamicIndex.Builder();

        @Override
        public String kind() {
            return "dynamic";
        }

        @Override
        public void add(Digest digest, int contentBytes) {
            index.add(digest, contentBytes);
        }

        @Override
        public int count() {
            return index.chunkCount();
        }

        @Override
        public long sizeBytes() {
            return index.sizeBytes();
        }

        @Override
        public Digest checksum() {
            return index.checksum();
        }
    }

    private static final class Fixed implements Entries {
        private final FixedIndex.Builder index = new FixedIndex.Builder();

        @Override
        public String kind() {
            return "fixed";
        }

        @Override
        public void add(Digest digest, int contentBytes) {
            index.add(digest, contentBytes);
        }

        @Override
        public int count() {
            return index.chunkCount();
        }

        @Override
        public long sizeBytes() {
            return index.sizeBytes();
        }

        @Override
        public Digest checksum() {
            return index.checksum();
        }
    }
}
