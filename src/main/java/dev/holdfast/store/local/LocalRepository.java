package dev.holdfast.store.local;

import dev.holdfast.Busy;
import dev.holdfast.NotFound;
import dev.holdfast.Refused;
import dev.holdfast.chunk.EncodedBlob;
import dev.holdfast.crypto.BufferPool;
import dev.holdfast.format.ArchiveName;
import dev.holdfast.format.BackupType;
import dev.holdfast.format.Digest;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.os.FileLock;
import dev.holdfast.store.GarbageOptions;
import dev.holdfast.store.GarbageProgress;
import dev.holdfast.store.GarbageReport;
import dev.holdfast.store.Maintenance;
import dev.holdfast.store.Repository;
import dev.holdfast.store.SnapshotEntry;
import dev.holdfast.store.SnapshotReader;
import dev.holdfast.store.SnapshotWriter;
import dev.holdfast.store.VerifyState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Optional;

/** A datastore directory as a repository. */
public final class LocalRepository implements Repository, Maintenance {
    /** Who owns groups made here; a server's administrator. */
    private static final String OWNER = "root@pam";

    private final Layout layout;
    private final StoreFiles files;
    private final ChunkDirectory chunks;
    private final String storeName;
    private StoreLocks locks;

    LocalRepository(Layout layout, String storeName) {
        this.layout = layout;
        this.storeName = storeName;
        this.files = new StoreFiles(layout.base());
        this.chunks = new ChunkDirectory(layout, files);
    }

    @Override
    public String location() {
        return layout.base().toString();
    }

    /** Where the datastore lies. */
    public Path path() {
        return layout.base();
    }

    @Override
    public List<Namespace> namespaces() {
        List<Namespace> found = new ArrayList<>();
        collect(Namespace.ROOT, found);
        return found;
    }

    private void collect(Namespace namespace, List<Namespace> found) {
        found.add(namespace);
        for (String name : directoriesIn(layout.namespace(namespace).resolve("ns"))) {
            Namespace child;
            try {
                child = namespace.child(name);
            } catch (IllegalArgumentException e) {
                continue;
            }
            collect(child, found);
        }
    }

    @Override
    public List<GroupId> groups(Namespace namespace) {
        if (!Files.isDirectory(layout.namespace(namespace))) {
            throw new NotFound("there is no namespace '" + namespace + "' in " + location());
        }
        List<GroupId> found = new ArrayList<>();
        for (BackupType type : BackupType.values()) {
            for (String id : directoriesIn(layout.namespace(namespace).resolve(type.text()))) {
                GroupId.tryParse(type.text() + "/" + id).ifPresent(found::add);
            }
        }
        Collections.sort(found);
        return found;
    }

    @Override
    public Optional<String> owner(Namespace namespace, GroupId group) {
        try {
            return Files.readString(layout.group(namespace, group).resolve(Layout.OWNER))
                    .lines()
                    .findFirst()
                    .map(String::stripTrailing);
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw StoreFiles.failed(
                    "read", layout.group(namespace, group).resolve(Layout.OWNER), e);
        }
    }

    @Override
    public List<SnapshotEntry> snapshots(Namespace namespace, GroupId group) {
        List<SnapshotEntry> found = new ArrayList<>();
        for (String name : directoriesIn(layout.group(namespace, group))) {
            SnapshotId.parseTime(name)
                    .ifPresent(
                            time -> {
                                Path directory = layout.group(namespace, group).resolve(name);
                                found.add(
                                        new SnapshotEntry(
                                                group.at(time),
                                                Files.exists(
                                                        directory.resolve(ArchiveName.MANIFEST)),
                                                Files.exists(directory.resolve(Layout.PROTECTED))));
                            });
        }
        found.sort((a, b) -> a.id().compareTo(b.id()));
        return found;
    }

