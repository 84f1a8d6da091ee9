package dev.holdfast.store.pbs.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.format.BlobKind;
import dev.holdfast.format.Bytes;
import dev.holdfast.format.ChunkIndex;
import dev.holdfast.format.Digest;
import dev.holdfast.format.FormatException;
import dev.holdfast.format.SnapshotId;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.zip.CRC32;

/**
 * A snapshot being written (protocol.md §8.3–8.9). Holds exclusive locks on the group and the new
 * snapshot and a shared one on the base. Checks run one after another.
 */
final class BackupSession implements ServerSession {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAX_CHUNK_BYTES = 16 << 20;
    private static final int MAX_BLOB_BYTES = MAX_CHUNK_BYTES + 44;

    private final StoreDirectory store;
    private final Path snapshot;
    private final Optional<SnapshotId> base;
    private final Optional<Path> basePath;
    private final Map<Digest, Integer> known = new HashMap<>();
    private final Map<Long, IndexWriter> writers = new HashMap<>();
    private long lastWriter;
    private int files;
    private int chunksUploaded;
    private int duplicates;
    private boolean finishing;
    private boolean finished;
    private boolean ended;

    BackupSession(
            StoreDirectory store,
            Path snapshot,
            Optional<SnapshotId> base,
            Optional<Path> basePath) {
        this.store = store;
        this.snapshot = snapshot;
        this.base = base;
        this.basePath = basePath;
    }

    @Override
    public boolean isUpload(String path) {
        return path.equals("/blob") || path.endsWith("_chunk") || path.equals("/speedtest");
    }

    @Override
    public synchronized Reply handle(Request request) {
        if (ended) {
            throw Failure.bad("backup already ended");
        }
        String call = request.method + " " + request.path;
        if (call.equals("GET /previous_backup_time")) {
            return Reply.data(
                    base.map(b -> (JsonNode) JsonNodeFactory.instance.numberNode(b.epochSeconds()))
                            .orElse(JsonNodeFactory.instance.nullNode()));
        }
        if (call.equals("GET /previous")) {
            return previous(request);
        }
        if (finished) {
            throw Failure.bad("backup already marked as finished.");
        }
        return switch (call) {
            case "POST /blob" -> blob(request);
            case "POST /dynamic_index" -> create(request, true);
            case "POST /fixed_index" -> create(request, false);
            case "POST /dynamic_chunk" -> chunk(request, true);
            case "POST /fixed_chunk" -> chunk(request, false);
            case "PUT /dynamic_index" -> append(request, true);
            case "PUT /fixed_index" -> append(request, false);
            case "POST /dynamic_close" -> close(request, true);
            case "POST /fixed_close" -> close(request, false);
            case "POST /finish" -> finish(request);
            default -> throw new Failure(404, "Path '" + request.path + "' not found.");
        };
    }

    private Reply previous(Request request) {
        String name = request.text("archive-name");
        request.noMore();
        Path directory = basePath.orElseThrow(() -> Failure.bad("no valid previous backup"));
        if (!name.endsWith(".blob")) {
            ChunkIndex index = ReaderSession.index(store, directory.resolve(name));
            for (int i = 0; i < index.chunkCount(); i++) {
                known.put(index.digest(i), index.chunkBytes(i));
            }
        }
        return Reply.bytes(
                store.read(directory.resolve(name))
                        .orElseThrow(
                                () ->
                                        new Failure(
                                                404,
                                                "open file \"" + name + "\" failed - not found")));
    }

    private Reply blob(Request request) {
        String name = request.text("file-name");
        long announced = request.integer("encoded-size", 12, MAX_BLOB_BYTES);
        request.noMore();
        if (!name.endsWith(".blob")) {
            throw Failure.bad("wrong blob file extension: '" + name + "'");
        }
        if (request.body.length != announced) {
            throw Failure.bad(
                    "got blob with unexpected length ("
                            + announced
                            + " != "
                            + request.body.length
                            + ")");
        }
        int header = kind(request.body).headerBytes();
        CRC32 crc = new CRC32();
        crc.update(request.body, header, request.body.length - header);
        if ((int) crc.getValue() != Bytes.getInt(request.body, BlobKind.CRC_OFFSET)) {
            throw Failure.bad("Data blob has wrong CRC checksum.");
        }
        store.write(snapshot.resolve(name), request.body);
        files++;
        return Reply.nothing();
    }

    private static BlobKind kind(byte[] blob) {
        try {
            return BlobKind.read(blob, blob.length);
        } catch (FormatException e) {
            throw new Failure(400, "unable to parse raw blob - wrong magic");
        }
    }

    private Reply create(Request request, boolean dynamic) {
        String name = request.text("archive-name");
        if (!dynamic) {
            request.optional("size");
        }
        request.noMore();
        if (!name.endsWith(dynamic ? ".didx" : ".fidx")) {
            throw Failure.bad("wrong archive extension: '" + name + "'");
        }
        writers.put(++lastWriter, new IndexWriter(name, dynamic));
        return Reply.data(JsonNodeFactory.instance.numberNode(lastWriter));
    }

    private IndexWriter writer(long wid, boolean dynamic) {
        IndexWriter writer = writers.get(wid);
        if (writer == null || writer.dynamic != dynamic) {
            throw Failure.bad(
                    (dynamic ? "dynamic" : "fixed") + " writer '" + wid + "' not registered");
        }
        return writer;
    }

