package dev.holdfast.fuse;

import static dev.holdfast.fuse.NativeMemory.MEMORY;

import dev.holdfast.os.OsError;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The threads that take requests from {@code /dev/fuse}, have them answered, and write replies.
 *
 * <p>The way of a request to a thread that sleeps on another processor takes longer than most
 * answers. So as few threads as suffice take requests, at first one, which asks again for a moment
 * before it sleeps. The {@link RequestWatch} lets more in; who finds nothing to do while another
 * waits goes out again.
 */
final class RequestLoop {
    private static final Logger LOG = LoggerFactory.getLogger(RequestLoop.class);

    /** The longest message: a write, with what goes before its bytes. */
    private static final int MESSAGE_BYTES = Reply.MAX_BYTES + 4096;

    /** Enough that a few requests that wait for a slow repository do not stop the others. */
    static final int MAX_THREADS = 16;

    /** For how long a thread asks again, if the last request came so soon. */
    private static final long ASKING_NANOS = 200_000;

    private final Device device;

    /** The same without waiting; empty where there is none: then all threads wait. */
    private final Optional<Device> asking;

    private final Requests requests;
    private final Runnable atFirst;
    private final Runnable atEnd;

    /** Whether a thread waits for a request. No second one does. */
    private final AtomicBoolean awaited = new AtomicBoolean();

    private final RequestWatch watch = new RequestWatch(awaited::get, this::admit);

    /** Those that have not ended; guarded by this. */
    private final List<Worker> workers = new ArrayList<>();

    /** How many there may be; guarded by this. */
    private int maxThreads = MAX_THREADS;

    /** Nothing else is asked before the greeting is answered, so no two threads set it. */
    private volatile boolean greeted;

    private volatile boolean ended;

    /**
     * Prepares the threads.
     *
     * @param atFirst called when the first request, the kernel's greeting, is answered
     * @param atEnd called by the last thread when all others have ended
     */
    RequestLoop(Device device, Requests requests, Runnable atFirst, Runnable atEnd) {
        this.device = device;
        this.asking = device.withoutWaiting();
        this.requests = requests;
        this.atFirst = atFirst;
        this.atEnd = atEnd;
    }

    /** Starts them. They end when the mount ends. */
    void start() {
        admit();
        watch.start();
    }

    /** Lets one more thread take requests, unless all do. */
    private synchronized void admit() {
        if (ended) {
            return;
        }
        for (Worker worker : workers) {
            if (!worker.admitted) {
                worker.admitted = true;
                LockSupport.unpark(worker.thread);
                return;
            }
        }
        if (workers.size() < maxThreads) {
            try {
                Worker worker = new Worker("fuse-" + (workers.size() + 1));
                worker.thread.start();
                workers.add(worker);
            } catch (OutOfMemoryError e) {
                if (workers.isEmpty()) {
                    throw e;
                }
                maxThreads = workers.size();
                LOG.warn("{} threads answer the kernel, there is no memory for more", maxThreads);
            }
        }
    }

    private synchronized void end() {
        ended = true;
        watch.end();
        workers.forEach(worker -> LockSupport.unpark(worker.thread));
    }

    /** A thread has ended; whether it was the last. */
    private synchronized boolean isLast(Worker worker) {
        workers.remove(worker);
        return workers.isEmpty();
    }

    private final class Worker implements Runnable {
        private final Thread thread;
        private final long message = MEMORY.allocateMemory(MESSAGE_BYTES, false);
        private final long answer =
                MEMORY.allocateMemory(Reply.HEADER_BYTES + Reply.MAX_BYTES, false);
        private final Request request = new Request(message);
        private final Reply reply = new Reply(answer);

        /** Where the request came from, and the reply must go. */
        private Device source = device;

        /** Whether the last request came within {@link #ASKING_NANOS}. */
        private boolean isBusyTime;

        private volatile boolean admitted = true;

        Worker(String name) {
            thread = new Thread(this, name);
            thread.setDaemon(true);
        }

        @Override
        public void run() {
            try {
                while (!ended) {
                    if (admitted) {
                        takeRequests();
                        admitted = false;
                    } else {
                        LockSupport.park(this);
                    }
                }
            } finally {
                end();
                MEMORY.freeMemory(message);
                MEMORY.freeMemory(answer);
                if (isLast(this)) {
                    asking.ifPresent(Device::close);
                    atEnd.run();
                }
            }
        }

        /** Returns when the mount has ended, or there is no request and another thread waits. */
        private void takeRequests() {
            while (!ended) {
                int length = next();
                if (length == -OsError.EAGAIN) {
                    watch.noRequest();
                    return;
                }
                watch.requestCame();
                if (length > 0 && request.begin(length)) {
                    requests.answer(request, reply);
                    send();
                } else if (length >= 0 || !goesOn(-length)) {
                    end();
                }
            }
        }

        /** Reads a request, as {@link Device#read}. */
        private int next() {
            if (!awaited.compareAndSet(false, true)) {
                return read(asking.orElse(device));
            }
            try {
                return await();
            } finally {
                awaited.set(false);
            }
        }

        /** Yielding leaves the processor to whoever has something to do on it. */
        @SuppressWarnings("ThreadPriorityCheck")
        private int await() {
            long since = System.nanoTime();
            if (isBusyTime && asking.isPresent()) {
                do {
                    int length = read(asking.get());
                    if (length != -OsError.EAGAIN) {
                        return length;
                    }
                    watch.noRequest();
                    Thread.yield();
                } while (System.nanoTime() - since < ASKING_NANOS);
            }
            watch.noRequest();
            int length = read(device);
            isBusyTime = System.nanoTime() - since < ASKING_NANOS;
            return length;
        }

        private int read(Device from) {
            source = from;
            return from.read(message, MESSAGE_BYTES);
        }

        private void send() {
            int length = reply.finish(request.number());
            if (length > 0 && source.write(answer, length) == -OsError.ENOENT) {
                requests.takeBack(request, reply);
            }
            if (!greeted) {
                greeted = true;
                atFirst.run();
            }
        }
    }

    private static boolean goesOn(int errno) {
        return switch (errno) {
            case OsError.ENODEV -> false; // unmounted
            case OsError.ENOENT, OsError.EINTR -> true; // ENOENT: interrupted before it was read
            default -> {
                LOG.error("Reading from /dev/fuse failed with errno {}; the mount ends", errno);
                yield false;
            }
        };
    }
}
