package dev.holdfast.chunk;

import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;

/**
 * A pool of buffers for chunks in flight. It saves the collector from an array of megabytes per
 * chunk; how many are in flight is up to whoever hands them on. Buffers given back beyond the limit
 * are left to the collector.
 *
 * <p>Safe for use by many threads.
 */
public final class ChunkBuffers {
    private final long maxIdleBytes;
    private final TreeMap<Integer, Queue<byte[]>> idle = new TreeMap<>();
    private long idleBytes;

    /**
     * @param maxIdleBytes how much memory may wait here unused
     */
    public ChunkBuffers(long maxIdleBytes) {
        if (maxIdleBytes < 0) {
            throw new IllegalArgumentException("negative limit: " + maxIdleBytes);
        }
        this.maxIdleBytes = maxIdleBytes;
    }

    /**
     * A buffer of at least this many bytes, of any content: the smallest that waits, or a new one.
     */
    public byte[] take(int minBytes) {
        synchronized (idle) {
            Map.Entry<Integer, Queue<byte[]>> fitting = idle.ceilingEntry(minBytes);
            if (fitting != null) {
                byte[] buffer = fitting.getValue().remove();
                if (fitting.getValue().isEmpty()) {
                    idle.remove(buffer.length);
                }
                idleBytes -= buffer.length;
                return buffer;
            }
        }
        return new byte[minBytes];
    }

    /** Returns a buffer that nobody uses any more. */
    public void give(byte[] buffer) {
        synchronized (idle) {
            if (buffer.length <= maxIdleBytes - idleBytes) {
                idle.computeIfAbsent(buffer.length, length -> new ArrayDeque<>()).add(buffer);
                idleBytes += buffer.length;
            }
        }
    }

    /** How much memory waits here unused. */
    public long idleBytes() {
        synchronized (idle) {
            return idleBytes;
        }
    }
}
