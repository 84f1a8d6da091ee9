package dev.holdfast.snapshot;

import dev.holdfast.Damaged;
import dev.holdfast.format.Bytes;
import dev.holdfast.format.FormatException;
import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.format.pxar.GoodbyeTable;
import dev.holdfast.format.pxar.HardLink;
import dev.holdfast.format.pxar.ItemHeader;
import dev.holdfast.format.pxar.ItemType;
import dev.holdfast.format.pxar.SipHash24;
import java.util.Arrays;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * A directory of an archive: find a child by name, list children from a position on.
 *
 * <p>Holds nothing but the directory's own entry; make as many as you like. Safe for many threads.
 * Errors as {@link ArchiveReader}.
 */
public final class DirectoryReader {
    /** Offsets of that many children may be collected to find the way around damage: 32 MB. */
    private static final int MAX_OFFSETS = 4 << 20;

    private final ArchiveReader archive;
    private final Entry entry;
    private final long firstChild;
    private final long end;

    DirectoryReader(ArchiveReader archive, Entry entry) {
        if (!(entry.body() instanceof Body.Directory directory) || directory.end().isEmpty()) {
            throw new IllegalArgumentException("no directory found by a reader: " + entry);
        }
        this.archive = archive;
        this.entry = entry;
        this.firstChild = directory.childrenOffset();
        this.end = directory.end().getAsLong();
    }

    /** The archive that it is in. */
    public ArchiveReader archive() {
        return archive;
    }

    /** The directory itself. */
    public Entry entry() {
        return entry;
    }

    /** How many children it has. */
    public int childCount() {
        return table().rowCount();
    }

    /** How much of the archive lies between its first entry and its end, with all that is below. */
    public long spanBytes() {
        return end - firstChild;
    }

    /**
     * Finds a child by its name. A hard link gives the entry it links to, under the link's name.
     */
    public Optional<Entry> lookup(byte[] name) {
        Found found = new Found(name);
        table().find(SipHash24.hash(name), found::accept);
        return found.entry;
    }

    /** All children, in the order of the archive: by unsigned bytes of the name. */
    public DirectoryListing list() {
        return new DirectoryListing(this, firstChild);
    }

    /**
     * The children from a position on.
     *
     * @param position {@link Entry#nameOffset} of the first child to list, or what {@link
     *     DirectoryListing#position} said; 0 is the start
     * @throws IllegalArgumentException if it is no position of this directory
     */
    public DirectoryListing listFrom(long position) {
        if (position == 0) {
            return list();
        }
        long goodbye = table().goodbyeOffset();
        if (position < firstChild || position > goodbye) {
            throw new IllegalArgumentException("no position of this directory: " + position);
        }
        if (position < goodbye && position != firstChild && !isChild(position)) {
            throw new IllegalArgumentException("no position of this directory: " + position);
        }
        return new DirectoryListing(this, position);
    }

    /** Positions come from outside: content of a unified archive can look like a name. */
    private boolean isChild(long position) {
        byte[] name;
        try {
            name = archive.decoder().name(input(position));
        } catch (Damaged e) {
            // Where a listing stopped before damage; or nothing of this directory.
            return Arrays.binarySearch(childOffsets(), position) >= 0;
        }
        return rowOf(name, position).isPresent();
    }

    long firstChild() {
        return firstChild;
    }

    GoodbyeTable table() {
        return archive.table(entry, end);
    }

