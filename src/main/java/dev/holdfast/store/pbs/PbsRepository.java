package dev.holdfast.store.pbs;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.Busy;
import dev.holdfast.NotFound;
import dev.holdfast.Refused;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.store.Repository;
import dev.holdfast.store.ServerTasks;
import dev.holdfast.store.SnapshotEntry;
import dev.holdfast.store.SnapshotReader;
import dev.holdfast.store.SnapshotWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.function.Consumer;
import java.util.function.Supplier;

/**
 * The datastore of a Proxmox Backup Server. Connects when first asked for something. What the
 * server calls an unfinished snapshot is one that is listed without a size.
 */
public final class PbsRepository implements Repository {
    /** The last of the pauses that double; together they are about three seconds. */
    private static final long MAX_PAUSE_MILLIS = 1600;

    private final Server server;
    private final String store;

    /** A repository that is reached that way. */
    public PbsRepository(ServerAccess access) {
        this.server = new Server(access);
        this.store = "/admin/datastore/" + access.address().store();
    }

    @Override
    public String location() {
        return server.address().toString();
    }

    @Override
    public List<Namespace> namespaces() {
        List<Namespace> found = new ArrayList<>();
        for (JsonNode item : get("list namespaces", "/namespace", Parameters.none())) {
            try {
                found.add(Namespace.parse(item.path("ns").asText()));
            } catch (IllegalArgumentException e) {
                throw strange("namespace", item);
            }
        }
        found.sort(null);
        return found;
    }

    @Override
    public List<GroupId> groups(Namespace namespace) {
        List<GroupId> found = new ArrayList<>();
        for (JsonNode item : groupItems(namespace)) {
            found.add(group(item));
        }
        found.sort(null);
        return found;
    }

    @Override
    public Optional<String> owner(Namespace namespace, GroupId group) {
        for (JsonNode item : groupItems(namespace)) {
            if (group(item).equals(group)) {
                return Optional.ofNullable(item.path("owner").textValue());
            }
        }
        return Optional.empty();
    }

    private JsonNode groupItems(Namespace namespace) {
        return get(
                "list groups" + (namespace.isRoot() ? "" : " of namespace " + namespace),
                "/groups",
                Parameters.of(namespace));
    }

    @Override
    public List<SnapshotEntry> snapshots(Namespace namespace, GroupId group) {
        List<SnapshotEntry> found = new ArrayList<>();
        JsonNode items =
                get("list snapshots of " + group, "/snapshots", Parameters.of(namespace, group));
        for (JsonNode item : items) {
            JsonNode time = item.path("backup-time");
            if (!time.canConvertToLong() || time.longValue() < 1) {
                throw strange("snapshot", item);
            }
            found.add(
                    new SnapshotEntry(
                            group(item).at(time.longValue()),
                            item.hasNonNull("size"),
                            item.path("protected").asBoolean()));
        }
        found.sort((a, b) -> a.id().compareTo(b.id()));
        return found;
    }

    private static GroupId group(JsonNode item) {
        return GroupId.tryParse(
                        item.path("backup-type").asText() + "/" + item.path("backup-id").asText())
                .orElseThrow(() -> strange("group", item));
    }

    private static Refused strange(String kind, JsonNode item) {
        String text = item.toString();
        return new Refused(
                "the server listed a "
                        + kind
                        + " that this program does not understand: "
                        + text.substring(0, Math.min(200, text.length())));
    }

    @Override
    public SnapshotReader open(Namespace namespace, SnapshotId snapshot) {
        PbsSnapshotReader reader =
                new PbsSnapshotReader(
                        snapshot,
                        server,
                        () ->
                                server.reader(
                                        "open snapshot " + qualified(namespace, snapshot),
                                        Parameters.of(namespace, snapshot)
                                                .with("store", server.address().store())));
        boolean complete = false;
        try {
            // A directory without a manifest can be opened; it is left over, or being written.
            reader.manifestBlob();
            complete = true;
            return reader;
        } catch (NotFound e) {
            throw new NotFound(
                    "snapshot "
                            + qualified(namespace, snapshot)
                            + " is not finished: it is being written, or its backup was"
                            + " interrupted",
                    e);
        } finally {
            if (!complete) {
                reader.close();
            }
        }
    }

    @Override
    public SnapshotWriter create(Namespace namespace, SnapshotId snapshot) {
        SessionChannel session =
                whenFree(
                        () ->
                                server.backup(
                                        "begin snapshot " + qualified(namespace, snapshot),
                                        Parameters.of(namespace, snapshot)
                                                .with("store", server.address().store())));
        return PbsSnapshotWriter.begin(snapshot, server, session, id -> open(namespace, id));
    }

    @Override
    public void forget(Namespace namespace, SnapshotId snapshot) {
        whenFree(
                () ->
                        server.delete(
                                "remove " + qualified(namespace, snapshot),
                                store + "/snapshots",
                                Parameters.of(namespace, snapshot)));
    }

    @Override
    public void forgetGroup(Namespace namespace, GroupId group) {
        // The server would remove the others first and then complain.
        refuseProtected(namespace, group);
        whenFree(
                () ->
                        server.delete(
                                "remove group " + qualified(namespace, group),
                                store + "/groups",
                                Parameters.of(namespace, group)));
    }

    private void refuseProtected(Namespace namespace, GroupId group) {
        for (SnapshotEntry entry : snapshots(namespace, group)) {
            if (entry.isProtected()) {
                throw new Refused(
                        "snapshot "
                                + qualified(namespace, entry.id())
                                + " is protected; remove the protection first; nothing was"
                                + " removed");
            }
        }
    }

