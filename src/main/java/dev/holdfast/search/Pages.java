package dev.holdfast.search;

import dev.holdfast.format.Digest;
import dev.holdfast.format.pxar.EntryName;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Finds pages by their digest. Safe for many threads. */
public interface Pages {

    /**
     * The bytes of a page: items one after the other, by rising names.
     *
     * @throws dev.holdfast.Damaged if it is not there
     */
    byte[] page(Digest digest);

    /** The items of a page. */
    default List<Item> items(Digest digest) {
        ItemInput in = new ItemInput(page(digest));
        List<Item> items = new ArrayList<>();
        while (in.hasNext()) {
            items.add(in.item());
        }
        return items;
    }

    /** The item of that name in a directory. */
    default Optional<Item> child(Item directory, byte[] name) {
        List<Digest> pages = directory.pages();
        int low = 0;
        int high = pages.size() - 1;
        while (low < high) { // the last page whose first name is not above
            int middle = (low + high + 1) >>> 1;
            byte[] first = new ItemInput(page(pages.get(middle))).byteString();
            if (EntryName.compare(first, name) <= 0) {
                low = middle;
            } else {
                high = middle - 1;
            }
        }
        return pages.isEmpty() ? Optional.empty() : inPage(pages.get(low), name);
    }

    /** The item of that name in a page. */
    default Optional<Item> inPage(Digest page, byte[] name) {
        return items(page).stream().filter(i -> EntryName.compare(i.name(), name) == 0).findFirst();
    }
}
