package dev.holdfast.stage;

import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.concurrent.locks.ReentrantReadWriteLock;

/**
 * The locks of a staging area. Taken in this order, never backwards:
 *
 * <ol>
 *   <li><em>hierarchy</em>: one change of names at a time;
 *   <li><em>sealing</em>: one seal, freeze or rebase at a time;
 *   <li><em>gate</em>: every change passes it, shared; sealing closes it for the moment in which
 *       the state is fixed, so that what becomes durable is a state that existed;
 *   <li><em>inode</em>: one of them per thread at most; guards the inode's record, extents and
 *       buffer.
 * </ol>
 *
 * Whoever waits for a seal holds none but the hierarchy.
 */
final class Locks {
    private static final int STRIPES = 2048;

    final ReentrantLock sealing = new ReentrantLock(true);
    private final ReentrantLock hierarchy = new ReentrantLock();
    private final ReentrantReadWriteLock gate = new ReentrantReadWriteLock();
    private final ReentrantLock[] inodes = new ReentrantLock[STRIPES];
    private final Held gateHeld = gate.readLock()::unlock;
    private final Held closedGate = gate.writeLock()::unlock;
    private final Held hierarchyHeld =
            () -> {
                gate.readLock().unlock();
                hierarchy.unlock();
            };

    /** A lock to be given back. */
    interface Held extends AutoCloseable {
        @Override
        void close();
    }

    Locks() {
        for (int i = 0; i < STRIPES; i++) {
            inodes[i] = new ReentrantLock();
        }
    }

    /** To change content or attributes. */
    Held change() {
        gate.readLock().lock();
        return gateHeld;
    }

    /** To change names. */
    Held changeNames() {
        hierarchy.lock();
        gate.readLock().lock();
        return hierarchyHeld;
    }

    /** Keeps names as they are, without passing the gate; for {@link #change} in steps. */
    Held keepNames() {
        hierarchy.lock();
        return hierarchy::unlock;
    }

    /** Keeps everybody from changing anything. */
    Held closeGate() {
        gate.writeLock().lock();
        return closedGate;
    }

    /** The lock of an inode. */
    Lock inode(long inode) {
        return inodes[(int) (inode & (STRIPES - 1))];
    }
}
