package dev.holdfast.snapshot;

import dev.holdfast.format.FormatException;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.format.pxar.GoodbyeTable;
import java.util.Iterator;
import java.util.NoSuchElementException;

/**
 * The children of a directory, decoded in one forward pass as they are asked for. Hard links are
 * resolved. It may be dropped at any time and resumed by {@link DirectoryReader#listFrom}; for one
 * thread.
 */
public final class DirectoryListing implements Iterator<Entry> {
    private final DirectoryReader directory;
    private final GoodbyeTable table;
    private final ItemInput in;
    private int left;

    DirectoryListing(DirectoryReader directory, long position) {
        this.directory = directory;
        this.table = directory.table();
        this.in = directory.input(position);
        this.left = table.rowCount();
    }

    /** The position of what {@link #next} will return; at the end, of the goodbye table. */
    public long position() {
        return in.position();
    }

    @Override
    public boolean hasNext() {
        return in.position() < table.goodbyeOffset();
    }

    @Override
    public Entry next() {
        if (!hasNext()) {
            throw new NoSuchElementException();
        }
        if (left-- <= 0) {
            throw FormatException.at(in.position(), "more entries than its goodbye table says");
        }
        return directory.child(in, table);
    }
}
