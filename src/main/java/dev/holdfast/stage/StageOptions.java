package dev.holdfast.stage;

import java.time.Duration;

/**
 * How a staging area behaves.
 *
 * @param syncInterval what is not synced explicitly is durable after this time
 * @param writeBufferBytes memory for what was written and is not yet in the spool, all files
 *     together
 * @param pageCacheBytes memory for pages of the tree
 * @param frameCacheBytes memory for opened frames of the spool
 * @param unsavedBytes memory for changed pages of the tree; when it is used up, changes wait for a
 *     seal
 * @param segmentBytes size at which a segment of the spool is full; less on a small disk
 */
public record StageOptions(
        Duration syncInterval,
        long writeBufferBytes,
        long pageCacheBytes,
        long frameCacheBytes,
        long unsavedBytes,
        long segmentBytes) {
    private static final long MIB = 1 << 20;

    public StageOptions {
        if (syncInterval.isNegative() || syncInterval.isZero()) {
            throw new IllegalArgumentException("the sync interval must be positive");
        }
        if (writeBufferBytes < MIB
                || pageCacheBytes < MIB
                || frameCacheBytes < 0
                || unsavedBytes < MIB
                || segmentBytes < MIB) {
            throw new IllegalArgumentException("a staging area needs at least 1 MiB of each");
        }
    }

    /** One second; 64 MiB of buffers, 64 MiB of pages, 32 MiB of frames. */
    public static StageOptions defaults() {
        return new StageOptions(
                Duration.ofSeconds(1), 64 * MIB, 64 * MIB, 32 * MIB, 96 * MIB, 256 * MIB);
    }

    /** The same with another sync interval. */
    public StageOptions withSyncInterval(Duration interval) {
        return new StageOptions(
                interval,
                writeBufferBytes,
                pageCacheBytes,
                frameCacheBytes,
                unsavedBytes,
                segmentBytes);
    }

    /** The same with another segment size. */
    public StageOptions withSegmentBytes(long bytes) {
        return new StageOptions(
                syncInterval,
                writeBufferBytes,
                pageCacheBytes,
                frameCacheBytes,
                unsavedBytes,
                bytes);
    }
}
