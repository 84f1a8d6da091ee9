package dev.holdfast.stage;

import dev.holdfast.Busy;
import dev.holdfast.Damaged;
import dev.holdfast.HoldfastException;
import dev.holdfast.NotFound;
import dev.holdfast.Refused;
import dev.holdfast.crypto.AesGcm;
import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.fuse.Attributes;
import dev.holdfast.fuse.Errno;
import dev.holdfast.fuse.FileSystem;
import dev.holdfast.fuse.FileTime;
import dev.holdfast.metrics.Activity;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;

/**
 * An open staging area: a directory of the local disk that holds a writable tree. Its files are
 * listed in {@link AreaFiles}. Thread-safe.
 */
@SuppressWarnings("try") // a lock held is not referred to
public final class StagingArea implements AutoCloseable {
    private static final long MIB = 1 << 20;
    private static final long RESERVE_BYTES = 8 * MIB;

    /** On a small disk neither a segment nor the reserve takes more than this part of it. */
    private static final long SMALLEST_PART = 64;

    final Files files;
    final FileReading reading;
    final Xattrs xattrs;
    final Hierarchy hierarchy;
    final FaultIn faultIn;
    private final Locks locks = new Locks();
    private final LongAdder changes = new LongAdder();
    private final Activity activity = new Activity();
    private final StageOptions options;
    private final AesGcm treeCipher;
    private final AesGcm spoolCipher;
    private final Bases bases;
    private final Tree tree;
    private final Spool spool;
    private final AheadEncoder encoder;
    private final Reserve reserve;
    private final Sealer sealer;
    private final Freezing freezing;
    private final FileSystem fileSystem;
    private Optional<AutoCloseable> lock = Optional.empty();
    private boolean closed;

    /**
     * Makes a new area in {@code directory}, with the content of {@code base} or empty, and opens
     * it.
     *
     * @throws Refused if there is one already
     * @throws Busy if somebody else makes one there
     */
    public static StagingArea create(
            Path directory, KeyWrap wrap, StageOptions options, Optional<Base> base) {
        try {
            Disk disk = new LocalDisk(directory);
            AutoCloseable lock = AreaFiles.lock(directory);
            try {
                StagingArea area = create(disk, wrap, options, base);
                area.lock = Optional.of(lock);
                return area;
            } catch (IOException | RuntimeException e) {
                AreaFiles.unlock(lock);
                throw e;
            }
        } catch (IOException e) {
            throw new HoldfastException("cannot make a staging area in " + directory, e);
        }
    }

    /**
     * Opens the area in {@code directory} in its newest durable state.
     *
     * @param reopen opens the base with the given descriptor
     * @throws NotFound if there is none
     * @throws Busy if it is open already
     * @throws Damaged if it cannot be read
     * @throws dev.holdfast.BadKey if it belongs to another key
     */
    public static StagingArea open(
            Path directory, KeyWrap wrap, StageOptions options, Function<byte[], Base> reopen) {
        if (!java.nio.file.Files.exists(directory.resolve("area.json"))) {
            throw new NotFound("there is no staging area in " + directory);
        }
        try {
            Disk disk = new LocalDisk(directory);
            AutoCloseable lock = AreaFiles.lock(directory);
            try {
                StagingArea area = open(disk, wrap, options, reopen);
                area.lock = Optional.of(lock);
                return area;
            } catch (IOException | RuntimeException e) {
                AreaFiles.unlock(lock);
                throw e;
            }
        } catch (IOException e) {
            throw new HoldfastException("cannot open the staging area in " + directory, e);
        }
    }

