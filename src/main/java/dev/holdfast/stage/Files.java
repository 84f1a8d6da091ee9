package dev.holdfast.stage;

import dev.holdfast.fuse.Errno;
import dev.holdfast.fuse.FileTime;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.Lock;
import java.util.function.LongUnaryOperator;
import java.util.function.UnaryOperator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Records and content of inodes: every change of an {@link Inode}'s record goes through {@link
 * #update}, every written byte through {@link #write}. Writes gather in a buffer per open file,
 * bounded over all files; see {@link LiveFile}.
 *
 * <p>Methods that change something are called with the gate passed ({@link Locks#change}).
 */
@SuppressWarnings("try") // a lock held is not referred to
final class Files {
    private static final Logger LOG = LoggerFactory.getLogger(Files.class);

    /** The longest file: what the kernel allows. */
    static final long MAX_BYTES = Long.MAX_VALUE - 4096;

    private static final int DISCARD_STEP = 256;

    private final Tree tree;
    private final Spool spool;
    private final AheadEncoder encoder;
    private final ExtentMap extents;
    private final Content content;
    private final Locks locks;
    private final long bufferLimit;
    private final ConcurrentHashMap<Long, LiveFile> live = new ConcurrentHashMap<>();
    private final ConcurrentHashMap<Long, LiveFile> dirty = new ConcurrentHashMap<>();
    private final AtomicLong bufferedBytes = new AtomicLong();
    private volatile int epoch;

    private record Run(long offset, Extent extent) {}

    Files(
            Tree tree,
            Spool spool,
            AheadEncoder encoder,
            Bases bases,
            Locks locks,
            long bufferLimit) {
        this.tree = tree;
        this.spool = spool;
        this.encoder = encoder;
        this.extents = new ExtentMap(tree.extents, spool::release);
        this.content = new Content(spool, bases);
        this.locks = locks;
        this.bufferLimit = bufferLimit;
        this.epoch = (int) tree.number("epoch", 1);
    }

    ExtentMap extents() {
        return extents;
    }

    Content content() {
        return content;
    }

    /** The present epoch. */
    int epoch() {
        return epoch;
    }

    /** Begins the next epoch; the gate is closed. */
    void nextEpoch() {
        epoch = Math.addExact(epoch, 1);
        tree.setNumber("epoch", epoch);
    }

    /** Memory of write buffers. */
    long bufferedBytes() {
        return bufferedBytes.get();
    }

    /** Bytes that are in buffers only, roughly. */
    long waitingBytes() {
        return dirty.values().stream().mapToLong(LiveFile::waitingBytes).sum();
    }

    /** The record of an inode, as the last write left it. */
    Optional<Inode> find(long inode) {
        LiveFile file = live.get(inode);
        // Before the record: once merged, the record has it.
        Optional<LiveFile.Unsaved> unsaved = file == null ? Optional.empty() : file.unsaved();
        Inode record = tree.inodes.get(inode);
        if (record == null || unsaved.isEmpty()) {
            return Optional.ofNullable(record);
        }
        return Optional.of(
                record.withContent(
                                unsaved.get().sizeBytes(), record.allocatedBytes(), record.epoch())
                        .touched(unsaved.get().time()));
    }

    /** As {@link #find}; {@code ENOENT} if there is none. */
    Inode get(long inode) {
        return find(inode).orElseThrow(() -> new Errno(Errno.ENOENT));
    }

    /** Changes the record of an inode. */
    Inode update(long inode, UnaryOperator<Inode> change) {
        Lock lock = locks.inode(inode);
        lock.lock();
        try {
            Inode record = tree.inodes.get(inode);
            if (record == null) {
                throw new Errno(Errno.ENOENT);
            }
            LiveFile file = live.get(inode);
            Inode current = file == null ? record : file.merge(record, epoch);
            Inode changed = change.apply(current);
            if (!changed.equals(record)) {
                tree.inodes.put(inode, changed);
            }
            if (file != null) {
                file.merged();
            }
            return changed;
        } finally {
            lock.unlock();
        }
    }

    /** Opens a regular file: counts a handle. */
    LiveFile acquire(long inode) {
        Lock lock = locks.inode(inode);
        lock.lock();
        try {
            Inode record = tree.inodes.get(inode);
            LiveFile file = live.get(inode);
            if (record == null || (record.links() == 0 && (file == null || file.handles == 0))) {
                throw new Errno(Errno.ENOENT);
            }
            if (file == null) {
                file = new LiveFile(inode, tree, spool, extents, encoder);
                live.put(inode, file);
            }
            file.handles++;
            return file;
        } finally {
            lock.unlock();
        }
    }

    /** Gives a handle back. What could not be flushed stays and is tried again with each seal. */
    void release(LiveFile file) {
        boolean reap = false;
        Lock lock = locks.inode(file.inode);
        lock.lock();
        try {
            file.handles--;
            if (file.handles == 0) {
                file.leaveStream();
                Inode record = tree.inodes.get(file.inode);
                reap = record != null && record.links() == 0;
                if (!reap) {
                    try {
                        flushHeld(file);
                    } catch (Errno e) {
                        LOG.debug("a closed file waits in memory for space in the staging area");
                    }
                }
                drop(file);
            }
        } finally {
            lock.unlock();
        }
        if (reap) {
            reap(file.inode, DISCARD_STEP);
        }
    }

    private void drop(LiveFile file) {
        if (file.handles == 0 && !file.isDirty()) {
            file.shrink();
            live.remove(file.inode);
        }
        bufferedBytes.addAndGet(file.memoryGrowth());
    }

    /**
     * Writes all of {@code source}, or nothing: {@code ENOSPC} and {@code EDQUOT} when what was
     * buffered before finds no room. Drops {@code security.capability}, as any write does.
     *
     * @param append whether to write at the end, whatever {@code offset} says
     */
    void write(LiveFile file, long offset, ByteBuffer source, boolean append) {
        int bytes = source.remaining();
        if (bytes == 0) {
            return;
        }
        Lock lock = locks.inode(file.inode);
        lock.lock();
        try {
            Inode record = tree.inodes.get(file.inode);
            if (record == null) {
                throw new Errno(Errno.ENOENT);
            }
            long size = file.unsaved().map(LiveFile.Unsaved::sizeBytes).orElse(record.sizeBytes());
            long at = append ? size : offset;
            if (at < 0 || at > MAX_BYTES - bytes) {
                throw new Errno(Errno.EFBIG);
            }
            if (file.prepare(at, bytes, epoch)) {
                file.buffer(at, source, epoch);
            } else {
                writeThrough(file, at, source);
            }
            bufferedBytes.addAndGet(file.memoryGrowth());
            if (record.has(Inode.CAPABILITY)) {
                dropCapability(file.inode, record);
            }
            file.written(Math.max(size, at + bytes), FileTime.now());
            dirty.put(file.inode, file);
        } finally {
            lock.unlock();
        }
        if (bufferedBytes.get() > bufferLimit) {
            relieve();
        }
    }

    /** A write longer than the buffer: all frames first, so that it is seen whole or not at all. */
    private void writeThrough(LiveFile file, long offset, ByteBuffer source) {
        List<Run> runs = new ArrayList<>();
        byte[] frame = new byte[Math.min(source.remaining(), Spool.FRAME_BYTES)];
        long at = offset;
        int position = source.position();
        try {
            while (source.hasRemaining()) {
                int bytes = Math.min(frame.length, source.remaining());
                source.get(frame, 0, bytes);
                Spool.Frame f = spool.append(frame, 0, bytes);
                runs.add(
                        new Run(at, new Extent(bytes, f.segment(), f.position(), bytes, 0, epoch)));
                at += bytes;
            }
        } catch (Errno e) {
            runs.forEach(run -> spool.release(run.extent, run.extent.lengthBytes()));
            source.position(position);
            throw e;
        }
        for (Run run : runs) {
            file.allocated(extents.put(file.inode, run.offset, run.extent));
        }
    }

    private void dropCapability(long inode, Inode record) {
        tree.xattrs.remove(new NameKey(inode, Xattrs.CAPABILITY_NAME));
        tree.inodes.put(
                inode, record.withTraits(record.traits() & ~Inode.CAPABILITY, record.ctime()));
    }

    /** Flushes one file to the spool and its record. */
    void flush(LiveFile file) {
        Lock lock = locks.inode(file.inode);
        lock.lock();
        try {
            flushHeld(file);
            drop(file);
        } finally {
            lock.unlock();
        }
    }

    private void flushHeld(LiveFile file) {
        if (!file.isDirty()) {
            return;
        }
        Inode record = tree.inodes.get(file.inode);
        if (record == null) {
            file.cut(0, epoch);
            file.merged();
            dirty.remove(file.inode);
            return;
        }
        file.spill(epoch);
        tree.inodes.put(file.inode, file.merge(record, epoch));
        file.merged();
        dirty.remove(file.inode);
    }

    /**
     * Flushes everything that is dirty.
     *
     * @return the first failure
     */
    Optional<Errno> flushAll() {
        Optional<Errno> failure = Optional.empty();
        for (LiveFile file : dirty.values()) {
            try {
                flush(file);
            } catch (Errno e) {
                failure = failure.isPresent() ? failure : Optional.of(e);
            }
        }
        return failure;
    }

    /** Flushes in steps, each passing the gate, so that the gate need not be closed for long. */
    void flushMost() {
        for (LiveFile file : dirty.values()) {
            try (Locks.Held held = locks.change()) {
                flush(file);
            } catch (Errno e) {
                LOG.debug("flush failed, to be tried again: {}", e.getMessage());
            }
        }
    }

    boolean hasDirty() {
        return !dirty.isEmpty();
    }

    /** Whether somebody has a file open whose buffer could not be flushed; the gate is closed. */
    boolean isAnyOpenAndDirty() {
        for (LiveFile file : dirty.values()) {
            Lock lock = locks.inode(file.inode);
            lock.lock();
            try {
                if (file.handles > 0 && file.isDirty()) {
                    return true;
                }
            } finally {
                lock.unlock();
            }
        }
        return false;
    }

    /** How many files are closed and wait for room all the same. */
    long unwrittenFiles() {
        long count = 0;
        for (LiveFile file : dirty.values()) {
            Lock lock = locks.inode(file.inode);
            lock.lock();
            try {
                count += file.handles == 0 && file.isDirty() ? 1 : 0;
            } finally {
                lock.unlock();
            }
        }
        return count;
    }

    /** The generations of the bases that these inodes refer to. */
    Set<Integer> basesOf(Iterable<Long> inodes) {
        Set<Integer> found = new HashSet<>();
        for (long inode : inodes) {
            extents.runs(inode)
                    .forEachRemaining(
                            run -> {
                                if (run.getValue().isBase()) {
                                    found.add(run.getValue().stamp());
                                }
                            });
        }
        return found;
    }

    private void relieve() {
        for (LiveFile file : live.values()) {
            Lock lock = locks.inode(file.inode);
            if (lock.tryLock()) {
                try {
                    flushHeld(file);
                    file.shrink();
                    bufferedBytes.addAndGet(file.memoryGrowth());
                } finally {
                    lock.unlock();
                }
            }
            if (bufferedBytes.get() <= bufferLimit / 2) {
                return;
            }
        }
    }

    /** Cuts or extends a file. */
    void truncate(long inode, long sizeBytes) {
        if (sizeBytes < 0) {
            throw new Errno(Errno.EINVAL);
        }
        if (sizeBytes > MAX_BYTES) {
            throw new Errno(Errno.EFBIG);
        }
        resize(inode, size -> sizeBytes, sizeBytes, MAX_BYTES);
    }

    /** Makes [{@code from}, {@code to}) a hole, and the file at least {@code to} long if asked. */
    void punch(long inode, long from, long to, boolean extend) {
        resize(inode, size -> extend ? Math.max(size, to) : size, from, to);
    }

    private void resize(long inode, LongUnaryOperator size, long from, long to) {
        Lock lock = locks.inode(inode);
        lock.lock();
        try {
            LiveFile file = live.get(inode);
            if (file != null) {
                if (to >= MAX_BYTES) {
                    file.cut(from, epoch);
                } else {
                    file.leaveStream();
                    flushHeld(file);
                }
                bufferedBytes.addAndGet(file.memoryGrowth());
            }
            update(
                    inode,
                    record -> {
                        FileTime now = FileTime.now();
                        int traits = record.traits() & ~Inode.CAPABILITY;
                        if (record.has(Inode.CAPABILITY)) {
                            tree.xattrs.remove(new NameKey(inode, Xattrs.CAPABILITY_NAME));
                        }
                        long cleared = extents.clear(inode, from, to);
                        return record.withContent(
                                        size.applyAsLong(record.sizeBytes()),
                                        record.allocatedBytes() - cleared,
                                        epoch)
                                .withTraits(traits, now)
                                .touched(now);
                    });
        } finally {
            lock.unlock();
        }
    }

    /** What became of an inode without names. */
    enum Reaped {
        /** It is gone. */
        GONE,
        /** Somebody has it open. */
        OPEN,
        /** A part of it is gone; the next call goes on. */
        MORE
    }

    /** Removes an inode without names, if nobody has it open; a long one in several calls. */
    Reaped reap(long inode, int steps) {
        Lock lock = locks.inode(inode);
        lock.lock();
        try {
            LiveFile file = live.get(inode);
            if (file != null && file.handles > 0) {
                return Reaped.OPEN;
            }
            if (file != null) {
                file.cut(0, epoch);
                file.merged();
                dirty.remove(inode);
                drop(file);
            }
            if (!extents.discard(inode, steps)) {
                return Reaped.MORE;
            }
            Inode record = tree.inodes.remove(inode);
            if (record != null && record.has(Inode.XATTRS)) {
                Xattrs.removeAll(tree, inode);
            }
            if (record != null && record.type() == dev.holdfast.fuse.Attributes.SYMLINK) {
                tree.targets.remove(inode);
            }
            tree.orphans.remove(inode);
            return Reaped.GONE;
        } finally {
            lock.unlock();
        }
    }
}
