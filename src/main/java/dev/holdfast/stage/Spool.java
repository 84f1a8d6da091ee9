package dev.holdfast.stage;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.holdfast.Damaged;
import dev.holdfast.chunk.EncodedChunk;
import dev.holdfast.crypto.AesGcm;
import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.format.Digest;
import dev.holdfast.fuse.Errno;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What was written into files: append-only segments of sealed frames, and chunks that are encoded
 * for the repository already, each a segment of its own.
 *
 * <pre>
 * spool/NNNNNNNN   frame* | blob
 * frame            AES-256-GCM ciphertext (1 to 262144 bytes) ‖ tag (16)
 *                  IV = segment u32be ‖ position in the segment u64be
 * blob             an encrypted chunk, see {@link dev.holdfast.crypto.BlobCodec}; never changed
 *                  once written, since a repository may share the file
 * </pre>
 *
 * <p>Where frames begin is known to the extents of the tree alone. An IV never repeats: positions
 * only grow within a segment, and a segment's number is reserved durably before it is used and
 * never used again ({@link #reserve}).
 *
 * <p>For each segment the bytes that extents refer to are counted. One without any is deleted as
 * soon as a tree that does not refer to it is durable. Thread-safe.
 */
final class Spool implements AutoCloseable {
    /** Longest frame. */
    static final int FRAME_BYTES = 256 << 10;

    private static final Logger LOG = LoggerFactory.getLogger(Spool.class);

    /** Numbers reserved at once; a start gives up what is left of them. */
    private static final int RESERVE = 16_384;

    private static final long ROLL_EMPTY_BYTES = 1 << 20;

    private final Disk disk;
    private final AesGcm cipher;
    private final long segmentBytes;
    private final StagedChunks chunks;
    private final Map<Integer, Segment> segments = new ConcurrentHashMap<>();
    private final Set<Segment> unsynced = ConcurrentHashMap.newKeySet();
    private final ThreadLocal<byte[]> sealed =
            ThreadLocal.withInitial(() -> new byte[FRAME_BYTES + AesGcm.TAG_BYTES]);
    private final Optional<Cache<FrameKey, byte[]>> frames;
    private volatile DeadFrames graves = new DeadFrames();
    private int nextSegment;
    private volatile boolean lost;
    private volatile boolean closedToWrites;
    private int reservedSegments;
    private Optional<Segment> current = Optional.empty();

    /** A frame that was appended. */
    record Frame(int segment, long position, int bytes) {}

    private record FrameKey(int segment, long position) {}

    /**
     * Opens the segments that {@code tree} refers to and deletes all others.
     *
     * @param codec opens chunks; empty if the area has none
     */
    Spool(
            Disk disk,
            AesGcm cipher,
            Optional<BlobCodec> codec,
            Tree tree,
            long segmentBytes,
            long cacheBytes)
            throws IOException {
        this.disk = disk;
        this.cipher = cipher;
        this.segmentBytes = segmentBytes;
        this.chunks = new StagedChunks(disk, codec);
        this.frames =
                cacheBytes == 0
                        ? Optional.empty()
                        : Optional.of(
                                Caffeine.newBuilder()
                                        .maximumWeight(cacheBytes)
                                        .weigher((FrameKey key, byte[] value) -> value.length + 64)
                                        .executor(Runnable::run)
                                        .build());
        for (Map.Entry<Long, Long> each : tree.segments.entrySet()) {
            int number = Math.toIntExact(each.getKey());
            if (!disk.exists(name(number))) {
                LOG.error("segment {} of the spool is missing", number);
            }
            byte[] chunk = tree.chunks.get(each.getKey());
            Segment segment =
                    chunk == null
                            ? Segment.ofFrames(number, disk.open(name(number)))
                            : Segment.ofChunk(number, StagedChunk.parse(number, chunk));
            segment.live.set(each.getValue());
            segment.storedLive.set(each.getValue());
            segment.directorySynced = true;
            segments.put(number, segment);
        }
        for (String file : disk.segments()) {
            if (!file.matches("[0-9a-f]{8}")
                    || !segments.containsKey(Integer.parseUnsignedInt(file, 16))) {
                disk.delete("spool/" + file);
            }
        }
        nextSegment = (int) tree.number("reservedSegments", 1);
        reservedSegments = nextSegment;
    }

    static String name(int segment) {
        return String.format("spool/%08x", segment);
    }

    /**
     * Notes in {@code tree} which segment numbers may be used once it is durable. Called before
     * each commit.
     *
     * @return the limit to hand to {@link #reserved} when it is durable
     */
    synchronized int reserve(Tree tree) {
        int limit = reservedSegments;
        if (reservedSegments - nextSegment < RESERVE / 2) {
            limit = Math.addExact(reservedSegments, RESERVE);
            tree.setNumber("reservedSegments", limit);
        }
        return limit;
    }

    /** The numbers below {@code limit} are durably reserved. */
    synchronized void reserved(int limit) {
        reservedSegments = limit;
    }

    /**
     * Seals {@code lengthBytes} bytes into a new frame. They count as live until they are {@link
     * #release}d.
     *
     * @throws Errno {@code ENOSPC}, {@code EDQUOT}, {@code EIO}; then nothing refers to the frame
     */
    Frame append(byte[] plain, int offset, int lengthBytes) {
        if (closedToWrites) {
            throw new Errno(Errno.ENOSPC);
        }
        Segment segment;
        long position;
        synchronized (this) {
            segment = segmentFor(lengthBytes);
            position = segment.end;
            segment.end += lengthBytes + AesGcm.TAG_BYTES;
            // Counts as live until the caller's extents do, so that it is not deleted meanwhile.
            segment.live.addAndGet(lengthBytes);
        }
        byte[] out = sealed.get();
        cipher.seal(iv(segment.number, position), new byte[0], plain, offset, lengthBytes, out, 0);
        try {
            segment.frames()
                    .write(ByteBuffer.wrap(out, 0, lengthBytes + AesGcm.TAG_BYTES), position);
        } catch (IOException e) {
            segment.live.addAndGet(-lengthBytes);
            throw DiskError.of("writing the spool", e);
        }
        unsynced.add(segment);
        return new Frame(segment.number, position, lengthBytes);
    }

    /**
     * Whether every {@link #append} fails with {@code ENOSPC}: while the {@link Reserve} is in use,
     * what it gave up is for the tree alone. Otherwise buffers that wait for room would take it,
     * and not even a deletion could be made durable any more.
     */
    void setClosedToWrites(boolean closed) {
        closedToWrites = closed;
    }

    private Segment segmentFor(int lengthBytes) {
        if (current.isPresent() && current.get().end + lengthBytes <= segmentBytes) {
            return current.get();
        }
        try {
            int number = nextNumber();
            Segment next = Segment.ofFrames(number, disk.open(name(number)));
            segments.put(number, next);
            current = Optional.of(next);
            return next;
        } catch (IOException e) {
            throw DiskError.of("creating a segment of the spool", e);
        }
    }

    private synchronized int nextNumber() {
        if (nextSegment >= reservedSegments) {
            LOG.error("no segment of the spool is reserved");
            throw new Errno(Errno.EIO);
        }
        return nextSegment++;
    }

    /** Chunks use up numbers quickly; the last ones before the next seal are for frames. */
    private synchronized int nextNumberForChunk() {
        if (nextSegment >= reservedSegments - RESERVE / 4) {
            throw new Errno(Errno.ENOSPC);
        }
        return nextNumber();
    }

    /**
     * Stores an encoded chunk as a segment of its own. Its content counts as live until it is
     * {@link #release}d; the caller notes the chunk in the tree together with its extent.
     *
     * @throws Errno {@code ENOSPC}, {@code EDQUOT}, {@code EIO}; then nothing refers to it
     */
    StagedChunk appendChunk(Digest digest, int contentBytes, byte[] blob, int blobBytes) {
        if (closedToWrites) {
            throw new Errno(Errno.ENOSPC);
        }
        int number = nextNumberForChunk();
        StagedChunk chunk = StagedChunk.of(number, digest, contentBytes, blob, blobBytes);
        Segment segment = Segment.ofChunk(number, chunk);
        segment.live.set(contentBytes);
        segments.put(number, segment);
        try {
            Disk.DiskFile file = disk.open(name(number));
            segment.file = Optional.of(file);
            file.write(ByteBuffer.wrap(blob, 0, blobBytes), 0);
        } catch (IOException e) {
            segment.live.set(0);
            throw DiskError.of("writing the spool", e);
        }
        unsynced.add(segment);
        return chunk;
    }

    /** The chunk that an extent refers to, to be stored in a repository as it is. */
    EncodedChunk chunk(Extent extent) {
        return chunks.encoded(segmentOf(extent).chunk.orElseThrow());
    }

    private Segment segmentOf(Extent extent) {
        Segment segment = segments.get(extent.segment());
        if (segment == null || segment.chunk.isPresent() != extent.isInChunk()) {
            throw new Gone();
        }
        return segment;
    }

    /** {@code bytes} bytes of the run are not referred to any more. */
    void release(Extent extent, long bytes) {
        Segment found = segments.get(extent.segment());
        if (found != null) {
            found.live.addAndGet(-bytes);
            if (bytes == extent.lengthBytes() && extent.isWholeFrame() && !extent.isInChunk()) {
                graves.add(
                        extent.segment(),
                        extent.position(),
                        extent.frameBytes() + AesGcm.TAG_BYTES);
            }
        }
    }

    /** What died so far; to be taken when a commit no longer refers to it. */
    DeadFrames takeGraves() {
        DeadFrames taken = graves;
        graves = new DeadFrames();
        return taken;
    }

    /** Gives the disk space of dead frames back, once no durable tree refers to them. */
    void punch(DeadFrames dead) {
        dead.forEach(
                (segment, position, bytes) -> {
                    Segment found = segments.get(segment);
                    if (found == null) {
                        return;
                    }
                    try {
                        found.frames().punch(position, bytes);
                    } catch (IOException e) {
                        LOG.debug("no hole punched: {}", e.getMessage());
                    }
                });
    }

    /**
     * The plain frame of {@code extent}; not to be modified.
     *
     * @throws Damaged if it does not authenticate
     */
    byte[] read(Extent extent) {
        if (extent.isInChunk()) {
            return chunks.content(segmentOf(extent).chunk.orElseThrow());
        }
        FrameKey key = new FrameKey(extent.segment(), extent.position());
        if (frames.isPresent()) {
            byte[] cached = frames.get().getIfPresent(key);
            if (cached != null && cached.length == extent.frameBytes()) {
                return cached;
            }
        }
        byte[] plain = readFrame(extent);
        frames.ifPresent(cache -> cache.put(key, plain));
        return plain;
    }

    private byte[] readFrame(Extent extent) {
        int bytes = extent.frameBytes();
        if (bytes < 1 || bytes > FRAME_BYTES) {
            throw new Damaged("the tree of the staging area holds a malformed extent");
        }
        Segment segment = segmentOf(extent);
        byte[] in = sealed.get();
        ByteBuffer target = ByteBuffer.wrap(in, 0, bytes + AesGcm.TAG_BYTES);
        try {
            segment.frames().read(target, extent.position());
        } catch (ClosedChannelException e) {
            throw new Gone();
        } catch (IOException e) {
            throw DiskError.of("reading the spool", e);
        }
        byte[] plain = new byte[bytes];
        try {
            if (target.hasRemaining()) {
                throw new Damaged("the segment is too short");
            }
            cipher.open(
                    iv(extent.segment(), extent.position()), new byte[0], in, 0, bytes, plain, 0);
        } catch (Damaged e) {
            throw new Damaged(
                    "spool segment "
                            + name(extent.segment())
                            + " is damaged at "
                            + extent.position()
                            + ": "
                            + e.getMessage(),
                    e);
        }
        return plain;
    }

    /** The segment was deleted since the extent was looked up: look it up again. */
    static final class Gone extends RuntimeException {
        private static final long serialVersionUID = 1L;

        Gone() {
            super("segment is gone", null, false, false);
        }
    }

    private static byte[] iv(int segment, long position) {
        return ByteBuffer.allocate(12).putInt(segment).putLong(position).array();
    }

    /**
     * Makes everything appended before the call durable. Once this has failed it fails for good:
     * the kernel may have dropped what it could not write, and a second attempt would succeed
     * without it. What was durable before is found again when the area is reopened.
     */
    void sync() throws IOException {
        if (lost) {
            throw new IOException("an earlier sync failed; the staging area must be reopened");
        }
        boolean created = false;
        for (Segment segment : List.copyOf(unsynced)) {
            unsynced.remove(segment);
            try {
                segment.sync();
            } catch (ClosedChannelException e) {
                continue;
            } catch (IOException e) {
                unsynced.add(segment);
                lost = true;
                throw e;
            }
            created |= !segment.directorySynced;
        }
        if (created) {
            disk.syncDirectories();
            segments.values().forEach(segment -> segment.directorySynced = true);
        }
    }

    /**
     * Notes the counts in {@code tree}, before a commit and without changes meanwhile; {@code dead}
     * segments are left out.
     */
    void saveCounts(Tree tree, Set<Integer> dead) {
        for (int number : dead) {
            tree.segments.remove((long) number);
            if (segments.get(number).chunk.isPresent()) {
                tree.chunks.remove((long) number);
            }
        }
        for (Segment segment : segments.values()) {
            if (dead.contains(segment.number)) {
                continue;
            }
            long number = segment.number;
            if (segment.chunk.isPresent() && !tree.chunks.containsKey(number)) {
                // No file refers to it yet.
                continue;
            }
            long live = segment.live.get();
            if (segment.storedLive.getAndSet(live) != live || !tree.segments.containsKey(number)) {
                tree.segments.put(number, live);
            }
        }
    }

    /** Segments that no extent refers to at present. */
    synchronized List<Integer> dead() {
        current.filter(segment -> segment.live.get() == 0 && segment.end >= ROLL_EMPTY_BYTES)
                .ifPresent(segment -> current = Optional.empty());
        List<Integer> dead = new ArrayList<>();
        for (Segment segment : segments.values()) {
            if (segment.live.get() == 0 && current.filter(c -> c.equals(segment)).isEmpty()) {
                dead.add(segment.number);
            }
        }
        return dead;
    }

    /** Deletes segments that no durable tree and no frozen one refers to. */
    void delete(List<Integer> numbers) throws IOException {
        for (int number : numbers) {
            Segment segment = segments.remove(number);
            if (segment != null) {
                unsynced.remove(segment);
                segment.close();
                disk.delete(name(number));
            }
        }
    }

    /** Closed segments of whose bytes less than {@code percent} are live, sparsest first. */
    synchronized List<Integer> sparse(int percent) {
        List<Segment> found = new ArrayList<>();
        for (Segment segment : segments.values()) {
            long live = segment.live.get();
            if (live > 0
                    && current.filter(c -> c.equals(segment)).isEmpty()
                    && live < segment.plainBytes() / 100 * percent) {
                found.add(segment);
            }
        }
        found.sort((a, b) -> Long.compare(a.live.get(), b.live.get()));
        return found.stream().map(segment -> segment.number).toList();
    }

    /** Bytes that extents refer to. */
    long liveBytes() {
        return segments.values().stream().mapToLong(segment -> segment.live.get()).sum();
    }

    /** Bytes on disk. */
    synchronized long fileBytes() {
        return segments.values().stream().mapToLong(segment -> segment.end).sum();
    }

    @Override
    public void close() throws IOException {
        for (Segment segment : segments.values()) {
            segment.close();
        }
    }
}
