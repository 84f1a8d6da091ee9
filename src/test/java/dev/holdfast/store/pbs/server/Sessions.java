package dev.holdfast.store.pbs.server;

import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Who may open a session, and on what (protocol.md §8.1, §9). Thread-safe. */
final class Sessions {
    private final String name;
    private final StoreDirectory store;
    private final Accounts accounts;

    Sessions(String name, StoreDirectory store, Accounts accounts) {
        this.name = name;
        this.store = store;
        this.accounts = accounts;
    }

    /** Opens a session of either kind, with the checks in a real server's order. */
    ServerSession open(Request request, Map<String, String> headers, String upgrade) {
        String who = accounts.authenticate(headers, "GET");
        String asked = request.text("store");
        SnapshotId snapshot = request.snapshot();
        Namespace namespace = request.namespace();
        boolean backup = request.path.equals("/backup");
        request.bool("debug", false);
        if (backup) {
            request.bool("benchmark", false);
        }
        request.noMore();
        accounts.checkRights(backup ? 403 : 400);
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
        if (!Accounts.owns(who, store.owner(namespace, snapshot.group()))) {
            throw Failure.bad("backup owner check failed!");
        }
        if (!store.lockShared(directory)) {
            throw Failure.bad("while reading snapshot '" + snapshot + "'");
        }
        return new ReaderSession(store, directory);
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
            if (!Accounts.owns(who, owner)) {
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
                        store.manifest(directory)
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