    @Override
    public void protect(Namespace namespace, SnapshotId snapshot, boolean isProtected) {
        whenFree(
                () ->
                        server.put(
                                "change the protection of " + qualified(namespace, snapshot),
                                store + "/protected",
                                Parameters.of(namespace, snapshot).with("protected", isProtected)));
    }

    @Override
    public void setNotes(Namespace namespace, SnapshotId snapshot, String notes) {
        whenFree(
                () ->
                        server.put(
                                "change the notes of " + qualified(namespace, snapshot),
                                store + "/notes",
                                Parameters.of(namespace, snapshot).with("notes", notes)));
    }

    @Override
    public Optional<String> groupNotes(Namespace namespace, GroupId group) {
        String notes =
                get(
                                "read the notes of " + qualified(namespace, group),
                                "/group-notes",
                                Parameters.of(namespace, group))
                        .asText();
        return notes.isEmpty() ? Optional.empty() : Optional.of(notes);
    }

    @Override
    public void setGroupNotes(Namespace namespace, GroupId group, String notes) {
        server.put(
                "change the notes of " + qualified(namespace, group),
                store + "/group-notes",
                Parameters.of(namespace, group).with("notes", notes));
    }

    @Override
    public void setOwner(Namespace namespace, GroupId group, String owner) {
        if (!RepositoryAddress.isAuthId(owner)) {
            throw new IllegalArgumentException(
                    "'" + owner + "' is no owner; expected USER@REALM or USER@REALM!TOKEN");
        }
        server.post(
                "change the owner of " + qualified(namespace, group),
                store + "/change-owner",
                Parameters.of(namespace, group).with("new-owner", owner));
    }

    @Override
    public void createNamespace(Namespace namespace) {
        Namespace parent = Namespace.ROOT;
        for (String name : namespace.components()) {
            // One that is there already is no error.
            Parameters parameters = Parameters.none().with("name", name);
            if (!parent.isRoot()) {
                parameters.with("parent", parent.toString());
            }
            server.post("create namespace " + namespace, store + "/namespace", parameters);
            parent = parent.child(name);
        }
    }

    @Override
    public void deleteNamespace(Namespace namespace, boolean withGroups) {
        if (namespace.isRoot()) {
            throw new Refused("the root namespace cannot be removed");
        }
        for (Namespace below : namespaces()) {
            if (below.equals(namespace) || below.toString().startsWith(namespace + "/")) {
                for (GroupId group : groups(below)) {
                    if (!withGroups) {
                        throw new Refused(
                                "namespace "
                                        + namespace
                                        + " is not empty: it has the group "
                                        + qualified(below, group)
                                        + "; nothing was removed");
                    }
                    refuseProtected(below, group);
                }
            }
        }
        server.delete(
                "remove namespace " + namespace,
                store + "/namespace",
                Parameters.of(namespace).with("delete-groups", withGroups));
    }

    @Override
    public void addClientLog(Namespace namespace, SnapshotId snapshot, byte[] encoded) {
        server.upload(
                "add the log of " + qualified(namespace, snapshot),
                store + "/upload-backup-log",
                Parameters.of(namespace, snapshot),
                encoded);
    }

    /** Starts the verification of a snapshot on the server; gives the task. */
    public ServerTask startVerify(Namespace namespace, SnapshotId snapshot) {
        return task(
                server.post(
                        "verify " + qualified(namespace, snapshot),
                        store + "/verify",
                        Parameters.of(namespace, snapshot).with("ignore-verified", false)));
    }

    /** Starts the verification of a whole namespace and those below it. */
    public ServerTask startVerify(Namespace namespace) {
        return task(
                server.post(
                        "verify the datastore",
                        store + "/verify",
                        Parameters.of(namespace).with("ignore-verified", false)));
    }

    /**
     * Starts garbage collection on the server.
     *
     * @throws dev.holdfast.Busy if it runs already
     */
    public ServerTask startGarbageCollection() {
        return task(server.post("collect garbage", store + "/gc", Parameters.none()));
    }

    @Override
    public Optional<ServerTasks> serverTasks() {
        return Optional.of(
                new ServerTasks() {
                    @Override
                    public String verify(
                            Namespace namespace,
                            Optional<SnapshotId> snapshot,
                            Consumer<String> lines) {
                        ServerTask task =
                                snapshot.isPresent()
                                        ? startVerify(namespace, snapshot.get())
                                        : startVerify(namespace);
                        return task.follow(lines);
                    }

                    @Override
                    public String collectGarbage(Consumer<String> lines) {
                        return startGarbageCollection().follow(lines);
                    }
                });
    }

    /**
     * Asks for a change again and again for a while if the snapshot or group is in use: the server
     * lets go of what a session used only a moment after that session has ended, and it may have
     * been ours.
     */
    private static <T> T whenFree(Supplier<T> change) {
        for (long pauseMillis = 50; pauseMillis <= MAX_PAUSE_MILLIS; pauseMillis *= 2) {
            try {
                return change.get();
            } catch (Busy e) {
                LockSupport.parkNanos(TimeUnit.MILLISECONDS.toNanos(pauseMillis));
            }
        }
        return change.get();
    }

    private ServerTask task(JsonNode id) {
        return new ServerTask(server, id.asText());
    }

    private JsonNode get(String what, String path, Parameters parameters) {
        return server.get(what, store + path, parameters);
    }

    private static String qualified(Namespace namespace, Object what) {
        return namespace.isRoot() ? what.toString() : namespace + ":" + what;
    }

    @Override
    public void close() {
        server.close();
    }
}
