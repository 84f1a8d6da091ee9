package dev.holdfast.stage;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.Busy;
import dev.holdfast.Damaged;
import dev.holdfast.HoldfastException;
import dev.holdfast.NotFound;
import dev.holdfast.Refused;
import dev.holdfast.crypto.AesGcm;
import dev.holdfast.format.LocalFormat;
import dev.holdfast.fuse.Attributes;
import dev.holdfast.fuse.Errno;
import dev.holdfast.fuse.FileSystem;
import dev.holdfast.fuse.FileTime;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.Function;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * An open staging area: a directory of the local disk that holds a writable tree.
 *
 * <pre>
 * area.json   {"format": 1, "id": …}; written last when an area is made
 * key         the area's key (32 random bytes), sealed under the backup key
 * lock        locked while the area is open
 * tree        see {@link BlockFile}, {@link Tree}
 * spool/      see {@link Spool}
 * reserve     see {@link Reserve}
 * </pre>
 *
 * <p>The tree and the spool are sealed under keys that are HMAC-SHA256 of the words {@code tree}
 * and {@code spool} under the area's key. Thread-safe.
 */
@SuppressWarnings("try") // a lock held is not referred to
public final class StagingArea implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(StagingArea.class);
    private static final int FORMAT = 1;
    private static final int KEY_BYTES = 32;
    private static final int MAX_FILE_BYTES = 64 << 10;
    private static final long MIB = 1 << 20;
    private static final long RESERVE_BYTES = 8 * MIB;

    /** On a small disk neither a segment nor the reserve takes more than this part of it. */
    private static final long SMALLEST_PART = 64;

    final Files files;
    final Xattrs xattrs;
    final Hierarchy hierarchy;
    final FaultIn faultIn;
    private final Locks locks = new Locks();
    private final LongAdder changes = new LongAdder();
    private final StageOptions options;
    private final AesGcm treeCipher;
    private final AesGcm spoolCipher;
    private final Bases bases;
    private final Tree tree;
    private final Spool spool;
    private final Reserve reserve;
    private final Sealer sealer;
    private final FileSystem fileSystem;
    private Optional<AutoCloseable> lock = Optional.empty();
    private Optional<Frozen> frozen = Optional.empty();
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
            AutoCloseable lock = lock(directory);
            try {
                StagingArea area = create(disk, wrap, options, base);
                area.lock = Optional.of(lock);
                return area;
            } catch (IOException | RuntimeException e) {
                unlock(lock);
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
            AutoCloseable lock = lock(directory);
            try {
                StagingArea area = open(disk, wrap, options, reopen);
                area.lock = Optional.of(lock);
                return area;
            } catch (IOException | RuntimeException e) {
                unlock(lock);
                throw e;
            }
        } catch (IOException e) {
            throw new HoldfastException("cannot open the staging area in " + directory, e);
        }
    }

    private static AutoCloseable lock(Path directory) throws IOException {
        FileChannel channel =
                FileChannel.open(
                        directory.resolve("lock"),
                        StandardOpenOption.CREATE,
                        StandardOpenOption.WRITE);
        try {
            FileLock held = channel.tryLock();
            if (held != null) {
                return channel;
            }
        } catch (OverlappingFileLockException e) {
            channel.close();
            throw new Busy("the staging area in " + directory + " is in use", e);
        }
        channel.close();
        throw new Busy("the staging area in " + directory + " is in use by another process");
    }

    private static void unlock(AutoCloseable lock) {
        try {
            lock.close();
        } catch (Exception e) {
            throw new HoldfastException("the staging area cannot be unlocked", e);
        }
    }

    /** As the public one, without the lock. */
    static StagingArea create(Disk disk, KeyWrap wrap, StageOptions options, Optional<Base> base)
            throws IOException {
        if (disk.exists("area.json")) {
            throw new Refused("there is a staging area already");
        }
        disk.delete("tree");
        disk.delete("reserve");
        for (String segment : disk.segments()) {
            disk.delete("spool/" + segment);
        }
        byte[] key = new byte[KEY_BYTES];
        new SecureRandom().nextBytes(key);
        try {
            writeFile(disk, "key", wrap.wrap(key.clone()));
            StagingArea area = new StagingArea(disk, key, options);
            try {
                area.makeRoot(base);
                area.reserve.take();
                area.seal();
                ObjectNode json = new ObjectMapper().createObjectNode();
                json.put("format", FORMAT);
                json.put("id", UUID.randomUUID().toString());
                writeFile(
                        disk,
                        "area.json",
                        (json.toPrettyString() + "\n").getBytes(StandardCharsets.UTF_8));
                disk.syncDirectories();
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

    /** As the public one, without the lock. */
    static StagingArea open(
            Disk disk, KeyWrap wrap, StageOptions options, Function<byte[], Base> reopen)
            throws IOException {
        LocalFormat.check("the staging area", format(readFile(disk, "area.json")), FORMAT);
        byte[] key = wrap.unwrap(readFile(disk, "key"));
        try {
            StagingArea area = new StagingArea(disk, key, options);
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

    private StagingArea(Disk disk, byte[] key, StageOptions options) throws IOException {
        this.options = options;
        this.treeCipher = new AesGcm(subkey(key, "tree"));
        this.spoolCipher = new AesGcm(subkey(key, "spool"));
        this.bases = new Bases();
        dev.holdfast.fuse.StatFs space = disk.space();
        long part = Math.max(MIB, space.blocks() * space.blockBytes() / SMALLEST_PART);
        this.tree =
                new Tree(new BlockFile(disk.open("tree"), treeCipher), options.pageCacheBytes());
        this.spool =
                new Spool(
                        disk,
                        spoolCipher,
                        tree,
                        Math.min(options.segmentBytes(), part),
                        options.frameCacheBytes());
        this.reserve = new Reserve(disk, Math.min(RESERVE_BYTES, part));
        this.files = new Files(tree, spool, bases, locks, options.writeBufferBytes());
        this.xattrs = new Xattrs(tree, files);
        this.hierarchy = new Hierarchy(tree, files, xattrs);
        this.sealer = new Sealer(locks, tree, spool, files, bases, reserve, options.syncInterval());
        this.faultIn = new FaultIn(tree, files, bases, locks, this::admit);
        this.fileSystem = new StagedFileSystem(this, disk);
    }

    /** The version of an area; 0 if its file does not say. */
    private static long format(byte[] json) throws IOException {
        try {
            return new ObjectMapper().readTree(json).path("format").asLong();
        } catch (JsonProcessingException e) {
            return 0;
        }
    }

    private static byte[] subkey(byte[] key, String use) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(use.getBytes(StandardCharsets.US_ASCII));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java has HmacSHA256", e);
        }
    }

    private static void writeFile(Disk disk, String name, byte[] content) throws IOException {
        try (Disk.DiskFile file = disk.open(name)) {
            file.truncate(0);
            file.write(ByteBuffer.wrap(content), 0);
            file.sync();
        }
    }

    private static byte[] readFile(Disk disk, String name) throws IOException {
        try (Disk.DiskFile file = disk.open(name)) {
            long size = file.size();
            if (size == 0 || size > MAX_FILE_BYTES) {
                throw new Damaged("the staging area's file " + name + " is damaged or missing");
            }
            ByteBuffer content = ByteBuffer.allocate((int) size);
            file.read(content, 0);
            return content.array();
        }
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
        // The most is sealed before names have to wait.
        sealInAdvance();
        // No directory may be half read: what a rebase must move is recorded from here on.
        try (Locks.Held names = locks.keepNames()) {
            return freezeHeld();
        }
    }

    private void sealInAdvance() {
        try {
            sealer.seal();
        } catch (Errno e) {
            LOG.debug("the state cannot be sealed: {}", e.getMessage());
        }
    }

    private Frozen freezeHeld() {
        locks.sealing.lock();
        try {
            if (frozen.isPresent()) {
                throw new Busy("a commit is running already");
            }
            Frozen[] made = new Frozen[1];
            boolean[] unwritten = new boolean[1];
            try {
                sealer.sealHeld(
                        () -> {
                            unwritten[0] = files.isAnyOpenAndDirty();
                            made[0] = new Frozen(this, tree, spool, bases, files);
                            files.nextEpoch();
                            faultIn.startRecording();
                            sealer.setFrozen(true);
                        });
                if (unwritten[0]) {
                    throw new Refused(
                            "the disk of the staging area has no room for what was written to open"
                                    + " files; close or delete some, or make room beside it");
                }
            } catch (RuntimeException e) {
                if (made[0] != null) {
                    frozen = Optional.of(made[0]);
                    made[0].close();
                }
                throw e instanceof Errno
                        ? new HoldfastException("the staging area cannot be made durable now", e)
                        : e;
            }
            frozen = Optional.of(made[0]);
            return made[0];
        } finally {
            locks.sealing.unlock();
        }
    }

    /** Called by {@link Frozen#close}. */
    void thawed(Frozen view) {
        locks.sealing.lock();
        try (Locks.Held gate = locks.closeGate()) {
            if (frozen.filter(f -> f == view).isPresent()) {
                frozen = Optional.empty();
                faultIn.stopRecording();
                sealer.setFrozen(false);
            }
        } finally {
            locks.sealing.unlock();
        }
        sealer.retireBases();
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
        sealInAdvance();
        try (Locks.Held names = locks.keepNames()) {
            rebaseHeld(view, newBase, placements);
        }
    }

    private void rebaseHeld(Frozen view, Base newBase, Placements placements) {
        locks.sealing.lock();
        try {
            if (frozen.filter(f -> f == view).isEmpty()) {
                throw new IllegalStateException("the view is not open");
            }
            sealer.sealHeld(
                    () -> new Rebase(tree, files, bases, faultIn, view, newBase).run(placements));
        } finally {
            locks.sealing.unlock();
        }
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
            lock.ifPresent(StagingArea::unlock);
        }
    }
}
