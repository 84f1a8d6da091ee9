package dev.holdfast.mount;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.format.FormatException;
import dev.holdfast.format.pxar.AclEntry;
import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.format.pxar.EntryMetadata;
import dev.holdfast.format.pxar.PosixAcl;
import dev.holdfast.format.pxar.Stat;
import dev.holdfast.format.pxar.Xattr;
import dev.holdfast.fuse.Attributes;
import dev.holdfast.fuse.FileTime;
import dev.holdfast.fuse.Node;
import dev.holdfast.fuse.NodeReference;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/** An entry of an archive, as it is stored; of a device, FIFO or socket that is all there is. */
class ArchiveNode implements Node, Failures.Place {
    private final ArchiveTree tree;
    private final Optional<ArchiveDirectory> parent;
    private final Entry entry;
    private final long inode;

    ArchiveNode(ArchiveTree tree, Optional<ArchiveDirectory> parent, Entry entry, long inode) {
        this.tree = tree;
        this.parent = parent;
        this.entry = entry;
        this.inode = inode;
    }

    /** The node of an entry. */
    static Node of(ArchiveDirectory parent, Entry entry) {
        ArchiveTree tree = parent.tree();
        long inode = tree.inode(entry.entryOffset());
        if (entry.isDirectory()) {
            return new ArchiveDirectory(tree, Optional.of(parent), entry, inode);
        } else if (entry.isRegular()) {
            return new ArchiveFile(tree, parent, entry, inode);
        } else if (entry.body() instanceof Body.Symlink link) {
            return new ArchiveLink(tree, parent, entry, inode, link);
        }
        return new ArchiveNode(tree, Optional.of(parent), entry, inode);
    }

    @Override
    public NodeReference reference() {
        return parent.isEmpty() || entry.isDirectory()
                ? this
                : new ArchiveReference(parent.get(), entry.nameOffset());
    }

    final ArchiveTree tree() {
        return tree;
    }

    final Entry entry() {
        return entry;
    }

    final long inode() {
        return inode;
    }

    /** The directory it was found in; the root has none. */
    final Optional<ArchiveDirectory> parent() {
        return parent;
    }

    final <T> T guard(Supplier<T> action) {
        return tree.view().failures().guard(this, action);
    }

    @Override
    public String snapshot() {
        return tree.key().toString();
    }

    @Override
    public String path() {
        return parent.map(p -> p.path() + "/" + new String(entry.name(), UTF_8))
                .orElse(tree.name());
    }

    @Override
    public Attributes attributes() {
        return attributes(0, 0, 1);
    }

    final Attributes attributes(long sizeBytes, long blocks512, int links) {
        Stat stat = entry.metadata().stat();
        FileTime time = new FileTime(stat.mtimeSeconds(), stat.mtimeNanos());
        ViewOptions options = tree.view().options();
        return new Attributes(
                inode,
                entry.mode(),
                links,
                options.uids().map(stat.uid()),
                options.gids().map(stat.gid()),
                entry.body() instanceof Body.Device device ? device.number().toKernel() : 0,
                sizeBytes,
                blocks512,
                time,
                time,
                time);
    }

    @Override
    public Optional<byte[]> xattr(String name) {
        if (hasXattrs()) {
            for (Xattr xattr : guard(this::kernelXattrs)) {
                if (xattr.isNamed(name)) {
                    return Optional.of(xattr.value());
                }
            }
        }
        return Optional.empty();
    }

    @Override
    public List<String> xattrNames() {
        if (!hasXattrs()) {
            return List.of();
        }
        return guard(this::kernelXattrs).stream().map(x -> new String(x.name(), UTF_8)).toList();
    }

    /** The kernel asks every file for its capabilities and ACL; most have none. */
    private boolean hasXattrs() {
        EntryMetadata metadata = entry.metadata();
        return !metadata.xattrs().isEmpty()
                || metadata.fcaps().isPresent()
                || !metadata.acl().isEmpty();
    }

    private List<Xattr> kernelXattrs() {
        List<Xattr> all = entry.metadata().kernelXattrs();
        ViewOptions options = tree.view().options();
        if (options.uids().isEmpty() && options.gids().isEmpty()) {
            return all;
        }
        return all.stream().map(x -> isAcl(x) ? mapped(x, options) : x).toList();
    }

    private static boolean isAcl(Xattr xattr) {
        return xattr.isNamed(PosixAcl.ACCESS_NAME) || xattr.isNamed(PosixAcl.DEFAULT_NAME);
    }

    /** The ACL with ids mapped; of two entries that become one the first counts. */
    private static Xattr mapped(Xattr xattr, ViewOptions options) {
        Map<String, AclEntry> entries = new LinkedHashMap<>();
        for (AclEntry e : PosixAcl.decode(xattr.value()).entries()) {
            int id =
                    switch (e.tag()) {
                        case USER -> options.uids().map(e.id());
                        case GROUP -> options.gids().map(e.id());
                        default -> e.id();
                    };
            entries.putIfAbsent(e.tag() + " " + id, new AclEntry(e.tag(), e.permissions(), id));
        }
        try {
            return new Xattr(xattr.name(), new PosixAcl(List.copyOf(entries.values())).encode());
        } catch (FormatException e) {
            throw new FormatException("ACL that cannot be mapped: " + e.getMessage(), e);
        }
    }
}
