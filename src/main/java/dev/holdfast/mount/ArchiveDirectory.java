package dev.holdfast.mount;

import dev.holdfast.Damaged;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.fuse.Attributes;
import dev.holdfast.fuse.Directory;
import dev.holdfast.fuse.Errno;
import dev.holdfast.fuse.Node;
import dev.holdfast.snapshot.DirectoryListing;
import dev.holdfast.snapshot.DirectoryReader;
import java.util.Optional;

/** A directory of an archive. A cursor is the position of the entry that comes next. */
final class ArchiveDirectory extends ArchiveNode implements Directory {
    private final int depth;

    ArchiveDirectory(ArchiveTree tree, Optional<ArchiveDirectory> parent, Entry entry, long inode) {
        super(tree, parent, entry, inode);
        this.depth = parent.map(p -> p.depth() + 1).orElse(0);
    }

    /** How many directories lie above it: 0 for the root. */
    int depth() {
        return depth;
    }

    @Override
    public Attributes attributes() {
        Attributes stored = attributes(0, 0, 1);
        return tree().view()
                .directory(
                        inode(),
                        stored.mode() & ~Attributes.TYPE_MASK,
                        stored.uid(),
                        stored.gid(),
                        stored.mtime());
    }

    @Override
    public Node lookup(byte[] name) {
        Optional<Entry> recent = tree().view().recent().get(inode(), name);
        Entry found = recent.isPresent() ? recent.get() : guard(() -> find(name));
        return ArchiveNode.of(this, found);
    }

    /** The entry whose name is at that position. */
    Entry entryAt(long position) {
        Optional<Entry> recent = tree().view().recent().at(inode(), position);
        return recent.isPresent() ? recent.get() : guard(() -> read(position));
    }

    private Entry read(long position) {
        try (OpenSnapshot snapshot = tree().hold()) {
            Entry read = listing(snapshot, position).next();
            tree().view().recent().put(inode(), read);
            return read;
        }
    }

    private Entry find(byte[] name) {
        try (OpenSnapshot snapshot = tree().hold()) {
            Entry found = reader(snapshot).lookup(name).orElseThrow(() -> new Errno(Errno.ENOENT));
            tree().view().recent().put(inode(), found);
            return found;
        }
    }

    @Override
    public long parentInode() {
        return parent().map(ArchiveNode::inode).orElseGet(this::inode);
    }

    @Override
    public void list(long cursor, EntrySink sink) {
        guard(
                () -> {
                    try (OpenSnapshot snapshot = tree().hold()) {
                        list(listing(snapshot, cursor), sink);
                    }
                    return cursor;
                });
    }

    private DirectoryListing listing(OpenSnapshot snapshot, long cursor) {
        try {
            return reader(snapshot).listFrom(cursor);
        } catch (IllegalArgumentException e) {
            throw new Errno(Errno.EINVAL); // no cursor of ours
        }
    }

    /** What can be read before damage is delivered; who asks for what follows meets the damage. */
    private void list(DirectoryListing listing, EntrySink sink) {
        boolean any = false;
        while (listing.hasNext()) {
            Entry child;
            try {
                child = listing.next();
            } catch (Damaged e) {
                if (any) {
                    return;
                }
                throw e;
            }
            if (!sink.accept(
                    child.name(),
                    tree().inode(child.entryOffset()),
                    child.mode(),
                    listing.position())) {
                return;
            }
            any = true;
            tree().view().recent().put(inode(), child);
        }
    }

    private DirectoryReader reader(OpenSnapshot snapshot) {
        OpenArchive archive = tree().archive(snapshot);
        archive.countLinks(tree().view().linkScans());
        return archive.reader().open(entry());
    }
}
