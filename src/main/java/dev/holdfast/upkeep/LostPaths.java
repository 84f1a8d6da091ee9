package dev.holdfast.upkeep;

import dev.holdfast.HoldfastException;
import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.snapshot.ArchiveReader;
import dev.holdfast.snapshot.DirectoryListing;
import dev.holdfast.snapshot.DirectoryReader;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * Finds which files of an archive lost which bytes. A directory that cannot be read costs only
 * itself: its neighbours are found by the tables of the directories above.
 */
final class LostPaths {
    private final ArchiveReader archive;
    private final List<LostRange> ranges;
    private final Sink sink;
    private final TreePaths paths = new TreePaths();
    private final Deque<DirectoryListing> open = new ArrayDeque<>();

    /** Hears of what is lost. */
    interface Sink {
        /** A file lost the bytes from {@code start} to before {@code end} of its content. */
        void file(String path, long start, long end, String reason);

        /** A directory cannot be listed, wholly or from some entry on. */
        void directory(String path, String reason);
    }

    /**
     * A search.
     *
     * @param ranges of the stream that holds the contents, in order, not overlapping
     */
    LostPaths(ArchiveReader archive, List<LostRange> ranges, Sink sink) {
        this.archive = archive;
        this.ranges = ranges;
        this.sink = sink;
    }

    void find() {
        paths.enter(new byte[0]);
        enter(archive.root());
        while (!open.isEmpty()) {
            Entry child;
            try {
                if (!open.element().hasNext()) {
                    leave();
                    continue;
                }
                child = open.element().next();
            } catch (HoldfastException | IllegalArgumentException e) {
                sink.directory(paths.here(), String.valueOf(e.getMessage()));
                leave();
                continue;
            }
            if (child.isDirectory()) {
                paths.enter(child.name());
                enter(archive.open(child));
            } else if (child.body() instanceof Body.Regular file) {
                compare(child, file);
            }
        }
    }

    private void enter(DirectoryReader directory) {
        try {
            open.push(directory.list());
        } catch (HoldfastException | IllegalArgumentException e) {
            sink.directory(paths.here(), String.valueOf(e.getMessage()));
            paths.leave();
        }
    }

    private void leave() {
        open.pop();
        paths.leave();
    }

    /** The header before the content counts: without it the content is not found. */
    private void compare(Entry child, Body.Regular file) {
        long start = file.contentOffset();
        long end = start + file.sizeBytes();
        for (int i = firstBehind(file.payloadOffset()); i < ranges.size(); i++) {
            LostRange range = ranges.get(i);
            if (range.start() >= end) {
                return;
            }
            long from = Math.max(range.start(), start) - start;
            long to = Math.min(range.end(), end) - start;
            if (range.start() < start) {
                sink.file(paths.child(child.name()), 0, Math.max(to, 0), range.reason());
            } else {
                sink.file(paths.child(child.name()), from, to, range.reason());
            }
        }
    }

    private int firstBehind(long offset) {
        int low = 0;
        int high = ranges.size();
        while (low < high) {
            int middle = (low + high) >>> 1;
            if (ranges.get(middle).end() > offset) {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        return low;
    }
}
