package dev.holdfast.store.pbs.server;

import dev.holdfast.format.ChunkIndex;
import dev.holdfast.format.Digest;
import dev.holdfast.format.DynamicIndex;
import dev.holdfast.format.FixedIndex;
import dev.holdfast.format.FormatException;
import java.nio.file.Path;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;

/** A snapshot being read (protocol.md §9). Holds a shared lock on it. */
final class ReaderSession implements ServerSession {
    private final StoreDirectory store;
    private final Path snapshot;
    private final Set<Digest> registered = ConcurrentHashMap.newKeySet();

    ReaderSession(StoreDirectory store, Path snapshot) {
        this.store = store;
        this.snapshot = snapshot;
    }

    @Override
    public boolean isUpload(String path) {
        return false;
    }

    @Override
    public Reply handle(Request request) {
        return switch (request.path) {
            case "/download" -> {
                String name = request.text("file-name", "[A-Za-z0-9_][A-Za-z0-9._\\-]*");
                request.noMore();
                yield Reply.bytes(download(store, snapshot, name, registered));
            }
            case "/chunk" -> chunk(request);
            default -> throw new Failure(404, "Path '" + request.path + "' not found.");
        };
    }

    private Reply chunk(Request request) {
        Digest digest = Digest.parse(request.text("digest", "[a-f0-9]{64}"));
        request.noMore();
        if (!registered.contains(digest)) {
            throw new Failure(401, "download chunk " + digest + " not allowed");
        }
        return Reply.bytes(
                store.read(store.chunk(digest))
                        .orElseThrow(
                                () ->
                                        Failure.bad(
                                                "reading file \""
                                                        + store.chunk(digest)
                                                        + "\" failed: No such file or directory"
                                                        + " (os error 2)")));
    }

    /** The bytes of a file of a snapshot; the chunks of an index are registered first. */
    static byte[] download(
            StoreDirectory store, Path snapshot, String name, Set<Digest> registered) {
        Path file = snapshot.resolve(name);
        if (name.endsWith(".blob")) {
            return store.read(file)
                    .orElseThrow(
                            () ->
                                    new Failure(
                                            404, "open file \"" + file + "\" failed - not found"));
        }
        ChunkIndex index = index(store, file);
        for (int i = 0; i < index.chunkCount(); i++) {
            registered.add(index.digest(i));
        }
        return store.read(file).orElseThrow();
    }

    static ChunkIndex index(StoreDirectory store, Path file) {
        String name = file.getFileName().toString();
        if (!name.endsWith(".didx") && !name.endsWith(".fidx")) {
            throw Failure.bad("unknown archive type: \"" + name + "\"");
        }
        boolean dynamic = name.endsWith(".didx");
        String failed = "Unable to open " + (dynamic ? "dynamic" : "fixed") + " index \"" + file;
        byte[] bytes =
                store.read(file)
                        .orElseThrow(() -> Failure.bad(failed + "\" - No such file or directory"));
        try {
            return dynamic ? DynamicIndex.parse(bytes) : FixedIndex.parse(bytes);
        } catch (FormatException e) {
            throw new Failure(400, failed + "\" - " + e.getMessage());
        }
    }

    @Override
    public void ended() {
        store.unlockShared(snapshot);
    }
}
