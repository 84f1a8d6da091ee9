package dev.holdfast.backup;

import dev.holdfast.format.pxar.DeviceNumber;
import dev.holdfast.format.pxar.EntryMetadata;
import dev.holdfast.format.pxar.Stat;
import dev.holdfast.os.Descriptor;
import dev.holdfast.os.DirectoryHandle;
import dev.holdfast.os.OsError;
import dev.holdfast.os.RawDirectory;
import dev.holdfast.snapshot.DirectoryReader;
import dev.holdfast.snapshot.SourceEntry;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * The children of a directory of a host tree, in unsigned byte order of their names. Only the names
 * are held; everything else is asked for when a child's turn comes.
 */
final class HostChildren implements Iterator<SourceEntry> {
    private static final int O_READ =
            Descriptor.O_RDONLY | Descriptor.O_NOFOLLOW | Descriptor.O_NONBLOCK;

    /** No one writes longer ones by hand. */
    private static final long MAX_EXCLUDE_FILE_BYTES = 1 << 20;

    private final HostTree tree;
    private final HostDirectory directory;
    private final DirectoryHandle handle;
    private final BaseCursor base;
    private final Excludes excludes;

    /** Names from the root on, with room for the child's. */
    private final List<byte[]> path;

    private List<RawDirectory.Entry> found;
    private int position;
    private Optional<SourceEntry> next = Optional.empty();

    HostChildren(HostTree tree, HostDirectory directory, Optional<DirectoryReader> base) {
        this.tree = tree;
        this.directory = directory;
        this.handle = directory.handle();
        this.base = new BaseCursor(base);
        this.path = directory.names();
        this.found = list();
        this.excludes = withOwnPatterns(directory.excludes());
    }

    private List<RawDirectory.Entry> list() {
        List<RawDirectory.Entry> entries = new ArrayList<>();
        try {
            @SuppressWarnings("MustBeClosedChecker") // the handle is closed with its directory
            RawDirectory listing = handle.list();
            for (Optional<RawDirectory.Entry> e = listing.next();
                    e.isPresent();
                    e = listing.next()) {
                entries.add(e.get());
            }
        } catch (OsError e) {
            tree.report(directory.relativePath(), "not all of it could be listed: " + e.reason());
        }
        entries.sort((a, b) -> Arrays.compareUnsigned(a.name(), b.name()));
        return entries;
    }

    private Excludes withOwnPatterns(Excludes inherited) {
        boolean present = found.stream().anyMatch(e -> Arrays.equals(e.name(), Excludes.FILE_NAME));
        if (!present) {
            return inherited;
        }
        byte[] file = directory.relativePath(Excludes.FILE_NAME);
        try (Descriptor descriptor = handle.open(Excludes.FILE_NAME, O_READ, 0)) {
            dev.holdfast.os.Stat stat = descriptor.stat();
            if (stat.type() != Stat.REGULAR || stat.sizeBytes() > MAX_EXCLUDE_FILE_BYTES) {
                tree.report(file, "not a file of patterns; not heeded");
                return inherited;
            }
            ByteBuffer content = ByteBuffer.allocate((int) stat.sizeBytes());
            descriptor.read(0, content);
            return inherited.with(
                    Arrays.copyOf(content.array(), content.position()),
                    path.size(),
                    problem -> tree.report(file, problem));
        } catch (OsError e) {
            tree.report(file, "patterns not heeded: " + e.reason());
            return inherited;
        }
    }

    @Override
    public boolean hasNext() {
        while (next.isEmpty() && position < found.size()) {
            next = entry(found.get(position));
            position++;
        }
        if (next.isEmpty()) {
            found = List.of();
            position = 0;
            directory.close();
        }
        return next.isPresent();
    }

