package dev.holdfast.snapshot;

import static java.util.Objects.requireNonNull;

import dev.holdfast.Damaged;
import dev.holdfast.format.Bytes;
import dev.holdfast.format.FormatException;
import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.format.pxar.GoodbyeTable;
import dev.holdfast.format.pxar.HardLink;
import dev.holdfast.format.pxar.ItemHeader;
import dev.holdfast.format.pxar.ItemType;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * An archive read at any place with few reads (§14): directories by their goodbye tables, never the
 * archive as a whole.
 *
 * <p>Safe for many threads. Every method may throw {@link FormatException} if the archive is not
 * well-formed where it is looked at, and whatever the sources throw.
 */
public final class ArchiveReader {
    private static final long DEFAULT_CACHE_BYTES = 8L << 20;

    /** Read at once from the end of a directory: the table and all rows of most. */
    private static final int TABLE_READ_BYTES = 4 << 10;

    private static final int MAX_PRELUDE_BYTES = 16 << 20;

    private final ByteSource metadata;
    private final ByteSource content;
    private final boolean split;
    private final GoodbyeCache cache;
    private final EntryDecoder decoder;
    private final Optional<ByteSource> prelude;
    private final Entry root;

    private ArchiveReader(
            ByteSource metadata, ByteSource content, boolean split, GoodbyeCache cache) {
        this.metadata = requireNonNull(metadata);
        this.content = requireNonNull(content);
        this.split = split;
        this.cache = requireNonNull(cache);
        this.decoder = new EntryDecoder(split);
        ItemInput in = new ItemInput(metadata, 0, metadata.size());
        long version = readVersion(in);
        if (split != (version == 2)) {
            throw new FormatException(
                    split ? "not a metadata archive" : "a metadata archive, without its payload");
        }
        this.prelude = readPrelude(in);
        Entry entry = decoder.entry(in, new byte[0], in.position());
        if (!(entry.body() instanceof Body.Directory directory)) {
            throw FormatException.at(entry.entryOffset(), "archive whose root is no directory");
        }
        this.root =
                new Entry(
                        entry.name(),
                        entry.nameOffset(),
                        entry.filenameOffset(),
                        entry.entryOffset(),
                        entry.metadata(),
                        new Body.Directory(
                                directory.childrenOffset(), OptionalLong.of(metadata.size())));
    }

    /** Opens a split archive (version 2). */
    public static ArchiveReader split(ByteSource metadata, ByteSource payload) {
        return split(metadata, payload, new GoodbyeCache(DEFAULT_CACHE_BYTES));
    }

    /** Opens a split archive (version 2) that shares a cache with others. */
    public static ArchiveReader split(ByteSource metadata, ByteSource payload, GoodbyeCache cache) {
        return new ArchiveReader(metadata, payload, true, cache);
    }

    /** Opens a unified archive (version 1). */
    public static ArchiveReader unified(ByteSource archive) {
        return unified(archive, new GoodbyeCache(DEFAULT_CACHE_BYTES));
    }

    /** Opens a unified archive (version 1) that shares a cache with others. */
    public static ArchiveReader unified(ByteSource archive, GoodbyeCache cache) {
        return new ArchiveReader(archive, archive, false, cache);
    }

    private static long readVersion(ItemInput in) {
        ItemHeader header = in.header();
        if (header.type() != ItemType.FORMAT_VERSION) {
            in.seek(0);
            return 1;
        }
        if (header.contentBytes() != Long.BYTES) {
            throw FormatException.at(0, "malformed archive version");
        }
        int off = in.content(header);
        long version = Bytes.getLong(in.buffer(), off);
        if (version != 1 && version != 2) {
            throw FormatException.at(
                    0, "unknown archive version " + Long.toUnsignedString(version));
        }
        return version;
    }

    private Optional<ByteSource> readPrelude(ItemInput in) {
        long offset = in.position();
        ItemHeader header = in.header();
        if (header.type() != ItemType.PRELUDE || !split) {
            in.seek(offset);
            return Optional.empty();
        }
        ByteSource bytes = metadata.slice(in.position(), header.contentBytes());
        in.skip(header);
        return Optional.of(bytes);
    }

    /** Whether contents are in a stream of their own. */
    public boolean isSplit() {
        return split;
    }

    /**
     * What a split archive says before its root, by convention JSON.
     *
     * @throws FormatException if it is absurdly large
     */
    public Optional<byte[]> prelude() {
        if (prelude.isPresent() && prelude.get().size() > MAX_PRELUDE_BYTES) {
            throw new FormatException("prelude of " + prelude.get().size() + " bytes");
        }
        return prelude.map(
                source -> {
                    byte[] bytes = new byte[(int) source.size()];
                    source.read(0, bytes, 0, bytes.length);
                    return bytes;
                });
    }

    /** The root directory. */
    public DirectoryReader root() {
        return new DirectoryReader(this, root);
    }

    /**
     * A directory that was found by a {@link DirectoryReader} of this archive.
     *
     * @throws IllegalArgumentException if the entry is no directory, or comes from a scan
     */
    public DirectoryReader open(Entry directory) {
        return new DirectoryReader(this, directory);
    }

