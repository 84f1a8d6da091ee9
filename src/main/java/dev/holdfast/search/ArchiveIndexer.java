package dev.holdfast.search;

import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.snapshot.ArchiveReader;
import dev.holdfast.snapshot.DirectoryListing;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/**
 * Reads a metadata archive once and writes its directories as pages, the innermost first. Memory: a
 * page for every directory on the way from the root.
 */
final class ArchiveIndexer {
    private final ArchiveReader archive;
    private final PageSink sink;
    private final Deque<Open> open = new ArrayDeque<>();
    private long entries;

    private record Open(Entry directory, DirectoryListing children, PageWriter pages) {}

    ArchiveIndexer(ArchiveReader archive, PageSink sink) {
        this.archive = archive;
        this.sink = sink;
    }

    /** The root of the archive under the archive's name. */
    Item index(byte[] name) {
        enter(archive.root().entry());
        while (true) {
            Open directory = open.element();
            if (directory.children().hasNext()) {
                Entry child = directory.children().next();
                entries++;
                if (child.isDirectory()) {
                    enter(child);
                } else {
                    directory.pages().add(item(child));
                }
            } else {
                open.pop();
                Entry entry = directory.directory();
                Item item =
                        item(entry.name(), entry, new Item.Directory(directory.pages().finish()));
                if (open.isEmpty()) {
                    return item.named(name);
                }
                open.element().pages().add(item);
            }
        }
    }

    /** How many entries were seen. */
    long entries() {
        return entries;
    }

    private void enter(Entry directory) {
        open.push(new Open(directory, archive.open(directory).list(), new PageWriter(sink)));
    }

    private Item item(Entry entry) {
        return item(entry.name(), entry, body(entry));
    }

    private static Item item(byte[] name, Entry entry, Item.Body body) {
        return new Item(name, true, Attributes.of(entry.metadata()), body);
    }

    private Item.Body body(Entry entry) {
        Body body = entry.body();
        if (body instanceof Body.Regular file) {
            return new Item.File(file.sizeBytes(), Optional.empty());
        } else if (body instanceof Body.Symlink link) {
            return new Item.Symlink(link.target());
        } else if (body instanceof Body.Device device) {
            return new Item.Device(
                    Kind.ofTypeBits(entry.mode()) == Kind.BLOCK_DEVICE, device.number());
        }
        return new Item.Special(Kind.ofTypeBits(entry.mode()));
    }
}
