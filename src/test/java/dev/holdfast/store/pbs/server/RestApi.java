package dev.holdfast.store.pbs.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** The REST calls (protocol.md §5–§7). Thread-safe. */
public final class RestApi {
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final String name;
    private final StoreDirectory store;
    private final Accounts accounts;

    RestApi(String name, StoreDirectory store, Accounts accounts) {
        this.name = name;
        this.store = store;
        this.accounts = accounts;
    }

    /** Whether any backup session is open. */
    public boolean isWriting() {
        return store.isLocked();
    }

    Reply handle(Request request, Map<String, String> headers) {
        String call = request.method + " " + request.path;
        if (call.equals("GET /ping")) {
            return Reply.data(NODES.objectNode().put("pong", true));
        }
        if (call.equals("POST /access/ticket")) {
            return accounts.login(request);
        }
        String who = accounts.authenticate(headers, request.method);
        String prefix = "/admin/datastore/";
        if (request.path.startsWith("/nodes/localhost/tasks/")) {
            return task(request);
        }
        if (!request.path.startsWith(prefix)) {
            throw new Failure(404, "Path '" + request.path + "' not found.");
        }
        String[] parts = request.path.substring(prefix.length()).split("/", 2);
        accounts.checkRights(403);
        if (!parts[0].equals(name)) {
            throw Failure.bad("no such datastore '" + parts[0] + "'");
        }
        return switch (request.method + " " + parts[1]) {
            case "GET namespace" -> namespaces(request);
            case "POST namespace" -> createNamespace(request);
            case "DELETE namespace" -> deleteNamespace(request);
            case "GET groups" -> groups(request);
            case "DELETE groups" -> deleteGroup(request);
            case "GET group-notes" -> groupNotes(request);
            case "PUT group-notes" -> setGroupNotes(request);
            case "POST change-owner" -> changeOwner(request);
            case "GET snapshots" -> snapshots(request);
            case "DELETE snapshots" -> forget(request);
            case "PUT notes" -> setNotes(request);
            case "PUT protected" -> protect(request);
            case "POST upload-backup-log" -> uploadLog(request);
            case "POST gc", "POST verify" ->
                    Reply.data(
                            NODES.textNode(
                                    "UPID:vm:00000001:00000002:00000003:00000004:"
                                            + parts[1]
                                            + ":"
                                            + name
                                            + ":"
                                            + who
                                            + ":"));
            default -> throw new Failure(404, "Path '" + request.path + "' not found.");
        };
    }

    private Reply namespaces(Request request) {
        request.noMore();
        ArrayNode found = NODES.arrayNode();
        collect(Namespace.ROOT, found);
        return Reply.data(found);
    }

    private void collect(Namespace namespace, ArrayNode found) {
        found.addObject().put("ns", namespace.toString());
        for (String child : store.names(store.namespace(namespace).resolve("ns"))) {
            collect(namespace.child(child), found);
        }
    }

    private Reply createNamespace(Request request) {
        Namespace parent = request.optional("parent").map(Namespace::parse).orElse(Namespace.ROOT);
        Namespace created = parent.child(request.text("name"));
        request.noMore();
        if (!Files.isDirectory(store.namespace(parent))) {
            throw Failure.bad(
                    "cannot create new namespace, parent " + parent + " doesn't already exists");
        }
        store.makeDirectory(store.namespace(created));
        return Reply.data(NODES.textNode(created.toString()));
    }

    private Reply deleteNamespace(Request request) {
        Namespace namespace = request.namespace();
        boolean withGroups = request.bool("delete-groups", false);
        request.noMore();
        if (!withGroups && !store.groups(namespace).isEmpty()) {
            throw Failure.bad(
                    "only partially deleted due to existing groups but `delete-groups` not true");
        }
        store.removeTree(store.namespace(namespace));
        return Reply.nothing();
    }

    private Path existingGroup(Request request) {
        Path group = store.group(request.namespace(), request.group());
        if (!Files.isDirectory(group)) {
            throw Failure.bad("ENOENT: No such file or directory");
        }
        return group;
    }

    private Reply deleteGroup(Request request) {
        Path group = existingGroup(request);
        request.noMore();
        if (!store.lock(group)) {
            throw Failure.bad("while destroying group '" + group + "'");
        }
        store.removeTree(group);
        store.unlock(group);
        return Reply.nothing();
    }

    private Reply groupNotes(Request request) {
        Path group = existingGroup(request);
        request.noMore();
        return Reply.data(
                NODES.textNode(
                        store.read(group.resolve("notes"))
                                .map(notes -> new String(notes, StandardCharsets.UTF_8))
                                .orElse("")));
    }

    private Reply setGroupNotes(Request request) {
        Path group = existingGroup(request);
        String notes = request.text("notes");
        request.noMore();
        store.write(group.resolve("notes"), notes.getBytes(StandardCharsets.UTF_8));
        return Reply.nothing();
    }

