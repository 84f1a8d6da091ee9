package dev.holdfast.store.local;

import dev.holdfast.Busy;
import dev.holdfast.Unreachable;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.Sha256;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.os.FileLock;
import dev.holdfast.os.Kernel;
import dev.holdfast.os.OsError;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The {@code flock(2)} locks of groups, snapshots and manifests (datastore.md §7.2), shared with a
 * server on this host: files under {@code /run/proxmox-backup/locks/STORE/}, named after the
 * datastore's <em>name</em>. Java's own file locks are of another sort and would not exclude the
 * server.
 *
 * <p>A user who may not write there, and so cannot share the datastore with a server either, locks
 * in {@code BASE/.holdfast-locks/}.
 */
final class StoreLocks {
    private static final Logger LOG = LoggerFactory.getLogger(StoreLocks.class);
    private static final Path SERVER_RUN = Path.of("/run/proxmox-backup");
    private static final String OWN_DIRECTORY = ".holdfast-locks";
    private static final long MANIFEST_WAIT_NANOS = 5_000_000_000L;
    private static final long POLL_NANOS = 20_000_000L;
    private static final int LONGEST_NAME = 255;
    private static final String KEPT =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.";

    private final Layout layout;
    private final StoreFiles files;
    private final Path directory;
    private final boolean onDirectories;

    StoreLocks(Layout layout, String storeName, StoreFiles files) {
        this.layout = layout;
        this.files = files;
        this.onDirectories = Files.exists(SERVER_RUN.resolve("old-locking"));
        Path shared = SERVER_RUN.resolve("locks").resolve(storeName);
        this.directory =
                Files.isWritable(shared) || Kernel.effectiveUser() == 0
                        ? shared
                        : layout.base().resolve(OWN_DIRECTORY);
    }

    /** The group, for adding or removing snapshots. */
    FileLock group(Namespace namespace, GroupId group) {
        return lock(
                        namespace,
                        group.toString(),
                        layout.group(namespace, group),
                        FileLock.Kind.EXCLUSIVE)
                .orElseThrow(
                        () ->
                                new Busy(
                                        "group "
                                                + group
                                                + " is in use by another backup; try again when it is done"));
    }

    /** A snapshot, exclusively for making or removing it, shared for reading it. */
    FileLock snapshot(Namespace namespace, SnapshotId snapshot, FileLock.Kind kind) {
        return lock(namespace, snapshot.toString(), layout.snapshot(namespace, snapshot), kind)
                .orElseThrow(
                        () -> new Busy("snapshot " + snapshot + " is in use; try again later"));
    }

    /** A snapshot's manifest, for changing it; waits a little, as it is never held for long. */
    FileLock manifest(Namespace namespace, SnapshotId snapshot) {
        Path file = manifestLock(namespace, snapshot);
        long deadline = System.nanoTime() + MANIFEST_WAIT_NANOS;
        while (true) {
            createParents(file.getParent());
            Optional<FileLock> lock = lockFile(file, FileLock.Kind.EXCLUSIVE);
            if (lock.isPresent()) {
                return lock.get();
            }
            if (System.nanoTime() - deadline > 0) {
                throw new Busy(
                        "the manifest of "
                                + snapshot
                                + " is being changed by somebody else; try again");
            }
            LockSupport.parkNanos(POLL_NANOS);
        }
    }

    /** The list of index files that a server is about to move (datastore.md §9.3). */
    Path moveJournal() {
        return directory.resolve("move-journal");
    }

    private Path manifestLock(Namespace namespace, SnapshotId snapshot) {
        if (onDirectories) {
            String relative = layout.base().relativize(layout.snapshot(namespace, snapshot)) + "/";
            return directory.resolve(relative + snapshot.timeText() + ".index.json.lck");
        }
        return lockFile(namespace, snapshot + "/.index.json.lck");
    }

    /**
     * A snapshot for reading; empty where this user cannot lock at all: reading is then as safe as
     * reading a directory that others may change, and everything read is checked.
     */
    Optional<FileLock> snapshotForReading(Namespace namespace, SnapshotId snapshot) {
        try {
            return Optional.of(snapshot(namespace, snapshot, FileLock.Kind.SHARED));
        } catch (OsError | Unreachable e) {
            LOG.debug("reading {} without a lock: {}", snapshot, e.getMessage());
            return Optional.empty();
        }
    }

    /** Removes the lock file of something that is gone. */
    void forget(Namespace namespace, String relativePath) {
        if (!onDirectories) {
            StoreFiles.deleteQuietly(lockFile(namespace, relativePath));
        }
    }

    /** Removes the lock files of a snapshot that is gone. */
    void forget(Namespace namespace, SnapshotId snapshot) {
        StoreFiles.deleteQuietly(manifestLock(namespace, snapshot));
        forget(namespace, snapshot.toString());
    }

    private Optional<FileLock> lock(
            Namespace namespace, String relativePath, Path object, FileLock.Kind kind) {
        if (onDirectories) {
            return FileLock.tryLockExisting(StoreFiles.raw(object), kind);
        }
        Path file = lockFile(namespace, relativePath);
        createParents(file.getParent());
        return lockFile(file, kind);
    }

    private Optional<FileLock> lockFile(Path file, FileLock.Kind kind) {
        boolean isNew = !Files.exists(file);
        Optional<FileLock> lock = FileLock.tryLock(StoreFiles.raw(file), kind);
        if (isNew && lock.isPresent()) {
            files.settle(file, 0660);
        }
        return lock;
    }

    private void createParents(Path parent) {
        if (Files.isDirectory(parent)) {
            return;
        }
        createParents(parent.getParent());
        try {
            Files.createDirectory(parent);
            files.settle(parent, 0755);
        } catch (java.nio.file.FileAlreadyExistsException e) {
            // Somebody else was quicker.
        } catch (IOException e) {
            throw StoreFiles.failed("create", parent, e);
        }
    }

    private Path lockFile(Namespace namespace, String relativePath) {
        String name = escape(relativePath);
        Path parent =
                namespace.isRoot()
                        ? directory
                        : directory.resolve(String.join(":", namespace.components()));
        if (name.length() >= LONGEST_NAME) {
            String hash = Sha256.of(relativePath.getBytes(StandardCharsets.UTF_8)).hex();
            String both = name.substring(0, 80) + "..." + name.substring(name.length() - 80);
            return parent.resolve("hashed").resolve(both + "-" + hash);
        }
        return parent.resolve(name);
    }

    /** As systemd-escape, but {@code :} and {@code -} are escaped too. */
    static String escape(String relativePath) {
        StringBuilder text = new StringBuilder();
        for (byte b : relativePath.getBytes(StandardCharsets.UTF_8)) {
            char c = (char) (b & 0xff);
            if (c == '/') {
                text.append('-');
            } else if (KEPT.indexOf(c) >= 0 && (c != '.' || text.length() > 0)) {
                text.append(c);
            } else {
                text.append(String.format("\\x%02x", (int) c));
            }
        }
        return text.toString();
    }
}