    /** As the public one, without the lock. */
    static StagingArea create(Disk disk, KeyWrap wrap, StageOptions options, Optional<Base> base)
            throws IOException {
        AreaFiles.clear(disk);
        byte[] key = AreaFiles.makeKey(disk, wrap);
        try {
            StagingArea area = new StagingArea(disk, key, wrap.chunkCodec(), options);
            try {
                area.makeRoot(base);
                area.reserve.take();
                area.seal();
                AreaFiles.complete(disk);
            } catch (IOException | RuntimeException e) {
                area.abandon();
                throw e;
            }
            area.sealer.start();
            return area;
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    /** What was read and written through it, and what failed. */
    public Activity activity() {
        return activity;
    }

    /** As the public one, without the lock. */
    static StagingArea open(
            Disk disk, KeyWrap wrap, StageOptions options, Function<byte[], Base> reopen)
            throws IOException {
        byte[] key = AreaFiles.key(disk, wrap);
        try {
            StagingArea area = new StagingArea(disk, key, wrap.chunkCodec(), options);
            try {
                int generation = (int) area.tree.number("generation", 0);
                if (generation > 0) {
                    area.bases.add(generation, reopen.apply(area.tree.bytes("base")));
                }
                area.faultIn.stopRecording();
                area.restoreReserve();
                area.sealIfThereIsRoom();
            } catch (RuntimeException e) {
                area.abandon();
                throw e;
            }
            area.sealer.start();
            return area;
        } finally {
            Arrays.fill(key, (byte) 0);
        }
    }

    private StagingArea(Disk disk, byte[] key, Optional<BlobCodec> chunkCodec, StageOptions options)
            throws IOException {
        this.options = options;
        this.treeCipher = new AesGcm(AreaFiles.subkey(key, "tree"));
        this.spoolCipher = new AesGcm(AreaFiles.subkey(key, "spool"));
        this.bases = new Bases();
        dev.holdfast.fuse.StatFs space = disk.space();
        long part = Math.max(MIB, space.blocks() * space.blockBytes() / SMALLEST_PART);
        this.tree =
                new Tree(new BlockFile(disk.open("tree"), treeCipher), options.pageCacheBytes());
        this.spool =
                new Spool(
                        disk,
                        spoolCipher,
                        chunkCodec,
                        tree,
                        Math.min(options.segmentBytes(), part),
                        options.frameCacheBytes());
        this.reserve = new Reserve(disk, Math.min(RESERVE_BYTES, part));
        this.encoder = new AheadEncoder(chunkCodec, spool);
        this.files = new Files(tree, spool, encoder, bases, locks, options.writeBufferBytes());
        this.reading = new FileReading(tree.inodes, files.extents(), files.content(), locks);
        this.xattrs = new Xattrs(tree, files);
        this.hierarchy = new Hierarchy(tree, files, xattrs);
        this.sealer = new Sealer(locks, tree, spool, files, bases, reserve, options.syncInterval());
        this.faultIn = new FaultIn(tree, files, bases, locks, this::admit);
        this.freezing = new Freezing(locks, tree, spool, files, bases, faultIn, sealer);
        this.fileSystem = new StagedFileSystem(this, disk);
    }

    private void makeRoot(Optional<Base> base) {
        if (base.isEmpty()) {
            tree.inodes.put(
                    Tree.ROOT,
                    Inode.fresh(Attributes.DIRECTORY | 0755, 0, 0, FileTime.now())
                            .withPlace(Tree.ROOT, Inode.READ));
            return;
        }
        bases.add(1, base.get());
        tree.setNumber("generation", 1);
        tree.setBytes("base", base.get().descriptor());
        FaultIn.store(tree, Tree.ROOT, Tree.ROOT, base.get().root(), 1);
    }

    private void restoreReserve() {
        try {
            reserve.take();
        } catch (IOException e) {
            Errno errno = DiskError.of("taking the reserve", e);
            if (!DiskError.isFull(errno)) {
                throw errno;
            }
            sealer.setFull(true);
        }
    }

    /** A full disk is no reason not to open: what is there can be read, committed and deleted. */
    private void sealIfThereIsRoom() {
        try {
            seal();
        } catch (Errno e) {
            if (!DiskError.isFull(e)) {
                throw e;
            }
        }
    }

    /** The tree, to be mounted. Closing it closes the area. */
    public FileSystem fileSystem() {
        return fileSystem;
    }

    /**
     * How many changes were made since the area was opened; two equal answers mean that nothing
     * happened in between.
     */
    public long changes() {
        return changes.sum();
    }

    /** Passes the gate for a change of content or attributes. */
    Locks.Held change(boolean grows) {
        admit(grows);
        changes.increment();
        return locks.change();
    }

    /** Passes the gate for a change of names. */
    Locks.Held changeNames(boolean grows) {
        admit(grows);
        changes.increment();
        return locks.changeNames();
    }

    private void admit(boolean grows) {
        if (grows && sealer.isFull()) {
            throw new Errno(Errno.ENOSPC);
        }
        admit();
    }

    /** Half-way to the limit a seal is asked for, at the limit it is waited for. */
    private void admit() {
        long unsaved = tree.unsavedBytes();
        if (unsaved > options.unsavedBytes()) {
            sealer.seal();
        } else if (unsaved > options.unsavedBytes() / 2) {
            sealer.urge();
        }
    }

    /**
     * Returns when everything that was done before the call is durable.
     *
     * @throws Errno {@code ENOSPC}, {@code EDQUOT}, {@code EIO}
     */
    public void seal() {
        fail(sealer.seal());
    }

    private static void fail(Optional<Errno> failure) {
        failure.ifPresent(
                errno -> {
                    throw errno;
                });
    }

    /** A seal for {@code fsync}: that another file's buffer finds no room is no failure. */
    void seal(Optional<LiveFile> file) {
        Optional<Errno> unflushed = sealer.seal();
        if (file.isPresent() && file.get().isDirty()) {
            fail(unflushed);
        }
    }

    /**
     * Keeps the present state readable, for a commit. Changes go on. What is changed from now on
     * belongs to the next epoch.
     *
     * @throws Busy if another frozen view is open
     * @throws Refused if the disk is full and files are open whose content finds no room; those
     *     whose close has failed for it are in the view as far as they found room
     * @throws HoldfastException if the present state cannot be sealed
     */
    public Frozen freeze() {
        return freezing.freeze();
    }

    /**
     * After {@code view} was committed: makes {@code newBase} the base, and lets every byte that it
     * holds be read from there. One durable step; the spool that is not needed any more is deleted
     * after it. Content written since the freeze stays in the spool.
     *
     * @param view the open frozen view; the caller closes it afterwards
     * @param newBase the snapshot that was made of it; closed with the area
     * @param placements where it is in that snapshot: all regular files that are not empty, all
     *     directories that were unread in the view, all files with several names (a {@link
     *     Placements#link} beside the {@link Placements#file})
     */
    public void rebase(Frozen view, Base newBase, Placements placements) {
        freezing.rebase(view, newBase, placements);
    }

    /** What the area holds at present. */
    public Usage usage() {
        return new Usage(
                tree.inodes.sizeAsLong(),
                spool.liveBytes() + files.waitingBytes(),
                files.bufferedBytes(),
                spool.fileBytes(),
                tree.fileBytes(),
                sealer.isFull(),
                files.unwrittenFiles(),
                tree.bytes("base"));
    }

    /** Runs the background work now: removing, compacting. For tests and before a shutdown. */
    void upkeep() {
        sealer.upkeep();
    }

    /** The longest time that changes had to wait for a seal since the last call, nanoseconds. */
    long longestPauseNanos() {
        return sealer.longestPauseNanos();
    }

    /**
     * Seals and closes.
     *
     * @throws HoldfastException if the last changes cannot be made durable; the area is closed
     *     then, too
     */
    @Override
    public void close() {
        synchronized (this) {
            if (closed) {
                return;
            }
            closed = true;
        }
        sealer.close();
        try {
            seal();
        } catch (Errno e) {
            throw new HoldfastException(
                    DiskError.isFull(e)
                            ? "the disk of the staging area is full: what was written to files"
                                    + " whose close or fsync failed is lost, all else is kept"
                            : "the last changes in the staging area could not be made durable",
                    e);
        } finally {
            abandon();
        }
    }

    /** Closes without sealing, as a crash would. */
    void abandon() {
        synchronized (this) {
            closed = true;
        }
        sealer.close();
        encoder.close();
        try {
            tree.close();
            spool.close();
            reserve.close();
        } catch (IOException e) {
            throw DiskError.of("closing", e);
        } finally {
            bases.close();
            treeCipher.close();
            spoolCipher.close();
            lock.ifPresent(AreaFiles::unlock);
        }
    }
}