    /**
     * Where every child begins, in rising order, as the rows of the goodbye table say: the way on
     * when the items between cannot be read. Costs 8 bytes per child.
     *
     * @throws FormatException if a row points out of the directory, or there are too many
     */
    long[] childOffsets() {
        GoodbyeTable table = table();
        if (table.rowCount() > MAX_OFFSETS) {
            throw FormatException.at(
                    table.goodbyeOffset(),
                    "damage in a directory of " + table.rowCount() + " entries");
        }
        ItemInput in = input(table.goodbyeOffset());
        ItemHeader header = in.header();
        if (header.type() != ItemType.GOODBYE
                || header.contentBytes() != GoodbyeTable.ROW_BYTES * (table.rowCount() + 1L)) {
            throw FormatException.at(table.goodbyeOffset(), "no goodbye table of this directory");
        }
        long[] offsets = new long[table.rowCount()];
        for (int i = 0; i < offsets.length; i++) {
            int row = in.content(new ItemHeader(ItemType.GOODBYE, GoodbyeTable.ROW_BYTES));
            long offset = table.goodbyeOffset() - Bytes.getLong(in.buffer(), row + Long.BYTES);
            if (offset < firstChild || offset >= table.goodbyeOffset()) {
                throw FormatException.at(
                        table.goodbyeOffset(), "goodbye row that points out of its directory");
            }
            offsets[i] = offset;
        }
        Arrays.sort(offsets);
        return offsets;
    }

    /** Whether the byte at a position can be had at all. */
    boolean isReadable(long position) {
        try {
            archive.metadata().read(position, new byte[1], 0, 1);
            return true;
        } catch (Damaged e) {
            return false;
        }
    }

    /** The items of this directory from an offset on; the goodbye table ends them. */
    ItemInput input(long position) {
        return new ItemInput(archive.metadata(), position, end);
    }

    /** Decodes the child at the input's position and moves behind it. */
    Entry child(ItemInput in, GoodbyeTable table) {
        long offset = in.position();
        byte[] name = archive.decoder().name(in);
        Optional<HardLink> link = archive.decoder().hardLink(in, name, offset);
        if (link.isPresent()) {
            return archive.resolve(link.get());
        }
        Entry child = archive.decoder().entry(in, name, offset);
        if (child.isDirectory()) {
            long size =
                    rowOf(name, offset)
                            .orElseThrow(
                                    () ->
                                            FormatException.at(
                                                    offset, "directory that no goodbye row names"));
            child = directory(child, offset, size, table);
            in.seek(offset + size);
        }
        if (in.position() > table.goodbyeOffset()) {
            throw FormatException.at(offset, "entry that does not end in its directory");
        }
        return child;
    }

    /** What the row of a child says its size is. */
    private OptionalLong rowOf(byte[] name, long position) {
        long[] size = new long[1];
        boolean found =
                table().find(
                                SipHash24.hash(name),
                                (filenameOffset, sizeBytes) -> {
                                    size[0] = sizeBytes;
                                    return filenameOffset == position;
                                });
        return found ? OptionalLong.of(size[0]) : OptionalLong.empty();
    }

    /** Completes a directory by its end, which only a row of this directory's table knows. */
    private static Entry directory(Entry child, long offset, long size, GoodbyeTable table) {
        long first = ((Body.Directory) child.body()).childrenOffset();
        if (size <= first - offset || size > table.goodbyeOffset() - offset) {
            throw FormatException.at(
                    offset, "directory of " + Long.toUnsignedString(size) + " bytes");
        }
        Body body = new Body.Directory(first, OptionalLong.of(offset + size));
        return new Entry(child.name(), offset, offset, child.entryOffset(), child.metadata(), body);
    }

    /** Looks at the children whose hash is that of a name. */
    private final class Found {
        private final byte[] name;
        private Optional<Entry> entry = Optional.empty();

        Found(byte[] name) {
            this.name = name;
        }

        boolean accept(long filenameOffset, long sizeBytes) {
            if (filenameOffset < firstChild) {
                throw FormatException.at(
                        table().goodbyeOffset(), "goodbye row that points out of its directory");
            }
            ItemInput in = input(filenameOffset);
            if (!Arrays.equals(archive.decoder().name(in), name)) {
                return false;
            }
            in.seek(filenameOffset);
            entry = Optional.of(child(in, table()));
            return true;
        }
    }
}
