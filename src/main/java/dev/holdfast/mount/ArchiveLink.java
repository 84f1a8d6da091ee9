package dev.holdfast.mount;

import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.fuse.Attributes;
import java.util.Optional;

/** A symbolic link of an archive. */
final class ArchiveLink extends ArchiveNode {
    private final ArchiveDirectory directory;
    private final Body.Symlink link;

    ArchiveLink(
            ArchiveTree tree, ArchiveDirectory parent, Entry entry, long inode, Body.Symlink link) {
        super(tree, Optional.of(parent), entry, inode);
        this.directory = parent;
        this.link = link;
    }

    @Override
    public byte[] readLink() {
        return tree().view().options().containSymlinks()
                ? ContainedLink.target(link.target(), directory.depth())
                : link.target();
    }

    @Override
    public Attributes attributes() {
        return attributes(readLink().length, 0, 1);
    }
}