    @Override
    public SourceEntry next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        SourceEntry entry = next.orElseThrow();
        next = Optional.empty();
        return entry;
    }

    private Optional<SourceEntry> entry(RawDirectory.Entry listed) {
        byte[] name = listed.name();
        if (directory.isRoot() && Arrays.equals(name, Excludes.COMMAND_LINE_NAME)) {
            return Optional.empty();
        }
        try {
            int type = listed.type() << 12;
            if (type == 0) {
                type = handle.lstat(name).type();
            }
            if (isExcluded(name, type)) {
                return Optional.empty();
            }
            return type == Stat.REGULAR || type == Stat.DIRECTORY
                    ? opened(name)
                    : Optional.of(unopened(name));
        } catch (OsError e) {
            if (e.errno() == OsError.EMFILE) {
                throw e; // not this entry's fault: all others would be left out too
            }
            directory.skip(name, e);
            return Optional.empty();
        }
    }

    private boolean isExcluded(byte[] name, int type) {
        if (excludes.isEmpty()) {
            return false;
        }
        path.add(name);
        boolean excluded = excludes.excludes(path, type);
        path.remove(path.size() - 1);
        return excluded;
    }

    /** A file or directory: what the open descriptor says counts, so that nothing can change. */
    private Optional<SourceEntry> opened(byte[] name) {
        Descriptor descriptor = open(name);
        boolean handedOn = false;
        try {
            dev.holdfast.os.Stat stat = descriptor.stat();
            if (stat.type() == Stat.REGULAR) {
                EntryMetadata metadata = metadata(descriptor, stat, name);
                HostFile file =
                        new HostFile(
                                directory,
                                name,
                                stat,
                                metadata,
                                base.unchanged(name, stat, metadata),
                                base.hasFile(name));
                if (file.isReadNext()) {
                    tree.keep(file, descriptor);
                    handedOn = true;
                }
                return Optional.of(file);
            } else if (stat.type() == Stat.DIRECTORY) {
                Optional<DirectoryReader> below = base.directory(name);
                HostDirectory child =
                        directory.child(
                                name, DirectoryHandle.of(descriptor), stat, excludes, below);
                handedOn = true;
                return Optional.of(child);
            }
        } finally {
            if (!handedOn) {
                descriptor.close();
            }
        }
        directory.skip(name, "it was replaced while it was looked at");
        return Optional.empty();
    }

    private EntryMetadata metadata(Descriptor descriptor, dev.holdfast.os.Stat stat, byte[] name) {
        return new HostMetadata(tree, descriptor, stat).read(() -> directory.relativePath(name));
    }

    /** Without a trace in the access time where we may; only the owner and root may. */
    private Descriptor open(byte[] name) {
        try {
            return handle.open(name, O_READ | Descriptor.O_NOATIME, 0);
        } catch (OsError e) {
            if (e.errno() != OsError.EPERM) {
                throw e;
            }
            return handle.open(name, O_READ, 0);
        }
    }

    private SourceEntry unopened(byte[] name) {
        dev.holdfast.os.Stat stat = handle.lstat(name);
        EntryMetadata metadata = EntryMetadata.of(HostMetadata.plain(stat, 0));
        return switch (stat.type()) {
            case Stat.SYMLINK -> new HostSymlink(name, metadata, handle.readlink(name));
            case Stat.BLOCK_DEVICE, Stat.CHARACTER_DEVICE ->
                    new HostDevice(name, metadata, DeviceNumber.ofKernel(stat.rdev()));
            case Stat.FIFO, Stat.SOCKET -> new HostSpecial(name, metadata);
            default -> throw new OsError(OsError.ESTALE, "replaced", name);
        };
    }

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record HostSymlink(byte[] name, EntryMetadata metadata, byte[] target)
            implements SourceEntry.Symlink {}

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record HostDevice(byte[] name, EntryMetadata metadata, DeviceNumber device)
            implements SourceEntry.Device {}

    @SuppressWarnings("ArrayRecordComponent") // never compared
    private record HostSpecial(byte[] name, EntryMetadata metadata)
            implements SourceEntry.Special {}
}
