package dev.holdfast.fuse;

import static dev.holdfast.fuse.NativeMemory.MEMORY;

import java.util.concurrent.locks.LockSupport;

/**
 * Asks the kernel to forget nodes when it knows too many. The kernel keeps what it once looked up
 * until it needs the memory, which may be never on a large machine; a walk over a tree of millions
 * would leave as many nodes here. Which ones go is left to chance (the order of the table); what
 * was still of use is looked up again.
 *
 * <p>Has a thread of its own: the kernel takes a notice only when nobody is in the directory, and
 * who is in it may be waiting for an answer.
 *
 * <pre>
 *   notice: 0 u32 length  4 s32 3 (FUSE_NOTIFY_INVAL_ENTRY)  8 u64 0
 *          16 u64 directory  24 u32 name length  28 u32 0  32 name NUL
 * </pre>
 */
final class NodeLimit {
    private static final int INVALID_ENTRY = 3;
    private static final int NOTICE_BYTES = 32;
    private static final int MAX_NAME_BYTES = 1024;
    private static final long REST_NANOS = 100_000_000;

    /** So many turns in which nothing was forgotten mean that the kernel holds on to the rest. */
    private static final int FRUITLESS_TURNS = 1 << 10;

    private final NodeTable nodes;
    private final Device device;
    private final Thread thread = new Thread(this::run, "fuse-node-limit");
    private volatile boolean wanted;
    private volatile boolean ended;

    /** Watches a table whose nodes are told to the kernel through {@code device}. */
    NodeLimit(NodeTable nodes, Device device) {
        this.nodes = nodes;
        this.device = device;
        thread.setDaemon(true);
    }

    /** Begins. */
    void start() {
        thread.start();
        nodes.whenTooMany(this::wake);
    }

    private void wake() {
        if (!wanted) {
            wanted = true;
            LockSupport.unpark(thread);
        }
    }

    /** Ends and waits for that; {@code device} must still be open, and may be dead. */
    void end() {
        ended = true;
        LockSupport.unpark(thread);
        boolean interrupted = false;
        while (thread.isAlive()) {
            try {
                thread.join();
            } catch (InterruptedException e) {
                interrupted = true;
            }
        }
        if (interrupted) {
            Thread.currentThread().interrupt();
        }
    }

    private void run() {
        long notice = MEMORY.allocateMemory(NOTICE_BYTES + MAX_NAME_BYTES + 1L, true);
        try {
            int turn = 0;
            while (!ended) {
                if (!wanted) {
                    LockSupport.park(this);
                    continue;
                }
                turn = shrink(notice, turn);
                wanted = false;
                LockSupport.parkNanos(REST_NANOS);
            }
        } finally {
            MEMORY.freeMemory(notice);
        }
    }

    private int shrink(long notice, int from) {
        int turn = from;
        int least = Integer.MAX_VALUE;
        for (int fruitless = 0; !ended && fruitless < FRUITLESS_TURNS; fruitless++) {
            int size = nodes.size();
            if (size <= nodes.limit() / 10 * 9) {
                break;
            }
            if (size < least) {
                least = size;
                fruitless = 0;
            }
            nodes.visit(turn++, reference -> forget(notice, reference));
        }
        return turn;
    }

    private void forget(long notice, NodeReference reference) {
        if (ended) {
            return;
        }
        try {
            reference.knownAs().ifPresent(place -> send(notice, place));
        } catch (RuntimeException e) {
            // Its name cannot be read again: it stays.
        }
    }

    private void send(long notice, NodeReference.Place place) {
        byte[] name = place.name();
        if (name.length > MAX_NAME_BYTES) {
            return;
        }
        MEMORY.setMemory(notice, NOTICE_BYTES + name.length + 1L, (byte) 0);
        MEMORY.putInt(notice, NOTICE_BYTES + name.length + 1);
        MEMORY.putInt(notice + 4, INVALID_ENTRY);
        MEMORY.putLong(notice + 16, nodes.number(place.directory()));
        MEMORY.putInt(notice + 24, name.length);
        MEMORY.putByteArray(notice + NOTICE_BYTES, name, 0, name.length);
        device.write(notice, NOTICE_BYTES + name.length + 1);
    }
}
