package dev.holdfast.search;

import dev.holdfast.Damaged;
import dev.holdfast.format.Digest;
import dev.holdfast.format.pxar.EntryName;
import dev.holdfast.format.pxar.SipHash24;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Cuts the items of a directory into pages. Where a page ends depends on a name's hash, so that a
 * new name in a directory of a million changes one page of some 256 items and leaves the others as
 * they were, and so that memory does not grow with the directory. Small directories are one page
 * nearly always.
 */
final class PageWriter {
    private static final int CUT_MASK = 0xff;
    private static final int MAX_PAGE_BYTES = 64 << 10;

    private final PageSink sink;
    private final ItemOutput items = new ItemOutput();
    private final List<Digest> pages = new ArrayList<>();
    private Optional<byte[]> last = Optional.empty();

    PageWriter(PageSink sink) {
        this.sink = sink;
    }

    /**
     * Adds the next item by rising names.
     *
     * @throws Damaged if it is not the next one: searching relies on the order
     */
    void add(Item item) {
        if (last.isPresent() && EntryName.compare(last.get(), item.name()) >= 0) {
            throw new Damaged("a directory has its names out of order");
        }
        last = Optional.of(item.name());
        items.item(item);
        if ((SipHash24.hash(item.name()) & CUT_MASK) == 0 || items.length() >= MAX_PAGE_BYTES) {
            cut();
        }
    }

    private void cut() {
        pages.add(sink.put(items.toByteArray()));
        items.clear();
    }

    /** The pages of all that was added. */
    List<Digest> finish() {
        if (items.length() > 0) {
            cut();
        }
        return pages;
    }
}
