package dev.holdfast.fuse;

import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;

/**
 * Sees to it that enough threads take requests: whenever, for two milliseconds, nobody was without
 * one, since all take long or there are too many, lets one more thread in. Costs a look in each
 * such time, and nothing while there are no requests. Safe for all threads.
 */
final class RequestWatch {
    private static final long TICK_NANOS = 2_000_000;

    /** After so many looks at which there was no request it sleeps until there is one. */
    static final int IDLE_TICKS = 100;

    private final BooleanSupplier isAwaited;
    private final Runnable admit;
    private final Thread thread = new Thread(this::run, "fuse-watch");
    private volatile boolean came;
    private volatile boolean wasNone;
    private volatile boolean asleep;
    private volatile boolean ended;

    /**
     * Prepares it.
     *
     * @param isAwaited whether a thread waits for a request
     * @param admit lets one more thread take requests, if there may be one
     */
    RequestWatch(BooleanSupplier isAwaited, Runnable admit) {
        this.isAwaited = isAwaited;
        this.admit = admit;
        thread.setDaemon(true);
    }

    /** Begins. */
    void start() {
        thread.start();
    }

    /** A thread has a request, and no longer waits for it. */
    void requestCame() {
        if (!came) {
            came = true;
        }
        if (asleep) {
            asleep = false;
            LockSupport.unpark(thread);
        }
    }

    /** A thread found no request. */
    void noRequest() {
        if (!wasNone) {
            wasNone = true;
        }
    }

    /** Ends, soon. */
    void end() {
        ended = true;
        LockSupport.unpark(thread);
    }

    private void run() {
        int idleTicks = 0;
        while (!ended) {
            LockSupport.parkNanos(this, TICK_NANOS);
            idleTicks = look() ? 0 : idleTicks + 1;
            if (idleTicks >= IDLE_TICKS) {
                sleep();
                idleTicks = 0;
            }
        }
    }

    /** What is done with each tick; false if there was no request since the last time. */
    boolean look() {
        boolean isAwaitedNow = isAwaited.getAsBoolean();
        boolean isIdle = isAwaitedNow && !came;
        if (!isAwaitedNow && !wasNone) {
            admit.run();
        }
        came = false;
        wasNone = false;
        return !isIdle;
    }

    private void sleep() {
        asleep = true;
        // Whoever got a request before this did not know.
        if (look()) {
            asleep = false;
        }
        while (asleep && !ended) {
            LockSupport.park(this);
        }
    }
}
