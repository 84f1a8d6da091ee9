package dev.holdfast.cli;

import dev.holdfast.NotFound;
import dev.holdfast.format.ArchiveName;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.snapshot.ArchiveReader;
import dev.holdfast.snapshot.Snapshot;
import java.util.Optional;

/** Finds what users name inside a snapshot. */
final class Archives {
    private Archives() {}

    /** Whether the name is one of a file archive. */
    static boolean isTree(String archive) {
        return archive.matches(".*\\.(pxar|mpxar|ppxar)(\\.didx)?");
    }

    /** The entry at the path. */
    static Entry entry(Snapshot snapshot, ArchiveReader archive, ArchivePath path) {
        return archive.lookupPath(path.path())
                .orElseThrow(() -> new NotFound("snapshot " + snapshot.id() + " has no " + path));
    }

    /** The manifest's entry of an image or a blob. */
    static ManifestFile file(Snapshot snapshot, ArchivePath path) {
        Optional<ManifestFile> file =
                ArchiveName.stored(path.archive()).flatMap(snapshot.manifest()::file);
        if (file.isEmpty() || !path.isRoot()) {
            throw new NotFound(
                    "snapshot "
                            + snapshot.id()
                            + " has no "
                            + path
                            + "; it has "
                            + String.join(", ", snapshot.archives()));
        }
        return file.get();
    }
}
