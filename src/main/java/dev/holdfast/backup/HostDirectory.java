package dev.holdfast.backup;

import dev.holdfast.format.pxar.EntryMetadata;
import dev.holdfast.os.Descriptor;
import dev.holdfast.os.DirectoryHandle;
import dev.holdfast.os.OpenInode;
import dev.holdfast.os.OsError;
import dev.holdfast.os.RawFiles;
import dev.holdfast.os.Stat;
import dev.holdfast.snapshot.DirectoryReader;
import dev.holdfast.snapshot.SourceEntry;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collections;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/** A directory of a host tree. It is held open from when it is met until its last child. */
final class HostDirectory implements SourceEntry.Directory {
    private final HostTree tree;
    private final Optional<HostDirectory> parent;
    private final byte[] name;
    private final DirectoryHandle handle;
    private final long device;
    private final EntryMetadata metadata;
    private final Excludes excludes;
    private final Optional<DirectoryReader> base;
    private final boolean entered;
    private boolean closed;

    private HostDirectory(
            HostTree tree,
            Optional<HostDirectory> parent,
            byte[] name,
            DirectoryHandle handle,
            Stat stat,
            Excludes excludes,
            Optional<DirectoryReader> base) {
        this.tree = tree;
        this.parent = parent;
        this.name = name;
        this.handle = handle;
        this.device = stat.device();
        this.excludes = excludes;
        this.base = base;
        this.metadata = new HostMetadata(tree, handle.descriptor(), stat).read(this::relativePath);
        this.entered = parent.isEmpty() || isEntered(parent.get());
    }

    static HostDirectory root(
            HostTree tree, DirectoryHandle handle, Optional<DirectoryReader> base) {
        return new HostDirectory(
                tree,
                Optional.empty(),
                new byte[0],
                handle,
                handle.descriptor().stat(),
                Excludes.of(tree.options().excludes()),
                base);
    }

    /** A directory in this one; takes over the handle. */
    HostDirectory child(
            byte[] childName,
            DirectoryHandle childHandle,
            Stat stat,
            Excludes inForce,
            Optional<DirectoryReader> childBase) {
        HostDirectory child =
                new HostDirectory(
                        tree, Optional.of(this), childName, childHandle, stat, inForce, childBase);
        tree.opened(childHandle);
        return child;
    }

    /** Whether the contents are wanted, which only a mount point may not be (§11.3). */
    private boolean isEntered(HostDirectory above) {
        if (device == above.device) {
            return true;
        }
        ScanOptions options = tree.options();
        boolean allowed =
                options.allFileSystems()
                        || device == tree.rootDirectory().device
                        || options.devices().contains(device);
        boolean virtual =
                FileSystemFeatures.isVirtual(new OpenInode(handle.descriptor()).fileSystemType());
        if (!allowed || virtual) {
            tree.reportMountPoint(relativePath());
            return false;
        }
        return true;
    }

    @Override
    public byte[] name() {
        return name;
    }

    @Override
    public EntryMetadata metadata() {
        return metadata;
    }

    @Override
    public Iterator<SourceEntry> children() {
        if (!entered) {
            close();
            return Collections.emptyIterator();
        }
        return new HostChildren(tree, this, base);
    }

    HostTree tree() {
        return tree;
    }

    DirectoryHandle handle() {
        return handle;
    }

    Excludes excludes() {
        return excludes;
    }

    boolean isRoot() {
        return parent.isEmpty();
    }

    /** The last child has been met. The root stays open: vanished places are looked up from it. */
    void close() {
        if (!isRoot() && !closed) {
            closed = true;
            tree.closed(handle);
        }
    }

    /** Opens an entry again, from the nearest directory above that is still open. */
    Descriptor reopen(byte[] entryName, int flags) {
        if (!closed) {
            return handle.open(entryName, flags, 0);
        }
        Deque<byte[]> down = new ArrayDeque<>();
        HostDirectory from = this;
        while (from.closed) {
            down.push(from.name);
            from = from.parent.orElseThrow();
        }
        DirectoryHandle at = from.handle.directory(down.pop());
        while (!down.isEmpty()) {
            try (DirectoryHandle above = at) {
                at = above.directory(down.pop());
            }
        }
        try (DirectoryHandle last = at) {
            return last.open(entryName, flags, 0);
        }
    }

    /** The names that lead here from the root. */
    List<byte[]> names() {
        List<byte[]> names = new ArrayList<>();
        for (HostDirectory d = this; !d.isRoot(); d = d.parent.orElseThrow()) {
            names.add(d.name);
        }
        Collections.reverse(names);
        return names;
    }

    /** The path from the root; empty for the root. */
    byte[] relativePath() {
        return isRoot() ? name : parent.orElseThrow().relativePath(name);
    }

    byte[] relativePath(byte[] childName) {
        return isRoot() ? childName : RawFiles.child(relativePath(), childName);
    }

    void skip(byte[] childName, String reason) {
        tree.skip(relativePath(childName), reason);
    }

    void skip(byte[] childName, OsError error) {
        skip(childName, error.reason());
    }
}
