package dev.holdfast.store.pbs.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;

/** The REST calls, and who may open a session (protocol.md §5–§9). Thread-safe. */
public final class RestApi {
    /** A user with a password. */
    public static final String USER = "backup@pbs";

    public static final String PASSWORD = "pass%20word";

    /** A token of that user. */
    public static final String TOKEN = "backup@pbs!laptop";

    /** Not a UUID, so that encoding it matters. */
    public static final String SECRET = "se%63ret+1";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

    private final String name;
    private final StoreDirectory store;
    private final AtomicInteger tickets = new AtomicInteger();
    private volatile int validFrom = 1;
    private volatile Optional<String> denied = Optional.empty();

    RestApi(String name, StoreDirectory store) {
        this.name = name;
        this.store = store;
    }

    /** All tickets so far expire. */
    public void expireTickets() {
        validFrom = tickets.get() + 1;
    }

    /** How many logins there were. */
    public int logins() {
        return tickets.get();
    }

    /** Whether any backup session is open. */
    public boolean isWriting() {
        return store.isLocked();
    }

    /** From now on everybody lacks rights. */
    public void deny(String text) {
        denied = Optional.of(text);
    }

    Reply handle(Request request, Map<String, String> headers) {
        String call = request.method + " " + request.path;
        if (call.equals("GET /ping")) {
            return Reply.data(NODES.objectNode().put("pong", true));
        }
        if (call.equals("POST /access/ticket")) {
            return login(request);
        }
        String who = authenticate(headers, request.method);
        String prefix = "/admin/datastore/";
        if (request.path.startsWith("/nodes/localhost/tasks/")) {
            return task(request);
        }
        if (!request.path.startsWith(prefix)) {
            throw new Failure(404, "Path '" + request.path + "' not found.");
        }
        String[] parts = request.path.substring(prefix.length()).split("/", 2);
        denied.ifPresent(
                text -> {
                    throw new Failure(403, text);
                });
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

    private Reply login(Request request) {
        String user = request.text("username");
        String password =
                request.optional("password").orElseThrow(() -> Failure.bad("no password provided"));
        request.noMore();
        if (!user.equals(USER) || !(password.equals(PASSWORD) || isValid(password))) {
            throw new Failure(401, "permission check failed.");
        }
        int number = tickets.incrementAndGet();
        ObjectNode data = NODES.objectNode();
        data.put("username", user);
        data.put("ticket", ticket(number));
        data.put("CSRFPreventionToken", "csrf-" + number);
        return Reply.json(
                NODES.objectNode()
                        .<ObjectNode>set("data", data)
                        .put("status", 200)
                        .put("success", true));
    }

    private static String ticket(int number) {
        return "PBS:" + USER + ":" + number + "::a+b/c%3D";
    }

    private boolean isValid(String ticket) {
        for (int i = validFrom; i <= tickets.get(); i++) {
            if (ticket.equals(ticket(i))) {
                return true;
            }
        }
        return false;
    }

    private String authenticate(Map<String, String> headers, String method) {
        String cookie = headers.get("cookie");
        if (cookie != null) {
            String ticket = percentDecoded(cookie.replaceFirst("^PBSAuthCookie=", ""));
            if (!isValid(ticket)
                    || (!method.equals("GET")
                            && !ticket.equals(
                                    ticket(
                                            Integer.parseInt(
                                                    headers.getOrDefault(
                                                                    "csrfpreventiontoken", "csrf-0")
                                                            .substring(5)))))) {
                throw new Failure(401, "authentication failed");
            }
            return USER;
        }
        String authorization = headers.getOrDefault("authorization", "");
        String[] parts = authorization.replaceFirst("^PBSAPIToken[ =]", "").split(":", 2);
        if (parts.length == 2
                && parts[0].equals(TOKEN)
                && percentDecoded(parts[1]).equals(SECRET)) {
            return TOKEN;
        }
        throw new Failure(401, "authentication failed");
    }

    private static String percentDecoded(String text) {
        return URLDecoder.decode(text.replace("+", "%2B"), StandardCharsets.UTF_8);
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
        if (!owner.startsWith(USER)) {
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
                for (JsonNode file : manifest(directory).path("files")) {
                    size += file.path("size").asLong();
                }
                item.put("size", size);
            }
        }
        return Reply.data(items);
    }

