package dev.holdfast.upkeep;

import java.util.OptionalLong;
import java.util.concurrent.locks.LockSupport;

/**
 * Lets so many bytes per second pass, over all threads. What was not used is not saved up, so that
 * a pause is not followed by a burst.
 */
final class RateLimit {
    private static final double NANOS = 1e9;

    private final OptionalLong bytesPerSecond;
    private long freeFromNanos = System.nanoTime();

    RateLimit(OptionalLong bytesPerSecond) {
        this.bytesPerSecond = bytesPerSecond;
    }

    /** Waits until that many more bytes may pass. */
    void pass(long bytes) {
        if (bytesPerSecond.isEmpty()) {
            return;
        }
        long turn;
        synchronized (this) {
            turn = Math.max(freeFromNanos, System.nanoTime());
            freeFromNanos = turn + (long) (bytes * NANOS / bytesPerSecond.getAsLong());
        }
        for (long left = turn - System.nanoTime(); left > 0; left = turn - System.nanoTime()) {
            LockSupport.parkNanos(left);
            if (Thread.currentThread().isInterrupted()) {
                return;
            }
        }
    }
}