    /**
     * The directory that ends at {@code end}: how a directory is found again by one number (§14).
     * Its name is not known, and reads as empty.
     *
     * @throws FormatException if no directory ends there
     */
    public DirectoryReader directoryEndingAt(long end) {
        if (end == metadata.size()) {
            return root();
        }
        if (end < GoodbyeTable.ROW_BYTES || end > metadata.size()) {
            throw FormatException.at(end, "no directory ends here");
        }
        byte[] row = new byte[GoodbyeTable.ROW_BYTES];
        metadata.read(end - row.length, row, 0, row.length);
        long offset = GoodbyeTable.Tail.decode(row, 0, end).entryOffset();
        ItemInput in = new ItemInput(metadata, offset, end);
        Entry entry = decoder.entry(in, new byte[0], offset);
        if (!(entry.body() instanceof Body.Directory directory)) {
            throw FormatException.at(offset, "no directory where its end says");
        }
        return new DirectoryReader(
                this,
                new Entry(
                        entry.name(),
                        offset,
                        offset,
                        offset,
                        entry.metadata(),
                        new Body.Directory(directory.childrenOffset(), OptionalLong.of(end))));
    }

    /**
     * Finds an entry by its path; hard links are resolved.
     *
     * @param path names separated by slashes; empty ones are skipped, so that {@code /} is the root
     */
    public Optional<Entry> lookupPath(byte[] path) {
        Entry entry = root;
        int start = 0;
        while (start < path.length) {
            int end = start;
            while (end < path.length && path[end] != '/') {
                end++;
            }
            if (end > start) {
                if (!entry.isDirectory()) {
                    return Optional.empty();
                }
                Optional<Entry> child = open(entry).lookup(Arrays.copyOfRange(path, start, end));
                if (child.isEmpty()) {
                    return Optional.empty();
                }
                entry = child.get();
            }
            start = end + 1;
        }
        return Optional.of(entry);
    }

    /**
     * The content of a regular file, after checking that it is where the entry says (§10).
     *
     * @return a view of the content stream
     * @throws IllegalArgumentException if the entry is no regular file
     */
    public ByteSource content(Entry file) {
        if (!(file.body() instanceof Body.Regular regular)) {
            throw new IllegalArgumentException("no regular file: " + file);
        }
        if (regular.contentOffset() > content.size() - regular.sizeBytes()) {
            throw FormatException.at(
                    file.entryOffset(), "content lies beyond the end of the payload stream");
        }
        byte[] header = new byte[ItemHeader.BYTES];
        content.read(regular.payloadOffset(), header, 0, header.length);
        if (Bytes.getLong(header, 0) != ItemType.PAYLOAD
                || Bytes.getLong(header, 8) != ItemHeader.BYTES + regular.sizeBytes()) {
            throw FormatException.at(
                    regular.payloadOffset(), "no content of that size in the payload stream");
        }
        return content.slice(regular.contentOffset(), regular.sizeBytes());
    }

    ByteSource metadata() {
        return metadata;
    }

    Entry rootEntry() {
        return root;
    }

    EntryDecoder decoder() {
        return decoder;
    }

    /** The regular file that a hard link names. */
    Entry resolve(HardLink link) {
        ItemInput in = new ItemInput(metadata, link.targetOffset(), metadata.size());
        byte[] name = decoder.name(in);
        Entry target = decoder.entry(in, name, link.targetOffset());
        if (!target.isRegular()) {
            throw FormatException.at(link.nameOffset(), "hard link to what is no regular file");
        }
        return target.linkedAs(link.name(), link.nameOffset());
    }

    /** The table of a directory whose end is known. */
    GoodbyeTable table(Entry directory, long end) {
        return cache.get(this, end, () -> loadTable(directory, end));
    }

    private GoodbyeTable loadTable(Entry directory, long end) {
        long first = ((Body.Directory) directory.body()).childrenOffset();
        int length = (int) Math.min(TABLE_READ_BYTES, end - first);
        if (length < ItemHeader.BYTES + GoodbyeTable.ROW_BYTES) {
            throw FormatException.at(end, "directory without a goodbye table");
        }
        byte[] bytes = new byte[length];
        try {
            metadata.read(end - length, bytes, 0, length);
        } catch (Damaged e) {
            // What lies before the table is not needed; without the last row, nothing can be done.
            length = GoodbyeTable.ROW_BYTES;
            bytes = new byte[length];
            metadata.read(end - length, bytes, 0, length);
        }
        GoodbyeTable.Tail tail =
                GoodbyeTable.Tail.decode(bytes, length - GoodbyeTable.ROW_BYTES, end);
        boolean isRoot = directory.entryOffset() == root.entryOffset();
        if (tail.goodbyeOffset() < first
                || (tail.entryOffset() != directory.entryOffset()
                        && !(isRoot && tail.entryOffset() == 0))) {
            throw FormatException.at(tail.goodbyeOffset(), "goodbye table of another directory");
        }
        long start = tail.goodbyeOffset();
        int off = length - (int) Math.min(end - start, length);
        if (start < end - length) {
            int kept = GoodbyeTable.keptRows(tail.rowCount());
            bytes = new byte[ItemHeader.BYTES + kept * GoodbyeTable.ROW_BYTES];
            metadata.read(start, bytes, 0, bytes.length);
            off = 0;
        }
        return tableAt(tail, bytes, off, end);
    }

    private GoodbyeTable tableAt(GoodbyeTable.Tail tail, byte[] bytes, int off, long end) {
        long start = tail.goodbyeOffset();
        ItemHeader header = ItemHeader.decode(bytes, off, start, end - start - ItemHeader.BYTES);
        if (header.type() != ItemType.GOODBYE || header.itemBytes() != end - start) {
            throw FormatException.at(start, "no goodbye table where its last row says");
        }
        long rows = start + ItemHeader.BYTES;
        return new GoodbyeTable(
                start,
                tail.rowCount(),
                bytes,
                off + ItemHeader.BYTES,
                slot -> {
                    byte[] row = new byte[GoodbyeTable.ROW_BYTES];
                    metadata.read(rows + (long) slot * GoodbyeTable.ROW_BYTES, row, 0, row.length);
                    return row;
                });
    }
}
