package dev.holdfast.stage;

import java.util.Iterator;
import java.util.Map;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;

/**
 * The extents of all files as overlays: a later write covers what was there, in part or whole. Runs
 * of one file never overlap; what no run covers is a hole. The caller holds the lock of the inode
 * it works on.
 */
final class ExtentMap {
    private final MVMap<Place, Extent> map;
    private final Released released;

    /** Told of what is not referred to any more. */
    interface Released {
        /** {@code bytes} bytes of a run in the spool are gone: all of it or a part. */
        void released(Extent extent, long bytes);
    }

    ExtentMap(MVMap<Place, Extent> map, Released released) {
        this.map = map;
        this.released = released;
    }

    /**
     * Puts a run at {@code offset}, over whatever is there. Its bytes are already counted.
     *
     * @return by how many bytes more of the file are no hole
     */
    long put(long inode, long offset, Extent extent) {
        long cleared = clear(inode, offset, Math.addExact(offset, extent.lengthBytes()));
        map.put(new Place(inode, offset), extent);
        return extent.lengthBytes() - cleared;
    }

    /**
     * Makes [{@code from}, {@code to}) a hole.
     *
     * @return how many bytes of it were none
     */
    long clear(long inode, long from, long to) {
        if (from >= to) {
            return 0;
        }
        long cleared = 0;
        Place before = map.lowerKey(new Place(inode, from));
        if (before != null && before.inode() == inode) {
            Extent extent = map.get(before);
            long end = before.number() + extent.lengthBytes();
            if (end > from) {
                map.put(before, extent.slice(0, from - before.number()));
                cleared += cut(inode, before.number(), extent, from, Math.min(end, to), to);
            }
        }
        while (true) {
            Place next = map.ceilingKey(new Place(inode, from));
            if (next == null || next.inode() != inode || next.number() >= to) {
                return cleared;
            }
            Extent extent = map.remove(next);
            long end = next.number() + extent.lengthBytes();
            cleared += cut(inode, next.number(), extent, next.number(), Math.min(end, to), to);
        }
    }

    /** Counts [from, end) of the extent at {@code at} as released; puts back what follows to. */
    private long cut(long inode, long at, Extent extent, long from, long end, long to) {
        if (at + extent.lengthBytes() > to) {
            map.put(new Place(inode, to), extent.slice(to - at, at + extent.lengthBytes() - to));
        }
        release(extent, end - from);
        return end - from;
    }

    private void release(Extent extent, long bytes) {
        if (!extent.isBase()) {
            released.released(extent, bytes);
        }
    }

    /** Shows every run that overlaps [{@code from}, {@code to}), clipped to it, in order. */
    static void visit(MVMap<Place, Extent> map, long inode, long from, long to, Visitor visitor) {
        if (from >= to) {
            return;
        }
        Place first = map.floorKey(new Place(inode, from));
        if (first == null || first.inode() != inode) {
            first = new Place(inode, from);
        }
        Cursor<Place, Extent> cursor = map.cursor(first);
        while (cursor.hasNext()) {
            Place place = cursor.next();
            if (place.inode() != inode || place.number() >= to) {
                return;
            }
            Extent extent = cursor.getValue();
            long begin = Math.max(from, place.number());
            long end = Math.min(to, place.number() + extent.lengthBytes());
            if (begin < end) {
                visitor.run(begin, extent.slice(begin - place.number(), end - begin));
            }
        }
    }

    /** As the static one. */
    void visit(long inode, long from, long to, Visitor visitor) {
        visit(map, inode, from, to, visitor);
    }

    /**
     * Removes up to {@code limit} runs of a file that nobody can reach any more.
     *
     * @return whether none are left
     */
    boolean discard(long inode, int limit) {
        for (int i = 0; i < limit; i++) {
            Place next = map.ceilingKey(new Place(inode, 0));
            if (next == null || next.inode() != inode) {
                return true;
            }
            Extent extent = map.remove(next);
            release(extent, extent.lengthBytes());
        }
        return false;
    }

    /** Puts a run over a file that it covers whole, from its beginning. */
    void putWhole(long inode, Extent extent) {
        Place place = new Place(inode, 0);
        Extent first = map.get(place);
        if (first != null && first.lengthBytes() == extent.lengthBytes()) {
            // One run already, as almost always: two steps instead of six.
            map.put(place, extent);
            release(first, first.lengthBytes());
        } else {
            put(inode, 0, extent);
        }
    }

    /** Replaces a run by one of the same length, if it is still the same. */
    boolean replace(Place place, Extent expected, Extent replacement) {
        if (!expected.equals(map.get(place))) {
            return false;
        }
        map.put(place, replacement);
        release(expected, expected.lengthBytes());
        return true;
    }

    /** Replaces a part of a run by another of the same length, if it is still the same. */
    boolean replace(long inode, long offset, Extent expected, Extent replacement) {
        boolean[] same = {false};
        visit(
                inode,
                offset,
                offset + expected.lengthBytes(),
                (at, extent) -> same[0] = at == offset && extent.equals(expected));
        if (same[0]) {
            put(inode, offset, replacement);
        }
        return same[0];
    }

    /** The runs of one file, with their keys. */
    Iterator<Map.Entry<Place, Extent>> runs(long inode) {
        Cursor<Place, Extent> cursor =
                map.cursor(new Place(inode, 0), new Place(inode, Long.MAX_VALUE), false);
        return new Iterator<>() {
            @Override
            public boolean hasNext() {
                return cursor.hasNext();
            }

            @Override
            public Map.Entry<Place, Extent> next() {
                Place place = cursor.next();
                return Map.entry(place, cursor.getValue());
            }
        };
    }

    /** Receives runs. */
    interface Visitor {
        void run(long offset, Extent extent);
    }
}
