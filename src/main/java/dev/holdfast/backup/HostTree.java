package dev.holdfast.backup;

import dev.holdfast.NotFound;
import dev.holdfast.Refused;
import dev.holdfast.os.Descriptor;
import dev.holdfast.os.DirectoryHandle;
import dev.holdfast.os.OpenInode;
import dev.holdfast.os.OsError;
import dev.holdfast.os.RawFiles;
import dev.holdfast.snapshot.BaseArchive;
import dev.holdfast.snapshot.SourceEntry;
import java.util.Collections;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * A directory of this machine as a source of entries (pxar.md §11). Names are raw bytes, symbolic
 * links are never followed, except in the path of the directory itself. What vanishes or may not be
 * read is left out, reported and counted.
 *
 * <p>With a base the walk goes along it, and files that are as they were (chunking.md §8.2) say
 * where their content is. Memory: the names of the directories that are open. For one thread and
 * one walk; closing it releases what an interrupted walk leaves open.
 */
public final class HostTree implements AutoCloseable {
    private final byte[] rootPath;
    private final ScanOptions options;
    private final ScanListener listener;
    private final Map<Long, FileSystemFeatures> features = new HashMap<>();
    private final Set<DirectoryHandle> open = Collections.newSetFromMap(new IdentityHashMap<>());
    private final HostDirectory root;

    /** The file that was met last, still open: nearly always it is read next. */
    private Optional<Descriptor> keptDescriptor = Optional.empty();

    private Optional<HostFile> keptFile = Optional.empty();
    private long skipped;
    private long incomplete;

    private HostTree(
            byte[] rootPath,
            DirectoryHandle handle,
            ScanOptions options,
            Optional<BaseArchive> base,
            ScanListener listener) {
        this.rootPath = rootPath;
        this.options = options;
        this.listener = listener;
        this.root = HostDirectory.root(this, handle, base.map(b -> b.archive().root()));
    }

    /**
     * Opens a directory.
     *
     * @param path raw bytes, as the system calls take it
     * @param base the archive to compare with; without one every file is read
     * @throws NotFound if there is no such directory
     * @throws Refused if it is on a virtual file system
     */
    public static HostTree open(
            byte[] path, ScanOptions options, Optional<BaseArchive> base, ScanListener listener) {
        DirectoryHandle handle;
        try {
            handle = DirectoryHandle.open(path);
        } catch (OsError e) {
            throw new NotFound(
                    "cannot back up "
                            + OsError.printable(path)
                            + ": "
                            + (e.errno() == OsError.ENOTDIR ? "not a directory" : e.reason()),
                    e);
        }
        try {
            if (FileSystemFeatures.isVirtual(new OpenInode(handle.descriptor()).fileSystemType())) {
                throw new Refused(
                        "cannot back up "
                                + OsError.printable(path)
                                + ": it is on a virtual file system");
            }
            return new HostTree(path.clone(), handle, options, base, listener);
        } catch (RuntimeException | Error e) {
            handle.close();
            throw e;
        }
    }

    /** The directory. */
    public SourceEntry.Directory root() {
        return root;
    }

    /** What the archive has to say before its root: the patterns of the command line. */
    public Optional<byte[]> prelude() {
        return Excludes.prelude(options.excludes());
    }

    /** How many entries were left out because they vanished or could not be read. */
    public long skipped() {
        return skipped;
    }

    /** How many entries were not taken as they should be. */
    public long incomplete() {
        return incomplete;
    }

    ScanOptions options() {
        return options;
    }

    HostDirectory rootDirectory() {
        return root;
    }

    /** For messages. */
    byte[] fullPath(byte[] relative) {
        return relative.length == 0 ? rootPath : RawFiles.child(rootPath, relative);
    }

    void skip(byte[] relative, String reason) {
        skipped++;
        listener.skipped(fullPath(relative), reason);
    }

    void report(byte[] relative, String reason) {
        incomplete++;
        listener.incomplete(fullPath(relative), reason);
    }

    void reportMountPoint(byte[] relative) {
        listener.mountPoint(fullPath(relative));
    }

    /** The features of a file system, asked for once. */
    FileSystemFeatures features(long device, Descriptor on) {
        FileSystemFeatures known = features.get(device);
        if (known == null) {
            known = FileSystemFeatures.of(new OpenInode(on).fileSystemType());
            features.put(device, known);
        }
        return known;
    }

    /** Remembers that a file system has no extended attributes. */
    void noXattrs(long device) {
        features.computeIfPresent(device, (d, f) -> f.withoutXattrs());
    }

    /** Keeps a file open until the next one is met. */
    void keep(HostFile file, Descriptor descriptor) {
        dropKept();
        keptFile = Optional.of(file);
        keptDescriptor = Optional.of(descriptor);
    }

    /** Hands over the descriptor of a file, if it is kept. */
    Optional<Descriptor> takeKept(HostFile file) {
        if (keptFile.isEmpty() || keptFile.get() != file) {
            return Optional.empty();
        }
        Optional<Descriptor> descriptor = keptDescriptor;
        keptFile = Optional.empty();
        keptDescriptor = Optional.empty();
        return descriptor;
    }

    void dropKept() {
        keptDescriptor.ifPresent(Descriptor::close);
        keptFile = Optional.empty();
        keptDescriptor = Optional.empty();
    }

    void opened(DirectoryHandle handle) {
        open.add(handle);
    }

    void closed(DirectoryHandle handle) {
        open.remove(handle);
        handle.close();
    }

    @Override
    public void close() {
        dropKept();
        open.forEach(DirectoryHandle::close);
        open.clear();
        root.handle().close();
    }
}
