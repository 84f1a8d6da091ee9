package dev.holdfast.store.local;

import dev.holdfast.Busy;
import dev.holdfast.NotFound;
import dev.holdfast.Refused;
import dev.holdfast.format.ArchiveName;
import dev.holdfast.format.BackupType;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.os.FileLock;
import dev.holdfast.store.SnapshotEntry;
import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Removes snapshots, groups and namespaces of a datastore (datastore.md §5, §7.3, §13). Chunks are
 * never touched.
 */
@SuppressWarnings("try") // Locks are held, not used.
final class SnapshotRemoval {
    private static final Logger LOG = LoggerFactory.getLogger(SnapshotRemoval.class);

    private final LocalRepository repository;
    private final Layout layout;
    private final StoreLocks locks;

    SnapshotRemoval(LocalRepository repository, Layout layout, StoreLocks locks) {
        this.repository = repository;
        this.layout = layout;
        this.locks = locks;
    }

    /** Removes a snapshot, and its group if that was the last one. */
    void snapshot(Namespace namespace, SnapshotId snapshot) {
        remove(namespace, snapshot);
        if (repository.snapshots(namespace, snapshot.group()).isEmpty()) {
            try (FileLock lock = locks.group(namespace, snapshot.group())) {
                emptyGroup(namespace, snapshot.group());
            } catch (Busy e) {
                LOG.debug("group {} stays: a backup to it begins", snapshot.group());
            } catch (Refused e) {
                LOG.warn("{}", e.getMessage());
            }
        }
    }

    private void remove(Namespace namespace, SnapshotId snapshot) {
        Path directory = layout.snapshot(namespace, snapshot);
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            throw new NotFound("there is no snapshot " + snapshot + " in " + repository.location());
        }
        try (FileLock lock = locks.snapshot(namespace, snapshot, FileLock.Kind.EXCLUSIVE);
                FileLock manifestLock = locks.manifest(namespace, snapshot)) {
            if (Files.exists(directory.resolve(Layout.PROTECTED))) {
                throw new Refused("snapshot " + snapshot + " is protected; see: holdfast protect");
            }
            try {
                // First, so that a removal that is interrupted leaves something visibly unfinished.
                Files.deleteIfExists(directory.resolve(ArchiveName.MANIFEST));
                deleteTree(directory);
            } catch (IOException e) {
                throw StoreFiles.failed("remove", directory, e);
            }
            locks.forget(namespace, snapshot);
        }
    }

    /** Removes a group with all its snapshots. */
    void group(Namespace namespace, GroupId group) {
        Path directory = layout.group(namespace, group);
        if (!Files.isDirectory(directory, LinkOption.NOFOLLOW_LINKS)) {
            throw new NotFound("there is no group " + group + " in " + repository.location());
        }
        try (FileLock lock = locks.group(namespace, group)) {
            List<SnapshotEntry> snapshots = repository.snapshots(namespace, group);
            for (SnapshotEntry entry : snapshots) {
                if (entry.isProtected()) {
                    throw new Refused(
                            "snapshot " + entry.id() + " is protected; see: holdfast protect");
                }
            }
            for (SnapshotEntry entry : snapshots) {
                remove(namespace, entry.id());
            }
            emptyGroup(namespace, group);
        }
    }

    /** Removes what is left of a group without snapshots; the caller holds its lock. */
    private void emptyGroup(Namespace namespace, GroupId group) {
        if (!repository.snapshots(namespace, group).isEmpty()) {
            return;
        }
        Path directory = layout.group(namespace, group);
        try {
            Files.deleteIfExists(directory.resolve(Layout.NOTES));
            Files.deleteIfExists(directory.resolve(Layout.OWNER));
            Files.deleteIfExists(directory);
        } catch (DirectoryNotEmptyException e) {
            throw new Refused(
                    "group directory "
                            + directory
                            + " holds files that are not part of a datastore; remove them",
                    e);
        } catch (IOException e) {
            throw StoreFiles.failed("remove", directory, e);
        }
        locks.forget(namespace, group.toString());
    }

    /** Removes a namespace and all below it. */
    void namespace(Namespace namespace, boolean withGroups) {
        if (namespace.isRoot()) {
            throw new Refused("the root namespace cannot be removed");
        }
        if (!Files.isDirectory(layout.namespace(namespace), LinkOption.NOFOLLOW_LINKS)) {
            throw new NotFound(
                    "there is no namespace '" + namespace + "' in " + repository.location());
        }
        List<Namespace> all = new ArrayList<>();
        for (Namespace candidate : repository.namespaces()) {
            if (isWithin(candidate, namespace)) {
                all.add(candidate);
            }
        }
        for (Namespace one : all) {
            for (GroupId group : repository.groups(one)) {
                checkRemovable(one, group, withGroups);
            }
        }
        Collections.reverse(all);
        for (Namespace one : all) {
            for (GroupId group : repository.groups(one)) {
                group(one, group);
            }
            removeEmpty(one);
        }
    }

    private void checkRemovable(Namespace namespace, GroupId group, boolean withGroups) {
        if (!withGroups) {
            throw new Refused(
                    "namespace '"
                            + namespace
                            + "' has groups, "
                            + group
                            + " among them; remove them too with --with-groups");
        }
        Optional<SnapshotEntry> kept =
                repository.snapshots(namespace, group).stream()
                        .filter(SnapshotEntry::isProtected)
                        .findFirst();
        if (kept.isPresent()) {
            throw new Refused(
                    "namespace '"
                            + namespace
                            + "' holds the protected snapshot "
                            + kept.get().id()
                            + "; see: holdfast protect");
        }
    }

    private static boolean isWithin(Namespace candidate, Namespace parent) {
        int depth = parent.components().size();
        return candidate.components().size() >= depth
                && candidate.components().subList(0, depth).equals(parent.components());
    }

    /** Directories only, and only empty ones: what else lies there is not ours to remove. */
    private void removeEmpty(Namespace namespace) {
        Path directory = layout.namespace(namespace);
        try {
            for (BackupType type : BackupType.values()) {
                Files.deleteIfExists(directory.resolve(type.text()));
            }
            Files.deleteIfExists(directory.resolve("ns"));
            Files.deleteIfExists(directory);
        } catch (DirectoryNotEmptyException e) {
            throw new Refused(
                    "namespace directory "
                            + directory
                            + " holds something that is not part of a datastore; remove it",
                    e);
        } catch (IOException e) {
            throw StoreFiles.failed("remove", directory, e);
        }
    }

    private static void deleteTree(Path directory) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                if (Files.isDirectory(entry, LinkOption.NOFOLLOW_LINKS)) {
                    deleteTree(entry);
                } else {
                    Files.deleteIfExists(entry);
                }
            }
        } catch (NoSuchFileException e) {
            return;
        }
        Files.deleteIfExists(directory);
    }
}
