package dev.holdfast.stage;

import dev.holdfast.Damaged;
import dev.holdfast.HoldfastException;
import dev.holdfast.chunk.EncodedChunk;
import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.DeviceNumber;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.format.pxar.EntryMetadata;
import dev.holdfast.format.pxar.ItemHeader;
import dev.holdfast.format.pxar.Stat;
import dev.holdfast.format.pxar.Xattr;
import dev.holdfast.fuse.Attributes;
import dev.holdfast.snapshot.DirectoryListing;
import dev.holdfast.snapshot.DirectoryReader;
import dev.holdfast.snapshot.SourceEntry;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.TreeMap;
import java.util.function.BooleanSupplier;

/**
 * A frozen view as a tree to be archived. What is still unread is taken from the base's metadata as
 * it stands, so a commit reads no content that the base has.
 */
final class FrozenTree {
    private final Frozen view;
    private final Optional<SnapshotBase> base;
    private final boolean reusesChunks;

    /**
     * @param reusesChunks whether chunks that the area has encoded fit the archive
     */
    FrozenTree(Frozen view, Optional<SnapshotBase> base, boolean reusesChunks) {
        this.reusesChunks = reusesChunks;
        this.view = view;
        this.base = base;
    }

    /**
     * The identity of a file with several names: an inode, or one of the base that has not become
     * an inode.
     */
    private record Link(boolean inBase, long number) {}

    SourceEntry.Directory root() {
        return new InodeDirectory(new byte[0], view.root(), Optional.empty());
    }

    /** An entry that has an inode in the view. */
    abstract class OfInode implements SourceEntry {
        private final byte[] name;
        private final long number;
        private final Inode inode;

        OfInode(byte[] name, long number) {
            this.name = name;
            this.number = number;
            this.inode = view.inode(number);
        }

        long number() {
            return number;
        }

        Inode inode() {
            return inode;
        }

        @Override
        public byte[] name() {
            return name;
        }

        @Override
        public EntryMetadata metadata() {
            Stat stat =
                    new Stat(
                            inode.mode(),
                            inode.flags(),
                            inode.uid(),
                            inode.gid(),
                            inode.mtime().seconds(),
                            inode.mtime().nanos());
            if (!inode.isDirectory() && !inode.isRegular()) {
                return EntryMetadata.of(stat);
            }
            List<Xattr> xattrs = new ArrayList<>();
            for (Map.Entry<String, byte[]> xattr : new TreeMap<>(view.xattrs(number)).entrySet()) {
                xattrs.add(new Xattr(xattr.getKey(), xattr.getValue()));
            }
            return EntryMetadata.ofKernel(stat, xattrs, OptionalLong.empty());
        }
    }

    private SourceEntry entry(InodeDirectory parent, byte[] name, long number) {
        Inode inode = view.inode(number);
        return switch (inode.type()) {
            case Attributes.DIRECTORY -> new InodeDirectory(name, number, Optional.of(parent));
            case Attributes.REGULAR -> new InodeFile(name, number, () -> parent.hasInBase(name));
            case Attributes.SYMLINK -> new InodeSymlink(name, number);
            case Attributes.BLOCK_DEVICE, Attributes.CHARACTER_DEVICE ->
                    new InodeDevice(name, number);
            default -> new InodeSpecial(name, number);
        };
    }

    final class InodeDirectory extends OfInode implements SourceEntry.Directory {
        private final Optional<InodeDirectory> parent;
        private Optional<DirectoryReader> ofSamePath = Optional.empty();
        private boolean looked;

        InodeDirectory(byte[] name, long number, Optional<InodeDirectory> parent) {
            super(name, number);
            this.parent = parent;
        }

        /** Whether the base has a file of that name in a directory of this path. */
        private boolean hasInBase(byte[] child) {
            try {
                return inBase().flatMap(d -> d.lookup(child)).filter(Entry::isRegular).isPresent();
            } catch (HoldfastException e) {
                return false; // it is only counted
            }
        }

        private Optional<DirectoryReader> inBase() {
            if (!looked) {
                ofSamePath =
                        parent.isEmpty()
                                ? base.map(b -> b.archive().root())
                                : parent.get()
                                        .inBase()
                                        .flatMap(above -> above.lookup(name()))
                                        .filter(Entry::isDirectory)
                                        .map(entry -> base().archive().open(entry));
                looked = true;
            }
            return ofSamePath;
        }

        @Override
        public Iterator<SourceEntry> children() {
            if (inode().isUnread()) {
                return baseChildren(inode().baseRef());
            }
            Iterator<Frozen.Child> children = view.children(number());
            return new Iterator<>() {
                @Override
                public boolean hasNext() {
                    return children.hasNext();
                }

                @Override
                public SourceEntry next() {
                    Frozen.Child child = children.next();
                    return entry(InodeDirectory.this, child.name(), child.inode());
                }
            };
        }
    }

    final class InodeFile extends OfInode implements SourceEntry.File {
        private final BooleanSupplier inBase;

        InodeFile(byte[] name, long number, BooleanSupplier inBase) {
            super(name, number);
            this.inBase = inBase;
        }

        @Override
        public boolean isInBase() {
            return inBase.getAsBoolean();
        }

        @Override
        public long sizeBytes() {
            return inode().sizeBytes();
        }

        @Override
        public Optional<Object> linkIdentity() {
            return inode().links() > 1 ? Optional.of(new Link(false, number())) : Optional.empty();
        }

