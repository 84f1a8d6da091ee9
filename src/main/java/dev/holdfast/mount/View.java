package dev.holdfast.mount;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import com.github.benmanes.caffeine.cache.Ticker;
import dev.holdfast.chunk.ChunkCache;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.fuse.Attributes;
import dev.holdfast.fuse.FileTime;
import dev.holdfast.metrics.Activity;
import dev.holdfast.store.Repository;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ThreadFactory;
import java.util.concurrent.ThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What all nodes of a mounted repository share: options, caches, threads.
 *
 * <p>Memory: decoded chunks as the options say; what {@link RecentEntries}, {@link OpenSnapshots}
 * and {@link Listings} say of themselves; {@value #BLOB_CACHE_BYTES} bytes of blobs.
 */
final class View implements AutoCloseable {
    private static final Logger LOG = LoggerFactory.getLogger(View.class);

    private static final long BLOB_CACHE_BYTES = 32 << 20;
    private static final Duration CLOSE_PERIOD = Duration.ofSeconds(10);
    private static final int DIRECTORY_BYTES = 4096;
    private static final int BLOCK_BYTES = 512;
    private static final int READ_AHEAD_THREADS = 2;
    private static final int READ_AHEAD_QUEUE = 8;
    private static final int CLOSE_SECONDS = 5;

    private final Repository repository;
    private final ViewOptions options;
    private final Activity activity = new Activity();
    private final Failures failures = new Failures(activity);
    private final Listings listings;
    private final OpenSnapshots snapshots;
    private final RecentEntries recent = new RecentEntries();
    private final GroupTrees trees;
    private final HoleBlocks holes = new HoleBlocks();
    private final Cache<BlobFile.Key, byte[]> blobs =
            Caffeine.newBuilder()
                    .maximumWeight(BLOB_CACHE_BYTES)
                    .weigher((BlobFile.Key key, byte[] content) -> 200 + content.length)
                    .build();
    private final ExecutorService readAhead =
            pool("read-ahead", READ_AHEAD_THREADS, READ_AHEAD_QUEUE);
    private final ExecutorService linkScans = pool("link-scan", 1, 64);
    private final ScheduledExecutorService clock =
            Executors.newSingleThreadScheduledExecutor(threads("close-unused"));
    private final Future<?> closing;
    private final FileTime started = FileTime.now();

    View(
            Repository repository,
            KeyRing keys,
            ViewOptions options,
            ChunkCache chunks,
            Duration keepUnused,
            Ticker ticker) {
        this.repository = repository;
        this.options = options;
        this.listings = new Listings(repository, options.timeNames(), options.refresh(), ticker);
        this.snapshots = new OpenSnapshots(repository, keys, chunks, keepUnused);
        this.trees = new GroupTrees(this, keys, ticker);
        long period = CLOSE_PERIOD.toMillis();
        this.closing =
                clock.scheduleWithFixedDelay(
                        snapshots::closeUnused, period, period, TimeUnit.MILLISECONDS);
    }

    private static ExecutorService pool(String name, int threads, int queue) {
        ThreadPoolExecutor pool =
                new ThreadPoolExecutor(
                        threads,
                        threads,
                        10,
                        TimeUnit.SECONDS,
                        new ArrayBlockingQueue<>(queue),
                        threads(name));
        pool.allowCoreThreadTimeOut(true);
        return pool;
    }

    private static ThreadFactory threads(String name) {
        AtomicInteger count = new AtomicInteger();
        return task -> {
            Thread thread = new Thread(task, "mount-" + name + "-" + count.incrementAndGet());
            thread.setDaemon(true);
            return thread;
        };
    }

    Repository repository() {
        return repository;
    }

    ViewOptions options() {
        return options;
    }

    /** What was read and what failed. */
    Activity activity() {
        return activity;
    }

    Failures failures() {
        return failures;
    }

    Listings listings() {
        return listings;
    }

    OpenSnapshots snapshots() {
        return snapshots;
    }

    RecentEntries recent() {
        return recent;
    }

    /** What is known of groups as a whole. */
    GroupTrees trees() {
        return trees;
    }

    HoleBlocks holes() {
        return holes;
    }

    Cache<BlobFile.Key, byte[]> blobs() {
        return blobs;
    }

    /** Where the next chunks of files being read are loaded; rejects what is too much. */
    ExecutorService readAhead() {
        return readAhead;
    }

    /** Where links are counted; rejects what is too much. */
    ExecutorService linkScans() {
        return linkScans;
    }

    /** The time of what has none of its own. */
    FileTime started() {
        return started;
    }

    /**
     * Attributes of a directory that is in no archive. Directories here have a link count of 1, as
     * on btrfs: "not counted". Any other number would be taken by some for 2 plus the number of
     * subdirectories, which only a listing can tell.
     */
    Attributes directory(long inode, FileTime time) {
        return directory(inode, 0555, options.ownerUid(), options.ownerGid(), time);
    }

    Attributes directory(long inode, int permissions, int uid, int gid, FileTime time) {
        return new Attributes(
                inode,
                Attributes.DIRECTORY | permissions,
                1,
                uid,
                gid,
                0,
                DIRECTORY_BYTES,
                DIRECTORY_BYTES / BLOCK_BYTES,
                time,
                time,
                time);
    }

    /**
     * Attributes of a file that is in no archive. Only the owner of the mount may read it: an image
     * holds files of all users, and nobody else checks their permissions.
     */
    Attributes file(long inode, long sizeBytes, long blocks512, FileTime time) {
        return new Attributes(
                inode,
                Attributes.REGULAR | 0400,
                1,
                options.ownerUid(),
                options.ownerGid(),
                0,
                sizeBytes,
                blocks512,
                time,
                time,
                time);
    }

    /** Blocks of content without holes. */
    static long blocks512(long sizeBytes) {
        return sizeBytes / BLOCK_BYTES + (sizeBytes % BLOCK_BYTES == 0 ? 0 : 1);
    }

    /** Waits for threads that may still hold a snapshot, so that none is locked afterwards. */
    @Override
    public void close() {
        closing.cancel(false);
        for (ExecutorService pool : List.of(clock, readAhead, linkScans)) {
            pool.shutdownNow();
        }
        try {
            for (ExecutorService pool : List.of(clock, readAhead, linkScans)) {
                if (!pool.awaitTermination(CLOSE_SECONDS, TimeUnit.SECONDS)) {
                    LOG.debug("{} still runs", pool);
                }
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        trees.close();
        snapshots.close();
        blobs.invalidateAll();
    }
}
