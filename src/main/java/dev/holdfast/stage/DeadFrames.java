package dev.holdfast.stage;

import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * Frames of the spool that nothing refers to, neighbours joined. Of segments with many small pieces
 * some are forgotten: they wait for {@link SpoolCompaction}.
 */
final class DeadFrames {
    private static final int MAX_PIECES = 16384;

    private final Map<Integer, TreeMap<Long, Long>> ends = new HashMap<>();

    /** Receives ranges. */
    interface Sink {
        void range(int segment, long position, long bytes);
    }

    synchronized void add(int segment, long position, long bytes) {
        TreeMap<Long, Long> pieces = ends.computeIfAbsent(segment, s -> new TreeMap<>());
        long start = position;
        long end = position + bytes;
        Map.Entry<Long, Long> before = pieces.floorEntry(position);
        if (before != null && before.getValue() == position) {
            start = before.getKey();
        }
        Long next = pieces.remove(end);
        if (next != null) {
            end = next;
        }
        if (pieces.size() < MAX_PIECES || start != position) {
            pieces.put(start, end);
        }
    }

    synchronized void forEach(Sink sink) {
        ends.forEach(
                (segment, pieces) ->
                        pieces.forEach((from, to) -> sink.range(segment, from, to - from)));
    }
}
