package dev.holdfast.stage;

import dev.holdfast.fuse.Errno;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.ReentrantLock;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the present state durable: on request ({@code fsync}), and at least once per interval. In
 * this order, so that the state on disk is always one that existed, with everything it refers to:
 *
 * <ol>
 *   <li>buffers are flushed and the spool is synced, while changes go on;
 *   <li>the gate is closed, what came meanwhile is flushed, the tree is committed (in memory);
 *   <li>the gate is open again; the spool is synced;
 *   <li>the tree is written and synced: from here on this is the durable state;
 *   <li>segments of the spool that it refers to no more are deleted.
 * </ol>
 *
 * <p>Requests that arrive while a seal runs share the next one.
 *
 * <p>When the disk is full, the tree is written into the {@link Reserve}, and until that is whole
 * again {@link #isFull} says that nothing may grow.
 */
@SuppressWarnings("try") // a lock held is not referred to
final class Sealer implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(Sealer.class);
    private static final int REAP_STEP = 4096;
    private static final long REAP_UNSAVED_BYTES = 32 << 20;
    private static final int COMPACT_BYTES = 4 << 20;
    private static final int UPKEEP_EVERY = 8;

    private final Locks locks;
    private final Tree tree;
    private final Spool spool;
    private final Files files;
    private final Bases bases;
    private final Reserve reserve;
    private final SpoolCompaction compaction;
    private final Duration interval;
    private final AtomicLong started = new AtomicLong();
    private final ReentrantLock sleep = new ReentrantLock();
    private final Condition wake = sleep.newCondition();
    private final Thread thread;
    private boolean stopping;
    private boolean urged;
    private boolean frozen;
    private boolean succeeded;
    private Optional<Errno> unflushed = Optional.empty();
    private long longestPauseNanos;
    private volatile boolean full;

    Sealer(
            Locks locks,
            Tree tree,
            Spool spool,
            Files files,
            Bases bases,
            Reserve reserve,
            Duration interval) {
        this.locks = locks;
        this.tree = tree;
        this.spool = spool;
        this.files = files;
        this.bases = bases;
        this.reserve = reserve;
        this.compaction = new SpoolCompaction(tree, spool, files, locks);
        this.interval = interval;
        this.thread = new Thread(this::run, "holdfast-sealer");
        thread.setDaemon(true);
    }

    void start() {
        thread.start();
    }

    /** Whether the reserve is in use: nothing may grow. */
    boolean isFull() {
        return full;
    }

    /** The longest time the gate was closed since the last call, nanoseconds. */
    long longestPauseNanos() {
        locks.sealing.lock();
        try {
            long pause = longestPauseNanos;
            longestPauseNanos = 0;
            return pause;
        } finally {
            locks.sealing.unlock();
        }
    }

    /**
     * Returns when everything that was done before the call is durable, but for what could not be
     * flushed.
     *
     * @return why buffers could not be flushed, if so; they are kept, the next seal tries again
     * @throws Errno if nothing can be made durable now; nothing is lost, the next seal tries again
     */
    Optional<Errno> seal() {
        long arrived = started.get();
        locks.sealing.lock();
        try {
            if (started.get() > arrived && succeeded) {
                // A seal that began after our arrival has ended while we waited.
                return unflushed;
            }
            sealHeld(() -> {});
            return unflushed;
        } finally {
            locks.sealing.unlock();
        }
    }

    /**
     * A seal with the sealing lock held.
     *
     * @param atCommit runs with the gate closed, after the buffers are flushed and before the
     *     commit
     */
    void sealHeld(Runnable atCommit) {
        started.incrementAndGet();
        succeeded = false;
        files.flushMost();
        syncSpool();
        if (tree.hasPending()) {
            makeTreeDurable();
        }
        List<Integer> dead;
        DeadFrames graves;
        int limit;
        long begun = System.nanoTime();
        try (Locks.Held gate = locks.closeGate()) {
            unflushed = files.flushAll();
            atCommit.run();
            dead = frozen ? List.of() : spool.dead();
            graves = frozen ? new DeadFrames() : spool.takeGraves();
            limit = spool.reserve(tree);
            spool.saveCounts(tree, Set.copyOf(dead));
            if (tree.isChanged()) {
                tree.commit();
            }
        }
        longestPauseNanos = Math.max(longestPauseNanos, System.nanoTime() - begun);
        syncSpool();
        makeTreeDurable();
        spool.reserved(limit);
        succeeded = true;
        giveBack(dead, graves);
    }

    private void syncSpool() {
        try {
            spool.sync();
        } catch (IOException e) {
            throw DiskError.of("syncing the spool", e);
        }
    }

    /** What the state that is durable now does not refer to. */
    private void giveBack(List<Integer> dead, DeadFrames graves) {
        try {
            spool.delete(dead);
            spool.punch(graves);
            if (full) {
                reserve.take();
                setFull(false);
                LOG.info("the staging area has room again");
            }
        } catch (IOException e) {
            LOG.debug("still no room for the reserve: {}", e.getMessage());
        }
    }

    private void makeTreeDurable() {
        try {
            tree.makeDurable();
        } catch (IOException e) {
            Errno errno = DiskError.of("writing the tree", e);
            if (!DiskError.isFull(errno)) {
                throw errno;
            }
            setFull(true);
            try {
                reserve.release();
                tree.makeDurable();
            } catch (IOException again) {
                throw DiskError.of("writing the tree", again);
            }
        }
    }

    /** Nothing may grow from now on, or may grow again. */
    void setFull(boolean isFull) {
        if (isFull && !full) {
            LOG.warn(
                    "the disk of the staging area is full: delete files in the mount or make room"
                            + " beside it");
        }
        full = isFull;
        spool.setClosedToWrites(isFull);
    }

    /** Whether a frozen view needs the spool as it is. Sealing lock held. */
    void setFrozen(boolean frozen) {
        this.frozen = frozen;
    }

    /** Asks for a seal soon. */
    void urge() {
        sleep.lock();
        try {
            urged = true;
            wake.signalAll();
        } finally {
            sleep.unlock();
        }
    }

    private boolean await() {
        sleep.lock();
        try {
            long left = interval.toNanos();
            while (!stopping && !urged && left > 0) {
                left = wake.awaitNanos(left);
            }
            urged = false;
            return !stopping;
        } catch (InterruptedException e) {
            return false;
        } finally {
            sleep.unlock();
        }
    }

    private void run() {
        for (int round = 1; await(); round++) {
            try {
                reap();
                if (files.hasDirty() || tree.isChanged() || full) {
                    seal();
                }
                if (round % UPKEEP_EVERY == 0) {
                    retireBases();
                    compact();
                }
            } catch (Errno e) {
                LOG.debug("seal failed, to be tried again: {}", e.getMessage());
            } catch (RuntimeException e) {
                LOG.error("the staging area could not be sealed", e);
            }
        }
    }

    /** Gives back what is not needed any more: all that is without a name, and some waste. */
    void upkeep() {
        reap();
        retireBases();
        compact();
    }

    /**
     * Closes bases that nothing refers to. After a rebase only files without a name can, so these
     * are all that is asked.
     */
    void retireBases() {
        locks.sealing.lock();
        try {
            if (frozen || !succeeded || !bases.hasOld()) {
                return;
            }
            List<Long> orphans = orphans();
            if (orphans.size() < REAP_STEP) {
                bases.retire(files.basesOf(orphans));
            }
        } finally {
            locks.sealing.unlock();
        }
    }

    private void reap() {
        for (Long inode : orphans()) {
            Files.Reaped reaped = Files.Reaped.MORE;
            while (reaped == Files.Reaped.MORE) {
                try (Locks.Held held = locks.change()) {
                    reaped = files.reap(inode, REAP_STEP);
                }
                if (tree.unsavedBytes() > REAP_UNSAVED_BYTES) {
                    seal();
                }
            }
        }
    }

    private void compact() {
        locks.sealing.lock();
        try {
            if (!frozen && !full) {
                compaction.run();
                tree.compact(COMPACT_BYTES);
            }
        } finally {
            locks.sealing.unlock();
        }
    }

    private List<Long> orphans() {
        try (Tree.Pin pin = tree.pin()) {
            List<Long> some = new java.util.ArrayList<>();
            var keys = tree.orphans.keyIterator(0L);
            while (keys.hasNext() && some.size() < REAP_STEP) {
                some.add(keys.next());
            }
            return some;
        }
    }

    /** Ends the thread; seals nothing. */
    @Override
    public void close() {
        sleep.lock();
        try {
            stopping = true;
            wake.signalAll();
        } finally {
            sleep.unlock();
        }
        try {
            thread.join();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
