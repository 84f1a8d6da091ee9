package dev.holdfast.snapshot;

import dev.holdfast.format.Bytes;
import dev.holdfast.format.FormatException;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.format.pxar.ItemHeader;
import dev.holdfast.format.pxar.ItemType;
import java.util.Arrays;

/**
 * How many names every file of an archive has. The archive does not store it; it takes a scan.
 *
 * <p>Costs 12 bytes per file that has more than one name, whatever else the archive holds.
 */
public final class LinkCounts {
    private final long[] targets;
    private final int[] links;

    private LinkCounts(long[] targets, int[] links) {
        this.targets = targets;
        this.links = links;
    }

    /**
     * Scans an archive. Items are looked at, not decoded: three headers of an average file, so that
     * a scan is as fast as its chunks can be opened.
     *
     * @throws FormatException if the items do not follow one another
     */
    public static LinkCounts of(ArchiveReader archive) {
        Targets targets = new Targets();
        ByteSource metadata = archive.metadata().passing();
        ItemInput in = new ItemInput(metadata, archive.rootEntry().entryOffset(), metadata.size());
        long name = 0;
        while (in.position() < in.limit()) {
            long offset = in.position();
            ItemHeader header = in.header();
            if (header.type() == ItemType.HARDLINK && header.contentBytes() > Long.BYTES) {
                int content = in.content(header);
                long distance = Bytes.getLong(in.buffer(), content);
                if (distance == 0 || Long.compareUnsigned(distance, name) > 0) {
                    throw FormatException.at(
                            offset, "hard link that does not point into the archive");
                }
                targets.add(name - distance);
            } else {
                if (header.type() == ItemType.FILENAME) {
                    name = offset;
                }
                in.skip(header);
            }
        }
        return targets.counts();
    }

    /** The link count of anything but a directory: 1 and what else links to it. */
    public int linksTo(Entry entry) {
        int i = Arrays.binarySearch(targets, entry.filenameOffset());
        return i < 0 ? 1 : 1 + links[i];
    }

    /** The targets of all links, to be sorted and counted. */
    private static final class Targets {
        private long[] targets = new long[16];
        private int size;

        void add(long target) {
            if (size == targets.length) {
                targets = Arrays.copyOf(targets, size + (size >> 1));
            }
            targets[size++] = target;
        }

        LinkCounts counts() {
            Arrays.sort(targets, 0, size);
            int distinct = 0;
            int[] links = new int[size];
            for (int i = 0; i < size; i++) {
                if (distinct == 0 || targets[distinct - 1] != targets[i]) {
                    targets[distinct++] = targets[i];
                }
                links[distinct - 1]++;
            }
            return new LinkCounts(Arrays.copyOf(targets, distinct), Arrays.copyOf(links, distinct));
        }
    }
}
