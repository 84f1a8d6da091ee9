package dev.holdfast.fuse;

import static dev.holdfast.fuse.NativeMemory.MEMORY;

import dev.holdfast.os.NativeFunction;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that take requests from the kernel and let libfuse answer them. libfuse has such a
 * loop ({@code fuse_loop_mt}), but in threads of its own, which it starts and ends as load changes
 * and which become Java threads anew for each callback; these are Java threads from the start.
 * Measured on 2 cores, a request in a loop: 16.5–17.5 µs here, 12.7–30 µs there; reading 2700 MB/s
 * here, 2300 there.
 */
final class RequestLoop {
    private static final Logger LOG = LoggerFactory.getLogger(RequestLoop.class);
    private static final int ENOENT = 2;
    private static final int EINTR = 4;
    private static final int EAGAIN = 11;
    private static final int ENODEV = 19;

    /** The longest message: a write of 128 KiB with its header, as libfuse reckons it. */
    static final int MESSAGE_BYTES = (128 << 10) + 4096;

    /**
     * Enough that a few requests that wait for a slow repository do not stop the others. The number
     * costs nothing: 16 threads answer as fast as 8, and faster than 2 or 4.
     */
    private static final int THREADS = 16;

    private final FuseLibrary library;
    private final long session;
    private final long channel;
    private final int device;
    private final CurrentRequest current;
    private final Runnable afterRequest;
    private final Runnable atEnd;
    private final AtomicInteger running = new AtomicInteger(THREADS);

    /**
     * Prepares the threads.
     *
     * @param afterRequest called by each thread after each of its requests; must be quick
     * @param atEnd called by the last thread when all others have ended
     */
    RequestLoop(
            FuseLibrary library,
            long session,
            long channel,
            int device,
            CurrentRequest current,
            Runnable afterRequest,
            Runnable atEnd) {
        this.library = library;
        this.session = session;
        this.channel = channel;
        this.device = device;
        this.current = current;
        this.afterRequest = afterRequest;
        this.atEnd = atEnd;
    }

    /** Starts them. They end when the kernel or {@code fuse_session_exit} ends the session. */
    void start() {
        for (int i = 1; i <= THREADS; i++) {
            Thread thread = new Thread(this::run, "fuse-" + i);
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void run() {
        long memory = MEMORY.allocateMemory(MESSAGE_BYTES, false);
        try {
            while ((int) library.exited.call(session) == 0) {
                int length = (int) library.read.call(device, memory, MESSAGE_BYTES);
                if (length > 0) {
                    current.is(memory, length);
                    library.process.call(session, memory, length, channel);
                    afterRequest.run();
                } else if (length == 0 || !goesOn(NativeFunction.errno())) {
                    break;
                }
            }
        } finally {
            library.exit.call(session);
            MEMORY.freeMemory(memory);
            if (running.decrementAndGet() == 0) {
                atEnd.run();
            }
        }
    }

    private static boolean goesOn(int errno) {
        return switch (errno) {
            case ENODEV -> false; // unmounted
            case ENOENT, EINTR, EAGAIN -> true; // ENOENT: interrupted before it was read
            default -> {
                LOG.error("Reading from /dev/fuse failed with errno {}; the mount ends", errno);
                yield false;
            }
        };
    }
}