    @Override
    public SnapshotReader open(Namespace namespace, SnapshotId snapshot) {
        Path directory = layout.snapshot(namespace, snapshot);
        if (!Files.exists(directory.resolve(ArchiveName.MANIFEST))) {
            throw new NotFound(
                    Files.isDirectory(directory)
                            ? "snapshot "
                                    + snapshot
                                    + " is not finished: it is being written, or its backup was interrupted"
                            : "there is no snapshot "
                                    + qualified(namespace, snapshot.toString())
                                    + " in "
                                    + location());
        }
        Optional<FileLock> lock = locks().snapshotForReading(namespace, snapshot);
        if (!Files.isDirectory(directory)) {
            lock.ifPresent(FileLock::close);
            throw new NotFound("snapshot " + snapshot + " was just removed");
        }
        return new LocalSnapshotReader(snapshot, directory, chunks, lock);
    }

    @Override
    public SnapshotWriter create(Namespace namespace, SnapshotId snapshot) {
        LocalDatastore.refuseWrongMode(layout);
        if (!Files.isDirectory(layout.namespace(namespace))) {
            throw new NotFound("there is no namespace '" + namespace + "' in " + location());
        }
        Path groupDirectory = layout.group(namespace, snapshot.group());
        files.directory(groupDirectory.getParent());
        files.directory(groupDirectory);
        FileLock groupLock = locks().group(namespace, snapshot.group());
        List<AutoCloseable> held = new ArrayList<>(List.of(groupLock));
        try {
            // Removing the last snapshot also removes the group, so it may be gone again by now.
            files.directory(groupDirectory);
            boolean isNewGroup = !Files.exists(groupDirectory.resolve(Layout.OWNER));
            if (isNewGroup) {
                files.replace(
                        groupDirectory.resolve(Layout.OWNER),
                        (OWNER + "\n").getBytes(StandardCharsets.UTF_8),
                        false);
            }
            Optional<SnapshotReader> previous = previous(namespace, snapshot);
            previous.ifPresent(held::add);
            Path directory = layout.snapshot(namespace, snapshot);
            if (Files.exists(directory)) {
                throw new Refused("snapshot " + snapshot + " exists already");
            }
            held.add(ProcessLock.shared(layout.lock()));
            FileLock snapshotLock = locks().snapshot(namespace, snapshot, FileLock.Kind.EXCLUSIVE);
            held.add(snapshotLock);
            files.directory(directory);
            return new LocalSnapshotWriter(
                    snapshot,
                    directory,
                    files,
                    chunks,
                    previous,
                    held,
                    Optional.of(
                            () -> {
                                locks().forget(namespace, snapshot);
                                if (isNewGroup) {
                                    removeEmptyGroup(groupDirectory);
                                }
                            }));
        } catch (RuntimeException | Error e) {
            LocalSnapshotWriter.closeAll(held);
            throw e;
        }
    }

    /**
     * The newest finished snapshot, held open; none if it failed verification, so that everything
     * is stored again (datastore.md §8). Refuses a time that is not newer.
     */
    private Optional<SnapshotReader> previous(Namespace namespace, SnapshotId snapshot) {
        List<SnapshotEntry> all = snapshots(namespace, snapshot.group());
        for (int i = all.size() - 1; i >= 0; i--) {
            SnapshotEntry entry = all.get(i);
            if (entry.finished()) {
                if (entry.id().epochSeconds() >= snapshot.epochSeconds()) {
                    throw new Refused(
                            "group "
                                    + snapshot.group()
                                    + " has a snapshot of "
                                    + entry.id().timeText()
                                    + ", which is not older than "
                                    + snapshot.timeText());
                }
                try {
                    SnapshotReader reader = open(namespace, entry.id());
                    if (annotations().failedVerification(reader)) {
                        reader.close();
                        return Optional.empty();
                    }
                    return Optional.of(reader);
                } catch (NotFound | Busy e) {
                    throw new Busy(
                            "the newest snapshot of "
                                    + snapshot.group()
                                    + " is being changed; try again",
                            e);
                }
            }
        }
        return Optional.empty();
    }

    /** What an aborted first snapshot made of its group; the group is locked. */
    private static void removeEmptyGroup(Path groupDirectory) {
        if (directoriesIn(groupDirectory).isEmpty()) {
            StoreFiles.deleteQuietly(groupDirectory.resolve(Layout.OWNER));
            StoreFiles.deleteQuietly(groupDirectory);
        }
    }

    @Override
    public void forget(Namespace namespace, SnapshotId snapshot) {
        removal().snapshot(namespace, snapshot);
    }

