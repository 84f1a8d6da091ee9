package dev.holdfast.snapshot;

import dev.holdfast.format.pxar.Entry;
import dev.holdfast.format.pxar.HardLink;
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

    /** Scans an archive. */
    public static LinkCounts of(ArchiveReader archive) {
        Collector collector = new Collector();
        ArchiveScanner.scan(archive, collector);
        return collector.counts();
    }

    /** The link count of anything but a directory: 1 and what else links to it. */
    public int linksTo(Entry entry) {
        int i = Arrays.binarySearch(targets, entry.filenameOffset());
        return i < 0 ? 1 : 1 + links[i];
    }

    /** Collects the targets of all links, to be sorted and counted. */
    private static final class Collector implements ArchiveVisitor {
        private long[] targets = new long[16];
        private int size;

        @Override
        public void enterDirectory(Entry directory) {}

        @Override
        public void entry(Entry entry) {}

        @Override
        public void hardLink(HardLink link) {
            if (size == targets.length) {
                targets = Arrays.copyOf(targets, size + (size >> 1));
            }
            targets[size++] = link.targetOffset();
        }

        @Override
        public void leaveDirectory() {}

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