        @Override
        public OptionalLong baseOffset() {
            OptionalLong content = view.wholeInBase(number());
            return content.isPresent()
                    ? OptionalLong.of(content.getAsLong() - ItemHeader.BYTES)
                    : content;
        }

        @Override
        public Optional<Content> open() {
            return Optional.of(new InodeContent(number()));
        }
    }

    private final class InodeContent implements SourceEntry.Content {
        private final long number;
        private long at;

        InodeContent(long number) {
            this.number = number;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            long end = reusesChunks ? view.nextChunk(number, at, at + length) : at + length;
            int n = view.read(number, at, buffer, offset, (int) (end - at));
            at += n;
            return n == 0 ? -1 : n;
        }

        @Override
        public Optional<EncodedChunk> chunk() {
            return reusesChunks ? view.chunkAt(number, at) : Optional.empty();
        }

        @Override
        public void skipChunk() {
            at += chunk().orElseThrow().contentBytes();
        }

        @Override
        public void close() {}
    }

    private final class InodeSymlink extends OfInode implements SourceEntry.Symlink {
        InodeSymlink(byte[] name, long number) {
            super(name, number);
        }

        @Override
        public byte[] target() {
            return view.linkTarget(number());
        }
    }

    private final class InodeDevice extends OfInode implements SourceEntry.Device {
        InodeDevice(byte[] name, long number) {
            super(name, number);
        }

        @Override
        public DeviceNumber device() {
            return DeviceNumber.ofKernel(inode().device());
        }
    }

    private final class InodeSpecial extends OfInode implements SourceEntry.Special {
        InodeSpecial(byte[] name, long number) {
            super(name, number);
        }
    }

    private SnapshotBase base() {
        return base.orElseThrow(
                () -> new Damaged("the staging area refers to a base that it does not have"));
    }

    private Iterator<SourceEntry> baseChildren(long ref) {
        DirectoryListing listing = base().directory(ref).list();
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return listing.hasNext();
            }

            @Override
            public SourceEntry next() {
                return baseEntry(listing.next());
            }
        };
    }

    private SourceEntry baseEntry(Entry entry) {
        Body body = entry.body();
        if (body instanceof Body.Directory) {
            return new BaseDirectory(entry);
        }
        if (body instanceof Body.Regular content) {
            if (base().links(entry) > 1) {
                // One of its names may have been touched; then all names show what it is now.
                OptionalLong inode = view.inodeOfBaseLink(SnapshotBase.ref(entry));
                if (inode.isPresent()) {
                    return new InodeFile(entry.name(), inode.getAsLong(), () -> true);
                }
            }
            return new BaseFile(entry, content);
        }
        if (body instanceof Body.Symlink symlink) {
            return new BaseSymlink(entry, symlink.target());
        }
        if (body instanceof Body.Device device) {
            return new BaseDevice(entry, device.number());
        }
        return new BaseSpecial(entry);
    }

    /** An entry below an unread directory, as the base has it. */
    private abstract static class OfBase implements SourceEntry {
        private final Entry entry;

        OfBase(Entry entry) {
            this.entry = entry;
        }

        Entry entry() {
            return entry;
        }

        @Override
        public byte[] name() {
            return entry.name();
        }

        @Override
        public EntryMetadata metadata() {
            return entry.metadata();
        }
    }

    private final class BaseDirectory extends OfBase implements SourceEntry.Directory {
        BaseDirectory(Entry entry) {
            super(entry);
        }

        @Override
        public Iterator<SourceEntry> children() {
            return baseChildren(SnapshotBase.ref(entry()));
        }
    }

    private final class BaseFile extends OfBase implements SourceEntry.File {
        private final Body.Regular content;

        BaseFile(Entry entry, Body.Regular content) {
            super(entry);
            this.content = content;
        }

        @Override
        public long sizeBytes() {
            return content.sizeBytes();
        }

        @Override
        public Optional<Object> linkIdentity() {
            return base().links(entry()) > 1
                    ? Optional.of(new Link(true, SnapshotBase.ref(entry())))
                    : Optional.empty();
        }

        @Override
        public OptionalLong baseOffset() {
            return OptionalLong.of(content.payloadOffset());
        }

        @Override
        public Optional<Content> open() {
            return Optional.of(
                    new Content() {
                        private long at;

                        @Override
                        public int read(byte[] buffer, int offset, int length) {
                            int n = (int) Math.min(length, content.sizeBytes() - at);
                            if (n == 0) {
                                return -1;
                            }
                            base().read(content.contentOffset() + at, buffer, offset, n);
                            at += n;
                            return n;
                        }

                        @Override
                        public void close() {}
                    });
        }
    }

    private static final class BaseSymlink extends OfBase implements SourceEntry.Symlink {
        private final byte[] target;

        BaseSymlink(Entry entry, byte[] target) {
            super(entry);
            this.target = target;
        }

        @Override
        public byte[] target() {
            return target;
        }
    }

    private static final class BaseDevice extends OfBase implements SourceEntry.Device {
        private final DeviceNumber number;

        BaseDevice(Entry entry, DeviceNumber number) {
            super(entry);
            this.number = number;
        }

        @Override
        public DeviceNumber device() {
            return number;
        }
    }

    private static final class BaseSpecial extends OfBase implements SourceEntry.Special {
        BaseSpecial(Entry entry) {
            super(entry);
        }
    }
}
