package dev.holdfast.fuse;

import static dev.holdfast.fuse.NativeMemory.MEMORY;

import dev.holdfast.os.NativeFunction;
import dev.holdfast.os.NativeLibrary;
import dev.holdfast.os.OsError;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The threads that take requests from {@code /dev/fuse}, have them answered, and write replies. */
final class RequestLoop {
    private static final Logger LOG = LoggerFactory.getLogger(RequestLoop.class);
    private static final NativeLibrary C = NativeLibrary.load("libc.so.6").orElseThrow();
    private static final NativeFunction READ = C.function("read");
    static final NativeFunction WRITE = C.function("write");

    /** The longest message: a write, with what goes before its bytes. */
    private static final int MESSAGE_BYTES = Reply.MAX_BYTES + 4096;

    /**
     * Enough that a few requests that wait for a slow repository do not stop the others. The number
     * costs nothing: 16 threads answer as fast as 8, and faster than 2 or 4.
     */
    private static final int THREADS = 16;

    private final int device;
    private final Requests requests;
    private final Runnable atFirst;
    private final Runnable atEnd;
    private final AtomicInteger running = new AtomicInteger(THREADS);

    /** Nothing else is asked before the greeting is answered, so no two threads set it. */
    private volatile boolean greeted;

    /**
     * Prepares the threads.
     *
     * @param device an open {@code /dev/fuse}
     * @param atFirst called when the first request, the kernel's greeting, is answered
     * @param atEnd called by the last thread when all others have ended
     */
    RequestLoop(int device, Requests requests, Runnable atFirst, Runnable atEnd) {
        this.device = device;
        this.requests = requests;
        this.atFirst = atFirst;
        this.atEnd = atEnd;
    }

    /** Starts them. They end when the mount ends. */
    void start() {
        for (int i = 1; i <= THREADS; i++) {
            Thread thread = new Thread(this::run, "fuse-" + i);
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void run() {
        long message = MEMORY.allocateMemory(MESSAGE_BYTES, false);
        long answer = MEMORY.allocateMemory(Reply.HEADER_BYTES + Reply.MAX_BYTES, false);
        try {
            Request request = new Request(message);
            Reply reply = new Reply(answer);
            while (true) {
                int length = (int) READ.call(device, message, MESSAGE_BYTES);
                if (length > 0 && request.begin(length)) {
                    requests.answer(request, reply);
                    send(request, reply, answer);
                } else if (length >= 0 || !goesOn(NativeFunction.errno())) {
                    break;
                }
            }
        } finally {
            MEMORY.freeMemory(message);
            MEMORY.freeMemory(answer);
            if (running.decrementAndGet() == 0) {
                atEnd.run();
            }
        }
    }

    private void send(Request request, Reply reply, long answer) {
        int length = reply.finish(request.number());
        if (length > 0) {
            int written = (int) WRITE.call(device, answer, length);
            if (written < 0 && NativeFunction.errno() == OsError.ENOENT) {
                requests.takeBack(request, reply);
            }
        }
        if (!greeted) {
            greeted = true;
            atFirst.run();
        }
    }

    private static boolean goesOn(int errno) {
        return switch (errno) {
            case OsError.ENODEV -> false; // unmounted
            case OsError.ENOENT, OsError.EINTR, OsError.EAGAIN ->
                    true; // ENOENT: interrupted before it was read
            default -> {
                LOG.error("Reading from /dev/fuse failed with errno {}; the mount ends", errno);
                yield false;
            }
        };
    }
}
