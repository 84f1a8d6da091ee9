package dev.holdfast.search;

import dev.holdfast.format.catalog.CatalogEntry;
import dev.holdfast.format.pxar.DeviceNumber;
import dev.holdfast.snapshot.CatalogReader;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Writes what a catalog says of an unsplit archive as pages. Such an archive has its names between
 * its contents, so that reading them all would be reading all of it; the catalog, which every
 * backup of that kind carries, knows names, kinds, and sizes and times of regular files.
 */
final class CatalogIndexer {
    private static final Attributes UNKNOWN = Attributes.timeOnly(0);

    private final PageSink sink;
    private final Deque<Open> open = new ArrayDeque<>();

    private record Open(byte[] name, Iterator<CatalogReader.Child> children, PageWriter pages) {}

    CatalogIndexer(PageSink sink) {
        this.sink = sink;
    }

    /** The root of an archive of the catalog under the archive's name. */
    Item index(CatalogReader.Directory archive, byte[] name) {
        open.push(new Open(name, archive.children(), new PageWriter(sink)));
        while (true) {
            Open directory = open.element();
            if (directory.children().hasNext()) {
                CatalogReader.Child child = directory.children().next();
                byte[] childName = child.entry().name();
                if (child.directory().isPresent()) {
                    open.push(
                            new Open(
                                    childName,
                                    child.directory().get().children(),
                                    new PageWriter(sink)));
                } else {
                    directory.pages().add(item(child.entry()));
                }
            } else {
                open.pop();
                Item.Directory body = new Item.Directory(directory.pages().finish());
                Item item = new Item(directory.name(), false, UNKNOWN, body);
                if (open.isEmpty()) {
                    return item;
                }
                open.element().pages().add(item);
            }
        }
    }

    private static Item item(CatalogEntry entry) {
        return new Item(
                entry.name(), false, Attributes.timeOnly(entry.mtimeSeconds()), body(entry));
    }

    private static Item.Body body(CatalogEntry entry) {
        return switch (entry.type()) {
            case FILE -> new Item.File(entry.sizeBytes(), Optional.empty());
            // The catalog does not say what it links to.
            case HARD_LINK -> new Item.File(Item.File.UNKNOWN_SIZE, Optional.empty());
            case SYMLINK -> new Item.Symlink(new byte[0]);
            case BLOCK_DEVICE -> new Item.Device(true, new DeviceNumber(0, 0));
            case CHARACTER_DEVICE -> new Item.Device(false, new DeviceNumber(0, 0));
            case FIFO -> new Item.Special(Kind.FIFO);
            case SOCKET -> new Item.Special(Kind.SOCKET);
            case DIRECTORY -> new Item.Directory(List.of());
        };
    }
}