    private Reply chunk(Request request, boolean dynamic) {
        long wid = request.integer("wid", 1, 256);
        Digest digest = Digest.parse(request.text("digest", "[a-f0-9]{64}"));
        long size = request.integer("size", 1, MAX_CHUNK_BYTES);
        long announced = request.integer("encoded-size", 13, MAX_BLOB_BYTES);
        request.noMore();
        byte[] blob = request.body.clone();
        if (blob.length > announced) {
            throw Failure.bad("uploaded chunk is larger than announced.");
        }
        if (blob.length < announced) {
            throw Failure.bad("uploaded chunk has unexpected size.");
        }
        BlobKind kind = kind(blob);
        int header = kind.headerBytes();
        CRC32 crc = new CRC32();
        crc.update(blob, header, blob.length - header);
        Bytes.putInt(blob, BlobKind.CRC_OFFSET, (int) crc.getValue());
        if (!kind.encrypted()) {
            byte[] content = BlobCodec.plain().decode(blob, blob.length, MAX_CHUNK_BYTES);
            if (!BlobCodec.plain().digest(content, 0, content.length).equals(digest)) {
                throw Failure.bad("detected chunk with wrong digest.");
            }
            if (content.length != size) {
                throw Failure.bad(
                        "detected chunk with wrong length ("
                                + size
                                + " != "
                                + content.length
                                + ")");
            }
        }
        writer(wid, dynamic).checkUpload(wid, size);
        chunksUploaded++;
        if (store.insertChunk(digest, blob)) {
            duplicates++;
        }
        known.put(digest, (int) size);
        return Reply.data(JsonNodeFactory.instance.textNode(digest.hex()));
    }

    private Reply append(Request request, boolean dynamic) {
        IndexWriter writer = writer(request.integer("wid", 1, 256), dynamic);
        List<JsonNode> digests = request.list("digest-list");
        List<JsonNode> offsets = request.list("offset-list");
        request.noMore();
        if (digests.size() != offsets.size()) {
            throw Failure.bad(
                    "offset list has wrong length ("
                            + digests.size()
                            + " != "
                            + offsets.size()
                            + ")");
        }
        for (int i = 0; i < digests.size(); i++) {
            String hex = digests.get(i).asText();
            if (!hex.matches("[a-f0-9]{64}")) {
                throw Failure.bad(
                        "parameter verification failed - 'digest-list': value does not match the"
                                + " regex pattern");
            }
            Digest digest = Digest.parse(hex);
            Integer size = known.get(digest);
            if (size == null) {
                throw Failure.bad("no such chunk " + digest);
            }
            writer.append(
                    digest,
                    size,
                    request.integer("offset-list", offsets.get(i), 0, Long.MAX_VALUE));
        }
        return Reply.nothing();
    }

    private Reply close(Request request, boolean dynamic) {
        long wid = request.integer("wid", 1, 256);
        IndexWriter writer = writer(wid, dynamic);
        long count = request.integer("chunk-count", dynamic ? 1 : 0, Long.MAX_VALUE);
        long size = request.integer("size", dynamic ? 1 : 0, Long.MAX_VALUE);
        Digest checksum = Digest.parse(request.text("csum", "[a-f0-9]{64}"));
        request.noMore();
        store.write(snapshot.resolve(writer.name), writer.close(count, size, checksum));
        writers.remove(wid);
        files++;
        return Reply.nothing();
    }

    private Reply finish(Request request) {
        request.noMore();
        if (finishing) {
            throw Failure.bad("backup is already in the process of finishing.");
        }
        if (!writers.isEmpty()) {
            throw Failure.bad("found open index writer - unable to finish backup");
        }
        if (files == 0) {
            throw Failure.bad("backup does not contain valid files (file count == 0)");
        }
        finishing = true;
        if (basePath.isPresent() && !Files.isDirectory(basePath.get())) {
            throw Failure.bad(
                    "base snapshot "
                            + base.orElseThrow()
                            + " was removed during backup, cannot finish as chunks might be"
                            + " missing");
        }
        rewriteManifest();
        finished = true;
        release();
        return Reply.nothing();
    }

    /** As a real server does: other order, a member added, unknown ones dropped, compressed. */
    private void rewriteManifest() {
        Path file = snapshot.resolve(StoreDirectory.MANIFEST);
        try {
            byte[] blob =
                    store.read(file)
                            .orElseThrow(
                                    () ->
                                            Failure.bad(
                                                    "unable to update manifest blob - not found"));
            JsonNode old = JSON.readTree(BlobCodec.plain().decode(blob));
            ObjectNode rewritten = JSON.createObjectNode();
            for (String member :
                    List.of(
                            "unprotected",
                            "signature",
                            "files",
                            "backup-time",
                            "backup-id",
                            "backup-type")) {
                if (old.has(member)) {
                    rewritten.set(member, old.get(member));
                }
            }
            rewritten
                    .withObject("/unprotected")
                    .withObject("/chunk_upload_stats")
                    .put("count", chunksUploaded)
                    .put("duplicates", duplicates);
            store.write(
                    file,
                    BlobCodec.plain()
                            .encode(
                                    JSON.writerWithDefaultPrettyPrinter()
                                            .writeValueAsBytes(rewritten),
                                    true));
        } catch (IOException | FormatException e) {
            throw new Failure(400, "unable to update manifest blob - " + e.getMessage());
        }
    }

    private void release() {
        store.unlock(snapshot);
        store.unlock(snapshot.getParent());
        basePath.ifPresent(store::unlockShared);
    }

    @Override
    public synchronized void ended() {
        if (!ended && !finished) {
            store.remove(snapshot);
            release();
        }
        ended = true;
    }
}
