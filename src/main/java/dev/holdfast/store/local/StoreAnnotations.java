package dev.holdfast.store.local;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.BadKey;
import dev.holdfast.Damaged;
import dev.holdfast.NotFound;
import dev.holdfast.Refused;
import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.format.ArchiveName;
import dev.holdfast.format.BlobKind;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Manifest;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.os.FileLock;
import dev.holdfast.store.SnapshotReader;
import dev.holdfast.store.VerifyState;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.UnaryOperator;
import java.util.regex.Pattern;

/**
 * What is said about snapshots and groups besides their content: notes, protection, owner, verify
 * state (datastore.md §5, §7.3). Manifests are read and replaced under their lock; the signed part
 * stays as it is.
 */
@SuppressWarnings("try") // Locks are held, not used.
final class StoreAnnotations {
    private static final String SAFE_ID = "[A-Za-z0-9_][A-Za-z0-9._\\-]*";

    /** {@code USER@REALM[!TOKEN]} (datastore.md §14). */
    private static final Pattern AUTH_ID =
            Pattern.compile(
                    "(?=.{3,64}$)[^\\s:/\\p{Cntrl}]+@(?=[^!]{2,32}(!|$))"
                            + SAFE_ID
                            + "(!"
                            + SAFE_ID
                            + ")?");

    private static final long LONGEST_NOTES_BYTES = 1 << 20;

    private final LocalRepository repository;
    private final Layout layout;
    private final StoreFiles files;
    private final StoreLocks locks;

    StoreAnnotations(
            LocalRepository repository, Layout layout, StoreFiles files, StoreLocks locks) {
        this.repository = repository;
        this.layout = layout;
        this.files = files;
        this.locks = locks;
    }

    void protect(Namespace namespace, SnapshotId snapshot, boolean isProtected) {
        Path directory = existing(namespace, snapshot);
        Path mark = directory.resolve(Layout.PROTECTED);
        if (Files.exists(mark) == isProtected) {
            return;
        }
        try (FileLock lock = locks.snapshot(namespace, snapshot, FileLock.Kind.EXCLUSIVE)) {
            existing(namespace, snapshot);
            if (isProtected) {
                files.replace(mark, new byte[0], true);
            } else {
                Files.deleteIfExists(mark);
                StoreFiles.syncDirectory(directory);
            }
        } catch (IOException e) {
            throw StoreFiles.failed("remove", mark, e);
        }
    }

    void setNotes(Namespace namespace, SnapshotId snapshot, String notes) {
        checkLength(notes);
        update(
                namespace,
                snapshot,
                manifest -> {
                    if (!notes.isEmpty()) {
                        return manifest.withUnprotected(
                                "notes", JsonNodeFactory.instance.textNode(notes));
                    }
                    ObjectNode rest = manifest.unprotected().deepCopy();
                    rest.remove("notes");
                    return new Manifest(
                            manifest.snapshot(), manifest.files(), rest, manifest.signature());
                });
    }

    void recordVerification(
            Namespace namespace, SnapshotId snapshot, VerifyState state, String storeName) {
        update(
                namespace,
                snapshot,
                manifest -> manifest.withUnprotected(VerifyState.MEMBER, state.toJson(storeName)));
    }

    /** Whether the last verification of a snapshot found damage. */
    boolean failedVerification(SnapshotReader reader) {
        try {
            byte[] blob = reader.manifestBlob();
            return Manifest.parse(BlobCodec.plain().decode(blob))
                    .verifyState()
                    .filter(state -> state.equals("failed"))
                    .isPresent();
        } catch (Damaged | BadKey e) {
            // Whoever wants to build upon it will see the same, and can say what it means.
            return false;
        }
    }

    private void update(Namespace namespace, SnapshotId snapshot, UnaryOperator<Manifest> change) {
        Path file = existing(namespace, snapshot).resolve(ArchiveName.MANIFEST);
        try (FileLock lock = locks.manifest(namespace, snapshot)) {
            byte[] blob = LocalSnapshotReader.read(snapshot, file);
            if (BlobKind.read(blob, blob.length).encrypted()) {
                throw new Refused("the manifest of " + snapshot + " is encrypted; verify it");
            }
            Manifest manifest = Manifest.parse(BlobCodec.plain().decode(blob));
            byte[] changed = change.apply(manifest).encode();
            files.replace(file, BlobCodec.plain().encode(changed, true), true);
        }
    }

    Optional<String> groupNotes(Namespace namespace, GroupId group) {
        Path file = existing(namespace, group).resolve(Layout.NOTES);
        try {
            if (Files.size(file) > LONGEST_NOTES_BYTES) {
                throw new Refused(file + " is too long to be notes");
            }
            return Optional.of(Files.readString(file));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw StoreFiles.failed("read", file, e);
        }
    }

    void setGroupNotes(Namespace namespace, GroupId group, String notes) {
        checkLength(notes);
        Path file = existing(namespace, group).resolve(Layout.NOTES);
        try (FileLock lock = locks.group(namespace, group)) {
            existing(namespace, group);
            if (notes.isEmpty()) {
                Files.deleteIfExists(file);
            } else {
                files.replace(file, notes.getBytes(StandardCharsets.UTF_8), true);
            }
        } catch (IOException e) {
            throw StoreFiles.failed("remove", file, e);
        }
    }

    void setOwner(Namespace namespace, GroupId group, String owner) {
        if (!AUTH_ID.matcher(owner).matches()) {
            throw new IllegalArgumentException(
                    "'" + owner + "' is no owner; expected USER@REALM or USER@REALM!TOKEN");
        }
        existing(namespace, group);
        try (FileLock lock = locks.group(namespace, group)) {
            files.replace(
                    existing(namespace, group).resolve(Layout.OWNER),
                    (owner + "\n").getBytes(StandardCharsets.UTF_8),
                    true);
        }
    }

    void addClientLog(Namespace namespace, SnapshotId snapshot, byte[] encoded) {
        Path directory = existing(namespace, snapshot);
        if (!Files.exists(directory.resolve(ArchiveName.MANIFEST))) {
            throw new Refused("snapshot " + snapshot + " is not finished");
        }
        BlobKind.read(encoded, encoded.length);
        Path log = directory.resolve(ArchiveName.CLIENT_LOG);
        if (Files.exists(log)) {
            throw new Refused("snapshot " + snapshot + " has a client log already");
        }
        files.replace(log, encoded, true);
    }

    private static void checkLength(String notes) {
        if (notes.length() > LONGEST_NOTES_BYTES / 4) {
            throw new IllegalArgumentException("notes of " + notes.length() + " characters");
        }
    }

    private Path existing(Namespace namespace, SnapshotId snapshot) {
        return existing(layout.snapshot(namespace, snapshot), "snapshot " + snapshot);
    }

    private Path existing(Namespace namespace, GroupId group) {
        return existing(layout.group(namespace, group), "group " + group);
    }

    private Path existing(Path directory, String what) {
        if (!Files.isDirectory(directory)) {
            throw new NotFound("there is no " + what + " in " + repository.location());
        }
        return directory;
    }
}
