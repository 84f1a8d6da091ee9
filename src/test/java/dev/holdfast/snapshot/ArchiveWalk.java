package dev.holdfast.snapshot;

import static dev.holdfast.HostileInput.accepted;
import static dev.holdfast.HostileInput.check;
import static dev.holdfast.HostileInput.read;

import dev.holdfast.Damaged;
import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.format.pxar.HardLink;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.Optional;

/**
 * Does with an archive that somebody made up all that a mount does: scan, list, resume, look up,
 * read. What is found must be within the archive, and there cannot be more of it than fits.
 */
final class ArchiveWalk {
    /** The shortest child: the items FILENAME and HARDLINK, both with the least content. */
    private static final int LEAST_ENTRY_BYTES = 16 + 2 + 16 + 9;

    /** Content of one archive that is looked at. */
    private static final int MAX_READ_BYTES = 1 << 20;

    private final ArchiveReader archive;
    private final long metadataBytes;
    private int entries;
    private long readBytes;

    private ArchiveWalk(ArchiveReader archive, long metadataBytes) {
        this.archive = archive;
        this.metadataBytes = metadataBytes;
    }

    static void walk(ArchiveReader archive, long metadataBytes) {
        new ArchiveWalk(archive, metadataBytes).all();
    }

    private void all() {
        read(archive::prelude);
        Counter counter = new Counter();
        boolean scanned = accepted(() -> ArchiveScanner.scan(archive, counter));
        if (scanned) {
            check(counter.depth == 0, "scan that leaves directories open");
        }
        accepted(() -> LinkCounts.of(archive));
        Deque<DirectoryReader> open = new ArrayDeque<>();
        open.add(archive.root());
        while (!open.isEmpty()) {
            DirectoryReader directory = open.remove();
            accepted(() -> directory(directory, open));
            accepted(() -> aroundDamage(directory));
        }
    }

    private void directory(DirectoryReader directory, Deque<DirectoryReader> open) {
        long end = ((Body.Directory) directory.entry().body()).end().orElseThrow();
        read(() -> archive.directoryEndingAt(end));
        DirectoryListing listing = directory.list();
        while (listing.hasNext()) {
            long position = listing.position();
            Entry child = listing.next();
            check(child.nameOffset() == position, "entry that is not where the listing was");
            check(listing.position() > position, "listing that does not go on");
            check(
                    ++entries <= metadataBytes / LEAST_ENTRY_BYTES,
                    "more entries than the archive has room for");
            use(directory, child);
            if (child.isDirectory()) {
                open.add(archive.open(child));
            }
        }
    }

    /** What cannot be decoded is left out, and the listing goes on, always forward. */
    private static void aroundDamage(DirectoryReader directory) {
        DirectoryListing listing = directory.list();
        long last = -1;
        while (listing.hasNext()) {
            check(listing.position() > last, "listing that does not go on");
            last = listing.position();
            try {
                listing.next();
            } catch (Damaged e) {
                listing.skipDamage();
            }
        }
    }

    private void use(DirectoryReader directory, Entry child) {
        Optional<Optional<Entry>> found = read(() -> directory.lookup(child.name()));
        if (found.isPresent() && found.get().isPresent()) {
            check(
                    Arrays.equals(found.get().get().name(), child.name()),
                    "another entry than was looked for");
        }
        accepted(() -> resume(directory, child));
        accepted(() -> child.metadata().kernelXattrs());
        if (child.isRegular()) {
            read(() -> archive.content(child)).ifPresent(this::content);
        }
    }

    /** A position is refused unless a goodbye row names it. */
    private static void resume(DirectoryReader directory, Entry child) {
        try {
            Entry again = directory.listFrom(child.nameOffset()).next();
            check(again.nameOffset() == child.nameOffset(), "listing resumed elsewhere");
        } catch (IllegalArgumentException e) {
            check(
                    e.getMessage().startsWith("no position of this directory"),
                    "illegal argument: " + e.getMessage());
        }
    }

    private void content(ByteSource content) {
        int n = (int) Math.min(content.size(), MAX_READ_BYTES - readBytes);
        readBytes += n;
        accepted(() -> content.read(0, new byte[n], 0, n));
    }

    private static final class Counter implements ArchiveVisitor {
        private int depth;

        @Override
        public void enterDirectory(Entry directory) {
            depth++;
        }

        @Override
        public void entry(Entry entry) {}

        @Override
        public void hardLink(HardLink link) {}

        @Override
        public void leaveDirectory() {
            depth--;
        }
    }
}
