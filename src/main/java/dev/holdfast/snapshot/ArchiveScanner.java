package dev.holdfast.snapshot;

import dev.holdfast.format.FormatException;
import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.format.pxar.GoodbyeTable;
import dev.holdfast.format.pxar.HardLink;
import dev.holdfast.format.pxar.ItemHeader;
import dev.holdfast.format.pxar.ItemType;
import java.util.Arrays;
import java.util.Optional;

/**
 * Reads an archive, or a directory of it, from its first byte to its last (§13). Contents are
 * skipped. Memory depends on the depth of the tree alone.
 *
 * <p>It also checks that every goodbye table belongs to its directory and has a row for every
 * child, which together with the order of the items proves that nothing is missing.
 */
public final class ArchiveScanner {
    private final ArchiveReader archive;
    private final ItemInput in;
    private final long end;
    private final long rootOffset;
    private final Optional<RowCheck> rows;

    /** Per open directory: offset of its ENTRY item, and how many children were seen. */
    private long[] open = new long[2 * 64];

    private int depth;

    private ArchiveScanner(
            ArchiveReader archive, Entry directory, long end, Optional<RowCheck> rows) {
        this.archive = archive;
        this.rows = rows;
        this.end = end;
        this.in = new ItemInput(archive.metadata(), directory.entryOffset(), end);
        this.rootOffset = archive.rootEntry().entryOffset();
    }

    /** Scans all of an archive. */
    public static void scan(ArchiveReader archive, ArchiveVisitor visitor) {
        scan(archive.root(), visitor);
    }

    /**
     * Scans all of an archive and also compares every row of its goodbye tables with the child that
     * it stands for, and follows hard links: what passes is found by lookups as the scan has found
     * it.
     */
    public static void check(ArchiveReader archive, ArchiveVisitor visitor) {
        scan(archive.root(), visitor, Optional.of(new RowCheck()));
    }

    /** Scans a directory and all below it. */
    public static void scan(DirectoryReader directory, ArchiveVisitor visitor) {
        scan(directory, visitor, Optional.empty());
    }

    private static void scan(
            DirectoryReader directory, ArchiveVisitor visitor, Optional<RowCheck> rows) {
        Entry entry = directory.entry();
        long end = ((Body.Directory) entry.body()).end().orElseThrow();
        new ArchiveScanner(directory.archive(), entry, end, rows)
                .scan(entry.name(), entry.filenameOffset(), visitor);
    }

    private void scan(byte[] name, long filenameOffset, ArchiveVisitor visitor) {
        enter(archive.decoder().entry(in, name, filenameOffset), visitor);
        while (depth > 0) {
            long offset = in.position();
            ItemHeader header = in.header();
            if (header.type() == ItemType.FILENAME) {
                open[2 * depth - 1]++;
                child(archive.decoder().nameContent(in, header, offset), offset, visitor);
            } else if (header.type() == ItemType.GOODBYE) {
                leave(header, offset);
                visitor.leaveDirectory();
            } else {
                throw FormatException.at(
                        offset, "item " + Long.toHexString(header.type()) + " between entries");
            }
        }
        if (in.position() != end) {
            throw FormatException.at(in.position(), "archive goes on behind its end");
        }
    }

    private void child(byte[] name, long offset, ArchiveVisitor visitor) {
        Optional<HardLink> link = archive.decoder().hardLink(in, name, offset);
        if (link.isPresent()) {
            if (rows.isPresent()) {
                rows.get().child(name, offset);
                archive.resolve(link.get());
            }
            visitor.hardLink(link.get());
            return;
        }
        Entry entry = archive.decoder().entry(in, name, offset);
        if (entry.isDirectory()) {
            enter(entry, visitor);
        } else {
            rows.ifPresent(r -> r.child(name, offset));
            visitor.entry(entry);
        }
    }

    private void enter(Entry directory, ArchiveVisitor visitor) {
        if (open.length == 2 * depth) {
            open = Arrays.copyOf(open, 2 * open.length);
        }
        open[2 * depth] = directory.entryOffset();
        open[2 * depth + 1] = 0;
        depth++;
        rows.ifPresent(r -> r.enter(directory.name(), directory.nameOffset()));
        visitor.enterDirectory(directory);
    }

    private void leave(ItemHeader header, long offset) {
        depth--;
        long children = open[2 * depth + 1];
        long entryOffset = open[2 * depth];
        if (header.contentBytes() != GoodbyeTable.ROW_BYTES * (children + 1)) {
            throw FormatException.at(
                    offset, "goodbye table that does not list its " + children + " children");
        }
        if (rows.isPresent()) {
            rows.get().leave(in, Math.toIntExact(children), offset);
        } else {
            in.seek(in.position() + children * GoodbyeTable.ROW_BYTES);
        }
        int off = in.content(new ItemHeader(ItemType.GOODBYE, GoodbyeTable.ROW_BYTES));
        GoodbyeTable.Tail tail = GoodbyeTable.Tail.decode(in.buffer(), off, in.position());
        boolean rootQuirk = entryOffset == rootOffset && tail.entryOffset() == 0;
        if (tail.goodbyeOffset() != offset || (tail.entryOffset() != entryOffset && !rootQuirk)) {
            throw FormatException.at(offset, "goodbye table of another directory");
        }
    }
}
