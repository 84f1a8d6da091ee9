package dev.holdfast.snapshot;

import dev.holdfast.Damaged;
import dev.holdfast.format.FormatException;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.format.pxar.GoodbyeTable;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;

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
    private long nextPosition;
    private Optional<long[]> offsets = Optional.empty();

    DirectoryListing(DirectoryReader directory, long position) {
        this.directory = directory;
        this.table = directory.table();
        this.in = directory.input(position);
        this.left = table.rowCount();
    }

    /**
     * After {@link #next} has failed: goes on with the first child behind the failed one that lies
     * in a readable place, as the goodbye table knows it. What is between is left out, so whoever
     * lists must say in the end that the listing is not complete.
     *
     * @throws Damaged if the table cannot tell; then the listing cannot go on
     */
    public void skipDamage() {
        if (offsets.isEmpty()) {
            offsets = Optional.of(directory.childOffsets());
        }
        long next = nextPosition + 1;
        while (true) {
            next = firstChildFrom(next);
            if (next == table.goodbyeOffset() || directory.isReadable(next)) {
                break;
            }
            next = directory.archive().metadata().blockEnd(next);
        }
        in.seek(next);
    }

    private long firstChildFrom(long position) {
        long[] all = offsets.orElseThrow();
        int i = Arrays.binarySearch(all, position);
        int at = i < 0 ? -i - 1 : i;
        return at == all.length ? table.goodbyeOffset() : all[at];
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
        nextPosition = in.position();
        if (left-- <= 0) {
            throw FormatException.at(in.position(), "more entries than its goodbye table says");
        }
        return directory.child(in, table);
    }
}
