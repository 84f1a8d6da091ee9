package dev.holdfast.stage;

import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.format.pxar.Stat;
import dev.holdfast.format.pxar.Xattr;
import dev.holdfast.fuse.FileTime;
import dev.holdfast.snapshot.ArchiveReader;
import dev.holdfast.snapshot.ChunkedSource;
import dev.holdfast.snapshot.DirectoryListing;
import dev.holdfast.snapshot.DirectoryReader;
import dev.holdfast.snapshot.LinkCounts;
import dev.holdfast.snapshot.Snapshot;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.OptionalInt;
import java.util.function.Consumer;

/**
 * A snapshot's archive as the base of a staging area. The snapshot stays open, and so is neither
 * removed nor are its chunks collected, until the base is closed. Directories are known by where
 * they end in the metadata archive, files by their FILENAME items.
 */
public final class SnapshotBase implements Base {
    /** Entries of a directory lie as far apart as what is below them is long: 30 ms to read. */
    private static final long COUNTED_BYTES = 8 << 20;

    private final Snapshot snapshot;
    private final byte[] descriptor;
    private final ArchiveReader archive;
    private final ChunkedSource content;
    private LinkCounts links;

    /**
     * Takes over {@code snapshot}.
     *
     * @param descriptor what the area stores to find the snapshot again
     * @param archiveName {@code root.pxar}
     */
    public SnapshotBase(Snapshot snapshot, String archiveName, byte[] descriptor) {
        this.snapshot = snapshot;
        this.descriptor = descriptor.clone();
        this.archive = snapshot.archive(archiveName);
        this.content = snapshot.content(archiveName);
    }

    /** The snapshot. */
    public Snapshot snapshot() {
        return snapshot;
    }

    /** The archive. */
    ArchiveReader archive() {
        return archive;
    }

    @Override
    public byte[] descriptor() {
        return descriptor.clone();
    }

    @Override
    public BaseEntry root() {
        return describe(archive.root().entry(), new byte[0]);
    }

    /** The directory that a reference names. */
    DirectoryReader directory(long ref) {
        return archive.directoryEndingAt(ref);
    }

    @Override
    public void list(long ref, Consumer<BaseEntry> sink) {
        for (DirectoryListing listing = directory(ref).list(); listing.hasNext(); ) {
            Entry entry = listing.next();
            sink.accept(describe(entry, entry.name()));
        }
    }

    @Override
    public OptionalInt countDirectories(long ref) {
        DirectoryReader directory = directory(ref);
        if (directory.spanBytes() > COUNTED_BYTES) {
            return OptionalInt.empty();
        }
        int count = 0;
        for (DirectoryListing listing = directory.list(); listing.hasNext(); ) {
            count += listing.next().isDirectory() ? 1 : 0;
        }
        return OptionalInt.of(count);
    }

    /** What identifies an entry: the end of a directory, the first name of everything else. */
    static long ref(Entry entry) {
        return entry.body() instanceof Body.Directory directory
                ? directory.end().orElseThrow()
                : entry.filenameOffset();
    }

    /** How many names a file has. */
    int links(Entry entry) {
        return entry.isRegular() ? linkCounts().linksTo(entry) : 1;
    }

    private BaseEntry describe(Entry entry, byte[] name) {
        Stat stat = entry.metadata().stat();
        Map<String, byte[]> xattrs = new HashMap<>();
        for (Xattr xattr : entry.metadata().kernelXattrs()) {
            xattrs.put(new String(xattr.name(), StandardCharsets.UTF_8), xattr.value());
        }
        Body body = entry.body();
        return new BaseEntry(
                name,
                entry.mode(),
                stat.flags(),
                stat.uid(),
                stat.gid(),
                new FileTime(stat.mtimeSeconds(), stat.mtimeNanos()),
                body instanceof Body.Regular file ? file.sizeBytes() : 0,
                body instanceof Body.Regular file ? file.contentOffset() : 0,
                body instanceof Body.Symlink link ? link.target() : new byte[0],
                body instanceof Body.Device device ? device.number().toKernel() : 0,
                xattrs,
                ref(entry),
                links(entry));
    }

    /** Counted at the first question: it takes a pass over the metadata. */
    private synchronized LinkCounts linkCounts() {
        if (links == null) {
            links = LinkCounts.of(archive);
        }
        return links;
    }

    @Override
    public void read(long contentOffset, byte[] target, int targetOffset, int lengthBytes) {
        content.read(contentOffset, target, targetOffset, lengthBytes);
    }

    @Override
    public void close() {
        snapshot.close();
    }
}
