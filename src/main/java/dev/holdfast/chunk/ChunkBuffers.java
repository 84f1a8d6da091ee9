package dev.holdfast.chunk;

import dev.holdfast.crypto.BufferPool;
import java.util.ArrayDeque;
import java.util.Map;
import java.util.Queue;
import java.util.TreeMap;

/**
 * A pool of buffers for chunks in flight. It saves the collector from an array of megabytes per
 * chunk; how many are in flight is up to whoever hands them on. Beyond the limit the shortest ones
 * are left to the collector.
 *
 * <p>Safe for use by many threads.
 */
public final class ChunkBuffers implements BufferPool {
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

    /** The smallest that waits and suffices, or a new one. */
    @Override
    public byte[] take(int minBytes) {
        synchronized (idle) {
            Map.Entry<Integer, Queue<byte[]>> fitting = idle.ceilingEntry(minBytes);
            if (fitting != null) {
                return remove(fitting);
            }
        }
        return new byte[minBytes];
    }

    @Override
    public void give(byte[] buffer) {
        if (buffer.length > maxIdleBytes) {
            return;
        }
        synchronized (idle) {
            idle.computeIfAbsent(buffer.length, length -> new ArrayDeque<>()).add(buffer);
            idleBytes += buffer.length;
            while (idleBytes > maxIdleBytes) {
                remove(idle.firstEntry()); // the long ones are good for everybody
            }
        }
    }

    private byte[] remove(Map.Entry<Integer, Queue<byte[]>> entry) {
        byte[] buffer = entry.getValue().remove();
        if (entry.getValue().isEmpty()) {
            idle.remove(entry.getKey());
        }
        idleBytes -= buffer.length;
        return buffer;
    }

    /** How much memory waits here unused. */
    public long idleBytes() {
        synchronized (idle) {
            return idleBytes;
        }
    }
}
