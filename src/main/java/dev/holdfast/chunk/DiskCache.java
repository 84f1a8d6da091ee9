package dev.holdfast.chunk;

import dev.holdfast.crypto.BufferPool;
import dev.holdfast.format.BlobKind;
import dev.holdfast.format.Digest;
import dev.holdfast.format.DynamicIndex;
import dev.holdfast.os.Pieces;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.atomic.LongAdder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sealed chunks of a slow repository on a local disk, as the repository gave them: a second level
 * behind the {@link ChunkCache}, which outlives the process and is shared by all that name the same
 * directory. Plain chunks are never kept.
 *
 * <p>What comes from here is as unchecked as what comes from a repository: whoever decodes it finds
 * out, {@linkplain #drop drops} a file that is not what it should be, and asks the repository. So
 * files are not synced, and a power cut costs some of them. No failure of the disk fails a read:
 * nothing is found then, and nothing is kept for a while. Thread-safe.
 *
 * <p>The directory is bounded, about: each process looks at all files when it has written an eighth
 * of what was free when it looked last, so up to eight busy ones stay within the limit together.
 */
public final class DiskCache {
    /** The smallest limit: evicting leaves a quarter free, and a chunk must fit in there. */
    public static final long MIN_LIMIT_BYTES = 128L << 20;

    private static final Logger LOG = LoggerFactory.getLogger(DiskCache.class);
    private static final int MAX_FILE_BYTES =
            DynamicIndex.MAX_CHUNK_BYTES + BlobKind.ENCRYPTED_HEADER_BYTES;
    private static final Duration PAUSE_AFTER_FAILURE = Duration.ofSeconds(10);

    /** Finer would write an inode for each hit; eviction goes by hours and days. */
    private static final long TOUCH_MILLIS = Duration.ofMinutes(1).toMillis();

    private final CacheDirectory directory;
    private final long limitBytes;
    private final LongAdder hits = new LongAdder();
    private final LongAdder hitBytes = new LongAdder();
    private final LongAdder misses = new LongAdder();
    private final LongAdder stored = new LongAdder();
    private final LongAdder evicted = new LongAdder();
    private final LongAdder dropped = new LongAdder();
    private final LongAdder failures = new LongAdder();
    private final AtomicLong totalBytes = new AtomicLong();
    private final Object room = new Object();
    private long allowanceBytes;
    private volatile boolean failing;
    private volatile long pauseUntilNanos = System.nanoTime();

    /**
     * What happened since the start of this process, and what is there.
     *
     * @param bytes what all files take; what other processes wrote since the last look is missing
     * @param hits chunks found
     * @param hitBytes their stored lengths
     * @param misses chunks not found
     * @param stored chunks kept
     * @param evicted chunks removed to make room
     * @param dropped files that were not what they should be
     * @param failures of the disk
     */
    public record Figures(
            long limitBytes,
            long bytes,
            long hits,
            long hitBytes,
            long misses,
            long stored,
            long evicted,
            long dropped,
            long failures) {}

    private DiskCache(CacheDirectory directory, long limitBytes) {
        this.directory = directory;
        this.limitBytes = limitBytes;
    }

    /**
     * The cache in a directory, which is made if need be.
     *
     * @throws dev.holdfast.Refused if something else is in it
     * @throws dev.holdfast.Unreachable if it cannot be used
     * @throws IllegalArgumentException if the limit is below {@link #MIN_LIMIT_BYTES}
     */
    public static DiskCache open(Path directory, long limitBytes) {
        if (limitBytes < MIN_LIMIT_BYTES) {
            throw new IllegalArgumentException(
                    "a disk cache must have at least " + (MIN_LIMIT_BYTES >> 20) + "M");
        }
        return openSmall(directory, limitBytes);
    }

    /** For tests: with a limit that is as small as they like. */
    static DiskCache openSmall(Path directory, long limitBytes) {
        DiskCache cache = new DiskCache(CacheDirectory.open(directory), limitBytes);
        cache.lookAround();
        return cache;
    }

    /** Where it is. */
    public Path directory() {
        return directory.path();
    }

    /**
     * The stored form of a chunk, unchecked; empty if it is not here or cannot be read.
     *
     * @param buffers where its array comes from
     */
    public Optional<EncodedBlob> find(Digest digest, BufferPool buffers) {
        Path file = directory.file(digest);
        try {
            Optional<EncodedBlob> found = read(file, buffers);
            if (found.isEmpty()) {
                drop(digest);
                misses.increment();
                return found;
            }
            touch(file);
            hits.increment();
            hitBytes.add(found.get().lengthBytes());
            return found;
        } catch (NoSuchFileException e) {
            misses.increment();
            return Optional.empty();
        } catch (IOException e) {
            misses.increment();
            failed("read", e);
            return Optional.empty();
        }
    }

    /** Empty if it cannot be an encrypted chunk. */
    private static Optional<EncodedBlob> read(Path file, BufferPool buffers) throws IOException {
        try (FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
            long length = channel.size();
            if (length < BlobKind.ENCRYPTED_HEADER_BYTES || length > MAX_FILE_BYTES) {
                return Optional.empty();
            }
            byte[] bytes = buffers.take((int) length + EncodedBlob.SPARE_BYTES);
            ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, (int) length);
            Pieces.read(channel, buffer, 0);
            return buffer.hasRemaining()
                    ? Optional.empty()
                    : Optional.of(new EncodedBlob(bytes, (int) length));
        }
    }

    private static void touch(Path file) {
        try {
            long now = System.currentTimeMillis();
            if (Math.abs(now - Files.getLastModifiedTime(file).toMillis()) > TOUCH_MILLIS) {
                Files.setLastModifiedTime(file, FileTime.fromMillis(now));
            }
        } catch (IOException e) {
            // Evicted by another process meanwhile, or a read-only disk: what was read is good.
            LOG.debug("{} cannot be marked as used: {}", file, e.toString());
        }
    }

    /** Removes a chunk that was found and is not what it should be. */
    public void drop(Digest digest) {
        if (dropped.sum() == 0) {
            LOG.warn(
                    "a file of the disk cache {} was damaged and is removed, its chunk is read from"
                            + " the repository; further ones are counted in the status only",
                    directory.path());
        }
        dropped.increment();
        try {
            Files.deleteIfExists(directory.file(digest));
        } catch (IOException e) {
            failed("remove", e);
        }
    }

    /**
     * Keeps a chunk that was decoded and found right.
     *
     * @throws IllegalArgumentException if it is not encrypted
     */
    public void keep(Digest digest, EncodedBlob blob) {
        if (!BlobKind.read(blob.bytes(), blob.lengthBytes()).encrypted()) {
            throw new IllegalArgumentException("a plain chunk is not to be kept on a disk");
        }
        if (System.nanoTime() - pauseUntilNanos < 0) {
            return;
        }
        long bytes = CacheSweep.onDisk(blob.lengthBytes());
        try {
            if (!makeRoom(bytes)) {
                return;
            }
            directory.write(digest, blob.bytes(), blob.lengthBytes());
            totalBytes.addAndGet(bytes);
            stored.increment();
            failing = false;
        } catch (IOException e) {
            failed("write", e);
        }
    }

    /** Whether a file of that size may be written; it is counted then. */
    private boolean makeRoom(long bytes) throws IOException {
        synchronized (room) {
            if (bytes > allowanceBytes) {
                long free = limitBytes - evictFor(bytes);
                if (bytes > free) {
                    return false;
                }
                allowanceBytes = Math.max(bytes, free / 8);
            }
            allowanceBytes -= bytes;
            return true;
        }
    }

    /** Makes room for that much and some more, and tells how much is there then. */
    private long evictFor(long bytes) throws IOException {
        CacheSweep sweep = CacheSweep.of(directory);
        if (sweep.bytes() + Math.max(bytes, limitBytes / 16) > limitBytes) {
            sweep.reduceTo(limitBytes / 4 * 3);
            evicted.add(sweep.removed());
        }
        LOG.debug("{}", sweep);
        totalBytes.set(sweep.bytes());
        return sweep.bytes();
    }

    /**
     * So that the first figures are right, and a smaller limit than before holds from the start.
     */
    private void lookAround() {
        try {
            evictFor(0);
        } catch (IOException e) {
            failed("look through", e);
        }
    }

    private void failed(String what, IOException e) {
        failures.increment();
        pauseUntilNanos = System.nanoTime() + PAUSE_AFTER_FAILURE.toNanos();
        if (!failing) {
            failing = true;
            LOG.warn(
                    "cannot {} the disk cache {}, and go on without for now: {}",
                    what,
                    directory.path(),
                    e.getMessage());
        }
    }

    /** For tests: ends the pause after a failure. */
    void retryNow() {
        pauseUntilNanos = System.nanoTime();
    }

    /** What there is and what happened. */
    public Figures figures() {
        return new Figures(
                limitBytes,
                totalBytes.get(),
                hits.sum(),
                hitBytes.sum(),
                misses.sum(),
                stored.sum(),
                evicted.sum(),
                dropped.sum(),
                failures.sum());
    }
}
