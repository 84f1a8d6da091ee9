package dev.holdfast.mount;

import dev.holdfast.NotFound;
import dev.holdfast.format.Digest;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.fuse.FileTime;
import java.util.List;

/**
 * Which archive a node belongs to. Holds nothing open: the archive is opened, or found open, each
 * time something of it is needed.
 */
final class ArchiveTree {
    private final View view;
    private final SnapshotKey key;
    private final String name;
    private final SnapshotFile file;
    private final long salt;

    /** The archive of that name in a held snapshot. */
    ArchiveTree(View view, SnapshotKey key, String name, OpenSnapshot snapshot) {
        this.view = view;
        this.key = key;
        this.name = name;
        this.file = find(snapshot);
        // The checksum too: a snapshot that was removed and made anew is another one.
        Digest checksum = file.parts().get(0).checksum();
        this.salt = Inodes.ofPath(GroupPath.below(key.toString(), name) + "\n" + checksum);
    }

    private SnapshotFile find(OpenSnapshot snapshot) {
        SnapshotFile found = snapshot.files().get(name);
        if (found == null || !found.isTree()) {
            throw new NotFound("snapshot " + key + " has no archive " + name);
        }
        return found;
    }

    View view() {
        return view;
    }

    SnapshotKey key() {
        return key;
    }

    /** User's name. */
    String name() {
        return name;
    }

    /** When the backup was made. */
    FileTime time() {
        return new FileTime(key.id().epochSeconds(), 0);
    }

    /** The snapshot, held for the caller. */
    OpenSnapshot hold() {
        return view.snapshots().hold(key);
    }

    /** The archive in its held snapshot. */
    OpenArchive archive(OpenSnapshot snapshot) {
        if (!file.equals(snapshot.files().get(name))) {
            throw new NotFound("snapshot " + key + " was replaced by another one");
        }
        return snapshot.archive(file);
    }

    /** The inode number of an entry. */
    long inode(long entryOffset) {
        return Inodes.ofEntry(salt, entryOffset);
    }

    /** The files of the manifest that the archive is made of. */
    List<ManifestFile> parts() {
        return file.parts();
    }
}