    private Reply changeOwner(Request request) {
        Path group = existingGroup(request);
        String owner = request.text("new-owner");
        request.noMore();
        if (!owner.startsWith(Accounts.USER)) {
            throw Failure.bad("user '" + owner + "' is inactive or non-existent");
        }
        store.write(group.resolve("owner"), (owner + "\n").getBytes(StandardCharsets.UTF_8));
        return Reply.nothing();
    }

    private Namespace existingNamespace(Request request) {
        Namespace namespace = request.namespace();
        if (!Files.isDirectory(store.namespace(namespace))) {
            throw Failure.bad("ENOENT: No such file or directory");
        }
        return namespace;
    }

    private Reply groups(Request request) {
        Namespace namespace = existingNamespace(request);
        request.noMore();
        ArrayNode items = NODES.arrayNode();
        for (GroupId group : store.groups(namespace)) {
            items.addObject()
                    .put("backup-type", group.type().text())
                    .put("backup-id", group.id())
                    .put("owner", store.owner(namespace, group));
        }
        return Reply.data(items);
    }

    private Reply snapshots(Request request) {
        Namespace namespace = existingNamespace(request);
        GroupId group = request.group();
        request.noMore();
        ArrayNode items = NODES.arrayNode();
        List<SnapshotId> newestFirst = new ArrayList<>(store.snapshots(namespace, group));
        newestFirst.sort((a, b) -> b.compareTo(a));
        for (SnapshotId id : newestFirst) {
            Path directory = store.snapshot(namespace, id);
            ObjectNode item =
                    items.addObject()
                            .put("backup-type", group.type().text())
                            .put("backup-id", group.id())
                            .put("backup-time", id.epochSeconds())
                            .put("owner", store.owner(namespace, group))
                            .put("protected", Files.exists(directory.resolve(".protected")));
            if (Files.exists(directory.resolve(StoreDirectory.MANIFEST))) {
                long size = 0;
                for (JsonNode file : store.manifest(directory).path("files")) {
                    size += file.path("size").asLong();
                }
                item.put("size", size);
            }
        }
        return Reply.data(items);
    }

    private Path existing(Request request) {
        SnapshotId snapshot = request.snapshot();
        Path directory = store.snapshot(request.namespace(), snapshot);
        if (!Files.isDirectory(directory)) {
            throw Failure.bad("snapshot " + snapshot + " does not exist!");
        }
        return directory;
    }

    private Reply setNotes(Request request) {
        Path snapshot = existing(request);
        String notes = request.text("notes");
        request.noMore();
        ObjectNode manifest = (ObjectNode) store.manifest(snapshot);
        manifest.withObject("/unprotected").put("notes", notes);
        store.write(
                snapshot.resolve(StoreDirectory.MANIFEST),
                BlobCodec.plain()
                        .encode(manifest.toString().getBytes(StandardCharsets.UTF_8), true));
        return Reply.nothing();
    }

    private Reply protect(Request request) {
        Path snapshot = existing(request);
        boolean on = request.bool("protected", true);
        request.noMore();
        if (!store.lock(snapshot)) {
            throw Failure.bad(
                    "while updating the protection status of snapshot '" + snapshot + "'");
        }
        try {
            if (on) {
                store.write(snapshot.resolve(".protected"), new byte[0]);
            } else {
                Files.deleteIfExists(snapshot.resolve(".protected"));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } finally {
            store.unlock(snapshot);
        }
        return Reply.nothing();
    }

    private Reply forget(Request request) {
        Path snapshot = existing(request);
        request.noMore();
        if (Files.exists(snapshot.resolve(".protected"))) {
            throw Failure.bad("failed to delete snapshot - cannot remove protected snapshot");
        }
        if (!store.lock(snapshot)) {
            throw Failure.bad(
                    "failed to delete snapshot - while destroying snapshot \""
                            + snapshot
                            + "\": unable to acquire snapshot lock \""
                            + snapshot
                            + "\"");
        }
        store.remove(snapshot);
        store.unlock(snapshot);
        return Reply.nothing();
    }

    private Reply uploadLog(Request request) {
        Path snapshot = existing(request);
        request.noMore();
        Path log = snapshot.resolve("client.log.blob");
        if (Files.exists(log)) {
            throw Failure.bad("backup already contains a log.");
        }
        store.write(log, request.body);
        return Reply.nothing();
    }

    private Reply task(Request request) {
        if (request.path.endsWith("/status")) {
            return Reply.data(NODES.objectNode().put("status", "stopped").put("exitstatus", "OK"));
        }
        long start = request.integer("start", 0, Integer.MAX_VALUE);
        long limit = request.integer("limit", 0, Integer.MAX_VALUE);
        request.noMore();
        ArrayNode lines = NODES.arrayNode();
        for (long n = start; n <= 700 && n < start + limit; n++) {
            lines.addObject().put("n", n).put("t", "line " + n);
        }
        return Reply.data(lines);
    }
}