    @Override
    public void forgetGroup(Namespace namespace, GroupId group) {
        removal().group(namespace, group);
    }

    @Override
    public void deleteNamespace(Namespace namespace, boolean withGroups) {
        removal().namespace(namespace, withGroups);
    }

    private SnapshotRemoval removal() {
        return new SnapshotRemoval(this, layout, locks());
    }

    @Override
    public void createNamespace(Namespace namespace) {
        if (namespace.isRoot()) {
            return;
        }
        List<String> above = namespace.components().subList(0, namespace.components().size() - 1);
        createNamespace(new Namespace(above));
        Path directory = layout.namespace(namespace);
        files.directory(directory.getParent());
        files.directory(directory);
    }

    @Override
    public void protect(Namespace namespace, SnapshotId snapshot, boolean isProtected) {
        annotations().protect(namespace, snapshot, isProtected);
    }

    @Override
    public void setNotes(Namespace namespace, SnapshotId snapshot, String notes) {
        annotations().setNotes(namespace, snapshot, notes);
    }

    @Override
    public Optional<String> groupNotes(Namespace namespace, GroupId group) {
        return annotations().groupNotes(namespace, group);
    }

    @Override
    public void setGroupNotes(Namespace namespace, GroupId group, String notes) {
        annotations().setGroupNotes(namespace, group, notes);
    }

    @Override
    public void setOwner(Namespace namespace, GroupId group, String owner) {
        annotations().setOwner(namespace, group, owner);
    }

    @Override
    public void addClientLog(Namespace namespace, SnapshotId snapshot, byte[] encoded) {
        annotations().addClientLog(namespace, snapshot, encoded);
    }

    @Override
    public void recordVerification(Namespace namespace, SnapshotId snapshot, VerifyState state) {
        annotations().recordVerification(namespace, snapshot, state, storeName);
    }

    private StoreAnnotations annotations() {
        return new StoreAnnotations(this, layout, files, locks());
    }

    @Override
    public Optional<Maintenance> maintenance() {
        return Optional.of(this);
    }

    @Override
    public EncodedBlob chunk(Digest digest) {
        return chunks.chunk(digest);
    }

    @Override
    public EncodedBlob chunk(Digest digest, BufferPool buffers) {
        return chunks.chunk(digest, buffers);
    }

    @Override
    public Optional<String> quarantine(Digest digest) {
        return chunks.quarantine(digest);
    }

    @Override
    public SnapshotWriter rewrite(Namespace namespace, SnapshotId snapshot) {
        Path directory = layout.snapshot(namespace, snapshot);
        if (!Files.isDirectory(directory)) {
            throw new NotFound("there is no snapshot " + snapshot + " in " + location());
        }
        List<AutoCloseable> held = new ArrayList<>();
        try {
            held.add(ProcessLock.shared(layout.lock()));
            held.add(locks().snapshot(namespace, snapshot, FileLock.Kind.EXCLUSIVE));
            held.add(locks().manifest(namespace, snapshot));
            return new LocalSnapshotWriter(
                    snapshot, directory, files, chunks, Optional.empty(), held, Optional.empty());
        } catch (RuntimeException | Error e) {
            LocalSnapshotWriter.closeAll(held);
            throw e;
        }
    }

    @Override
    public GarbageReport collectGarbage(GarbageOptions options, GarbageProgress progress) {
        return new GarbageCollection(layout, files, chunks, locks(), options, progress).run();
    }

    private synchronized StoreLocks locks() {
        if (locks == null) {
            locks = new StoreLocks(layout, storeName, files);
        }
        return locks;
    }

    private static String qualified(Namespace namespace, String path) {
        return namespace.isRoot() ? path : namespace + ":" + path;
    }

    private static List<String> directoriesIn(Path path) {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
            for (Path entry : entries) {
                if (Files.isDirectory(entry)) {
                    names.add(entry.getFileName().toString());
                }
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            return List.of();
        } catch (DirectoryIteratorException e) {
            throw StoreFiles.failed("list", path, e.getCause());
        } catch (IOException e) {
            throw StoreFiles.failed("list", path, e);
        }
        Collections.sort(names);
        return names;
    }

    @Override
    public void close() {}
}
