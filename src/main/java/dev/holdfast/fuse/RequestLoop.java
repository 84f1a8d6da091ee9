package dev.holdfast.fuse;

import static dev.holdfast.fuse.NativeMemory.MEMORY;

import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that take requests from the kernel and let libfuse answer them. libfuse has such a
 * loop ({@code fuse_loop_mt}), but in threads of its own, which it starts and ends as load changes
 * and which become Java threads anew for each callback; these are Java threads from the start.
 * Measured with {@code stat} in a loop, 2 cores: see {@code native-tests}.
 */
final class RequestLoop {
    private static final Logger LOG = LoggerFactory.getLogger(RequestLoop.class);
    private static final int EINTR = 4;

    /** Enough that a few requests that wait for a slow repository do not stop the others. */
    private static final int THREADS =
            Math.max(8, Math.min(16, 2 * Runtime.getRuntime().availableProcessors()));

    private final FuseLibrary library;
    private final long session;
    private final CurrentRequest current;
    private final Runnable afterFirstRequest;
    private final Runnable atEnd;
    private final AtomicInteger running = new AtomicInteger(THREADS);

    /**
     * Prepares the threads.
     *
     * @param afterFirstRequest called by each thread after each of its requests; must be quick
     * @param atEnd called by the last thread when all others have ended
     */
    RequestLoop(
            FuseLibrary library,
            long session,
            CurrentRequest current,
            Runnable afterFirstRequest,
            Runnable atEnd) {
        this.library = library;
        this.session = session;
        this.current = current;
        this.afterFirstRequest = afterFirstRequest;
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
        long channel = library.nextChannel.call(session, 0);
        long bytes = library.channelBufferBytes.call(channel);
        long memory = MEMORY.allocateMemory(bytes + Long.BYTES, false);
        long channelAt = memory + bytes; // fuse_chan_recv takes a pointer to the channel
        try {
            while ((int) library.exited.call(session) == 0) {
                MEMORY.putLong(channelAt, channel);
                int length = (int) library.receive.call(channelAt, memory, bytes);
                if (length == -EINTR) {
                    continue;
                }
                if (length < 0) {
                    LOG.error("The kernel's FUSE device answered with error {}", -length);
                }
                if (length <= 0) {
                    break;
                }
                current.is(memory, length);
                library.process.call(session, memory, length, MEMORY.getLong(channelAt));
                afterFirstRequest.run();
            }
        } finally {
            library.exit.call(session);
            MEMORY.freeMemory(memory);
            if (running.decrementAndGet() == 0) {
                atEnd.run();
            }
        }
    }
}