    private JsonNode manifest(Path snapshot) {
        try {
            return JSON.readTree(
                    BlobCodec.plain()
                            .decode(
                                    store.read(snapshot.resolve(StoreDirectory.MANIFEST))
                                            .orElseThrow(() -> Failure.bad("manifest not found"))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
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
        ObjectNode manifest = (ObjectNode) manifest(snapshot);
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

    /** Opens a session of either kind, with the checks in a real server's order. */
    ServerSession open(Request request, Map<String, String> headers, String upgrade) {
        String who = authenticate(headers, "GET");
        String asked = request.text("store");
        SnapshotId snapshot = request.snapshot();
        Namespace namespace = request.namespace();
        boolean backup = request.path.equals("/backup");
        request.bool("debug", false);
        if (backup) {
            request.bool("benchmark", false);
        }
        request.noMore();
        denied.ifPresent(
                text -> {
                    throw new Failure(backup ? 403 : 400, text);
                });
        if (!asked.equals(name)) {
            throw Failure.bad("no such datastore '" + asked + "'");
        }
        String protocol =
                backup ? "proxmox-backup-protocol-v1" : "proxmox-backup-reader-protocol-v1";
        if (!upgrade.equals(protocol)) {
            throw Failure.bad(
                    upgrade.isEmpty() ? "missing Upgrade header" : "invalid protocol name");
        }
        return backup ? backup(who, namespace, snapshot) : reader(who, namespace, snapshot);
    }

    private ServerSession reader(String who, Namespace namespace, SnapshotId snapshot) {
        Path directory = store.snapshot(namespace, snapshot);
        if (!Files.isDirectory(directory)) {
            throw Failure.bad("snapshot " + snapshot + " does not exist.");
        }
        if (!owns(who, store.owner(namespace, snapshot.group()))) {
            throw Failure.bad("backup owner check failed!");
        }
        if (!store.lockShared(directory)) {
            throw Failure.bad("while reading snapshot '" + snapshot + "'");
        }
        return new ReaderSession(store, directory);
    }

    private static boolean owns(String who, String owner) {
        return owner.equals(who) || owner.startsWith(who + "!");
    }

    private ServerSession backup(String who, Namespace namespace, SnapshotId snapshot) {
        if (!Files.isDirectory(store.namespace(namespace))) {
            throw new Failure(404, "namespace not found");
        }
        Path group = store.group(namespace, snapshot.group());
        if (!store.lock(group)) {
            throw Failure.bad(
                    "unable to acquire backup group lock \""
                            + group
                            + "\" while creating locked backup group \""
                            + store.relative(group)
                            + "\"");
        }
        Optional<Path> locked = Optional.empty();
        boolean open = false;
        try {
            if (!Files.exists(group.resolve("owner"))) {
                store.makeDirectory(group);
                store.write(group.resolve("owner"), (who + "\n").getBytes(StandardCharsets.UTF_8));
            }
            String owner = store.owner(namespace, snapshot.group());
            if (!owns(who, owner)) {
                throw Failure.bad("backup owner check failed (" + who + " != " + owner + ")");
            }
            Optional<SnapshotId> base = base(namespace, snapshot.group());
            if (base.isPresent() && snapshot.epochSeconds() <= base.get().epochSeconds()) {
                throw Failure.bad("backup timestamp is older than last backup.");
            }
            Optional<Path> basePath = base.map(b -> store.snapshot(namespace, b));
            if (basePath.isPresent() && !store.lockShared(basePath.get())) {
                throw Failure.bad("while locking last snapshot during backup '" + snapshot + "'");
            }
            locked = basePath;
            Path directory = store.snapshot(namespace, snapshot);
            if (Files.exists(directory)) {
                throw Failure.bad("backup directory already exists.");
            }
            store.lock(directory);
            store.makeDirectory(directory);
            open = true;
            return new BackupSession(store, directory, base, basePath);
        } finally {
            if (!open) {
                locked.ifPresent(store::unlockShared);
                store.unlock(group);
            }
        }
    }

    /** The newest finished snapshot; none if its verification failed. */
    private Optional<SnapshotId> base(Namespace namespace, GroupId group) {
        List<SnapshotId> all = store.snapshots(namespace, group);
        for (int i = all.size() - 1; i >= 0; i--) {
            Path directory = store.snapshot(namespace, all.get(i));
            if (Files.exists(directory.resolve(StoreDirectory.MANIFEST))) {
                String state =
                        manifest(directory)
                                .path("unprotected")
                                .path("verify_state")
                                .path("state")
                                .asText();
                return state.equals("failed") ? Optional.empty() : Optional.of(all.get(i));
            }
        }
        return Optional.empty();
    }
}
