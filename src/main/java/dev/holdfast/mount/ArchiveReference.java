package dev.holdfast.mount;

import dev.holdfast.fuse.Node;
import dev.holdfast.fuse.NodeReference;
import java.util.Optional;

/**
 * Where an entry of an archive that is no directory is found again.
 *
 * @param directory its directory
 * @param position of its name in a listing of the directory
 */
record ArchiveReference(ArchiveDirectory directory, long position) implements NodeReference {

    @Override
    public Node node() {
        return ArchiveNode.of(directory, directory.entryAt(position));
    }

    @Override
    public Optional<Place> knownAs() {
        return Optional.of(new Place(directory.inode(), directory.entryAt(position).name()));
    }
}
