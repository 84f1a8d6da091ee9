package dev.holdfast.stage;

import dev.holdfast.Damaged;
import dev.holdfast.crypto.AesGcm;
import dev.holdfast.format.Sha256;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A file of sealed 4096-byte blocks of which a whole set of writes becomes durable at once.
 *
 * <pre>
 * offset          size   meaning
 * 0               4124   sealed anchor, slot 0
 * 8192            4124   sealed anchor, slot 1
 * 16384 + 4124·n  4124   sealed block n
 *
 * sealed:  iv (12) ‖ AES-256-GCM ciphertext (4096) ‖ tag (16)
 *          AAD = block number as u64be; all ones minus the slot for an anchor
 * anchor:  magic u32 ‖ sequence u64 ‖ chunk u32 ‖ block u64 ‖ version u64 ‖ created u64 ‖
 *          sizeBytes u64 ‖ ranges u32 ‖ (first block u64 ‖ blocks u32)* ‖ SHA-256 (32)
 * </pre>
 *
 * <p>Writes stay in memory until {@link #makeDurable}, which writes them, then the anchor in the
 * slot that does not hold the newest one, then syncs once. The anchor carries a digest of the tags
 * of all blocks written with it: after a crash the newest anchor whose blocks are all there wins,
 * and the other one, synced before, is the fallback. So no block of the state that the previous
 * anchor describes may be overwritten by these writes; see {@link SealedStore}.
 *
 * <p>An IV is a random salt (8) and a counter (4); a new salt is drawn when the counter is used up.
 * Reads may come from any thread; {@link #makeDurable} from one at a time.
 */
final class BlockFile implements AutoCloseable {
    static final int BLOCK_BYTES = 4096;
    private static final Logger LOG = LoggerFactory.getLogger(BlockFile.class);
    private static final int IV_BYTES = 12;
    private static final int STRIDE = IV_BYTES + BLOCK_BYTES + AesGcm.TAG_BYTES;
    private static final int[] SLOTS = {0, 8192};
    private static final long FIRST_BLOCK = 16384;
    private static final int MAGIC = 0x48465432;
    private static final int MAX_RANGES = 300;
    private static final int BATCH_BLOCKS = 256;

    private final Disk.DiskFile file;
    private final AesGcm cipher;
    private final SecureRandom random = new SecureRandom();
    private final byte[] salt = new byte[8];
    private int counter = -1;
    private volatile List<Pending> pending = List.of();
    private volatile long sizeBytes;
    private volatile boolean lenient;
    private Optional<Anchor> anchor = Optional.empty();

    /** A write that is not on disk yet. */
    private record Pending(long block, byte[] plain) {
        int blocks() {
            return plain.length / BLOCK_BYTES;
        }
    }

    /**
     * The durable state.
     *
     * @param sequence counts the anchors
     * @param chunk number of the newest chunk
     * @param block where that chunk begins
     * @param version its version
     * @param created when the store was made, milliseconds
     * @param sizeBytes length of the plain file
     */
    record Anchor(
            long sequence, int chunk, long block, long version, long created, long sizeBytes) {}

    private record Range(long block, int blocks) {}

    private record Slot(Anchor anchor, List<Range> ranges, byte[] digest) {}

    /**
     * Opens the file at the newest durable state.
     *
     * @throws Damaged if there are anchors but none can be used
     */
    BlockFile(Disk.DiskFile file, AesGcm cipher) throws IOException {
        this.file = file;
        this.cipher = cipher;
        Optional<Slot> first = readSlot(0);
        Optional<Slot> second = readSlot(1);
        Optional<Slot> newest =
                first.isEmpty()
                                || (second.isPresent()
                                        && second.get().anchor.sequence
                                                > first.get().anchor.sequence)
                        ? second
                        : first;
        Optional<Slot> other = newest.equals(first) ? second : first;
        if (newest.isPresent() && !isComplete(newest.get())) {
            LOG.warn(
                    "the staging area was not closed: its last, unfinished write is cut off (state"
                            + " {})",
                    newest.get().anchor.sequence);
            newest = other;
            if (newest.isEmpty() && file.size() > FIRST_BLOCK) {
                throw new Damaged("the tree of the staging area is damaged: no intact state");
            }
        }
        if (newest.isEmpty() && file.size() > FIRST_BLOCK + STRIDE) {
            // The first seal writes blocks and anchor together; cut short, there is none yet.
            LOG.warn("the tree of the staging area holds no finished state; it starts empty");
        }
        anchor = newest.map(Slot::anchor);
        sizeBytes = anchor.map(Anchor::sizeBytes).orElse(0L);
    }

    /** The state that the file was opened at, or that was made durable last. */
    Optional<Anchor> anchor() {
        return anchor;
    }

    /** Length of the plain content. */
    long sizeBytes() {
        return sizeBytes;
    }

    /** Whether blocks that fail authentication read as zeros (while opening) or are an error. */
    void setLenient(boolean lenient) {
        this.lenient = lenient;
    }

    private Optional<Slot> readSlot(int slot) throws IOException {
        ByteBuffer sealed = ByteBuffer.allocate(STRIDE);
        file.read(sealed, SLOTS[slot]);
        if (sealed.hasRemaining()) {
            return Optional.empty();
        }
        byte[] plain = new byte[BLOCK_BYTES];
        try {
            openBlock(sealed.array(), 0, anchorAad(slot), plain, 0);
        } catch (Damaged e) {
            return Optional.empty();
        }
        ByteBuffer in = ByteBuffer.wrap(plain);
        if (in.getInt() != MAGIC) {
            throw new Damaged("the tree of the staging area has an unknown format");
        }
        long sequence = in.getLong();
        int chunk = in.getInt();
        Anchor read =
                new Anchor(sequence, chunk, in.getLong(), in.getLong(), in.getLong(), in.getLong());
        int count = in.getInt();
        if (count < 0 || count > MAX_RANGES) {
            throw new Damaged("the tree of the staging area has a malformed anchor");
        }
        List<Range> ranges = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            ranges.add(new Range(in.getLong(), in.getInt()));
        }
        byte[] digest = new byte[32];
        in.get(digest);
        return Optional.of(new Slot(read, ranges, digest));
    }

    private boolean isComplete(Slot slot) throws IOException {
        MessageDigest digest = Sha256.start();
        byte[] plain = new byte[BLOCK_BYTES];
        for (Range range : slot.ranges) {
            if (range.blocks < 0 || range.block < 0) {
                return false;
            }
            for (int done = 0; done < range.blocks; done += BATCH_BLOCKS) {
                int blocks = Math.min(BATCH_BLOCKS, range.blocks - done);
                ByteBuffer sealed = ByteBuffer.allocate(blocks * STRIDE);
                file.read(sealed, physical(range.block + done));
                if (sealed.hasRemaining()) {
                    return false;
                }
                for (int i = 0; i < blocks; i++) {
                    try {
                        openBlock(
                                sealed.array(),
                                i * STRIDE,
                                blockAad(range.block + done + i),
                                plain,
                                0);
                    } catch (Damaged e) {
                        return false;
                    }
                    update(digest, sealed.array(), i * STRIDE);
                }
            }
        }
        return MessageDigest.isEqual(digest.digest(), slot.digest);
    }

    /** Reads {@code lengthBytes} plain bytes; beyond the end they are zeros. */
    ByteBuffer read(long position, int lengthBytes) {
        ByteBuffer result = ByteBuffer.allocate(lengthBytes);
        byte[] target = result.array();
        for (int done = 0; done < lengthBytes; ) {
            long at = position + done;
            long block = at / BLOCK_BYTES;
            Optional<Pending> unwritten = pendingAt(block);
            int count;
            if (unwritten.isPresent()) {
                Pending write = unwritten.get();
                int from = (int) (at - write.block * BLOCK_BYTES);
                count = Math.min(lengthBytes - done, write.plain.length - from);
                System.arraycopy(write.plain, from, target, done, count);
            } else {
                int within = (int) (at % BLOCK_BYTES);
                int blocks =
                        Math.min(
                                BATCH_BLOCKS,
                                (within + lengthBytes - done + BLOCK_BYTES - 1) / BLOCK_BYTES);
                blocks = Math.min(blocks, blocksUntilPending(block));
                byte[] plain = readBlocks(block, blocks);
                count = Math.min(lengthBytes - done, plain.length - within);
                System.arraycopy(plain, within, target, done, count);
            }
            done += count;
        }
        return result;
    }

    private Optional<Pending> pendingAt(long block) {
        for (Pending each : pending) {
            if (block >= each.block && block < each.block + each.blocks()) {
                return Optional.of(each);
            }
        }
        return Optional.empty();
    }

    private int blocksUntilPending(long block) {
        long distance = Integer.MAX_VALUE;
        for (Pending each : pending) {
            if (each.block > block) {
                distance = Math.min(distance, each.block - block);
            }
        }
        return (int) distance;
    }

    private byte[] readBlocks(long block, int blocks) {
        ByteBuffer sealed = ByteBuffer.allocate(blocks * STRIDE);
        try {
            file.read(sealed, physical(block));
        } catch (IOException e) {
            throw DiskError.of("reading the tree", e);
        }
        byte[] plain = new byte[blocks * BLOCK_BYTES];
        for (int i = 0; i < blocks; i++) {
            try {
                if ((i + 1) * STRIDE > sealed.position()) {
                    throw new Damaged("the file is too short");
                }
                openBlock(sealed.array(), i * STRIDE, blockAad(block + i), plain, i * BLOCK_BYTES);
            } catch (Damaged e) {
                if (!lenient) {
                    LOG.error("block {} of the staging area's tree is damaged", block + i);
                    throw new Damaged("the tree of the staging area is damaged", e);
                }
                Arrays.fill(plain, i * BLOCK_BYTES, (i + 1) * BLOCK_BYTES, (byte) 0);
            }
        }
        return plain;
    }

    /** Notes a write of whole blocks. */
    synchronized void write(long position, ByteBuffer source) {
        if (position % BLOCK_BYTES != 0 || source.remaining() % BLOCK_BYTES != 0) {
            throw new IllegalArgumentException("only whole blocks are written");
        }
        byte[] plain = new byte[source.remaining()];
        source.get(plain);
        List<Pending> more = new ArrayList<>(pending);
        more.add(new Pending(position / BLOCK_BYTES, plain));
        pending = List.copyOf(more);
        sizeBytes = Math.max(sizeBytes, position + plain.length);
    }

    /** Notes that the plain file ends at {@code newSizeBytes}. */
    synchronized void truncate(long newSizeBytes) {
        sizeBytes = newSizeBytes;
    }

    /** Whether something waits to be made durable. */
    boolean hasPending() {
        return !pending.isEmpty();
    }

    /**
     * Writes what is pending and the anchor that refers to it, and syncs. After a failure the
     * durable state is the old one and everything is still pending.
     */
    void makeDurable(int chunk, long block, long version, long created) throws IOException {
        List<Pending> writes = pending;
        long size = sizeBytes;
        MessageDigest digest = Sha256.start();
        List<Range> ranges = new ArrayList<>();
        for (Pending write : writes) {
            writeBlocks(write, digest);
            ranges.add(new Range(write.block, write.blocks()));
        }
        byte[] proof = digest.digest();
        if (ranges.size() > MAX_RANGES) {
            file.sync();
            ranges = List.of();
            proof = Sha256.start().digest();
        }
        long sequence = anchor.map(Anchor::sequence).orElse(0L) + 1;
        Anchor next = new Anchor(sequence, chunk, block, version, created, size);
        writeAnchor(new Slot(next, ranges, proof), (int) (sequence % 2));
        file.sync();
        anchor = Optional.of(next);
        synchronized (this) {
            List<Pending> rest = new ArrayList<>(pending);
            rest.removeAll(writes);
            pending = List.copyOf(rest);
        }
        long end = physical((size + BLOCK_BYTES - 1) / BLOCK_BYTES);
        if (pending.isEmpty() && sizeBytes == size && file.size() > end) {
            file.truncate(end);
        }
    }

    private void writeBlocks(Pending write, MessageDigest digest) throws IOException {
        for (int done = 0; done < write.blocks(); done += BATCH_BLOCKS) {
            int blocks = Math.min(BATCH_BLOCKS, write.blocks() - done);
            byte[] sealed = new byte[blocks * STRIDE];
            for (int i = 0; i < blocks; i++) {
                sealBlock(
                        write.plain,
                        (done + i) * BLOCK_BYTES,
                        blockAad(write.block + done + i),
                        sealed,
                        i * STRIDE);
                update(digest, sealed, i * STRIDE);
            }
            file.write(ByteBuffer.wrap(sealed), physical(write.block + done));
        }
    }

    private void writeAnchor(Slot slot, int index) throws IOException {
        ByteBuffer out = ByteBuffer.allocate(BLOCK_BYTES);
        Anchor a = slot.anchor;
        out.putInt(MAGIC).putLong(a.sequence).putInt(a.chunk).putLong(a.block);
        out.putLong(a.version).putLong(a.created).putLong(a.sizeBytes);
        out.putInt(slot.ranges.size());
        for (Range range : slot.ranges) {
            out.putLong(range.block).putInt(range.blocks);
        }
        out.put(slot.digest);
        byte[] sealed = new byte[STRIDE];
        sealBlock(out.array(), 0, anchorAad(index), sealed, 0);
        file.write(ByteBuffer.wrap(sealed), SLOTS[index]);
    }

    private void sealBlock(byte[] in, int inOffset, byte[] aad, byte[] out, int outOffset) {
        byte[] iv = freshIv();
        System.arraycopy(iv, 0, out, outOffset, IV_BYTES);
        cipher.seal(iv, aad, in, inOffset, BLOCK_BYTES, out, outOffset + IV_BYTES);
    }

    private void openBlock(byte[] in, int inOffset, byte[] aad, byte[] out, int outOffset) {
        byte[] iv = Arrays.copyOfRange(in, inOffset, inOffset + IV_BYTES);
        cipher.open(iv, aad, in, inOffset + IV_BYTES, BLOCK_BYTES, out, outOffset);
    }

    private synchronized byte[] freshIv() {
        if (++counter == 0) {
            random.nextBytes(salt);
        }
        return ByteBuffer.allocate(IV_BYTES).put(salt).putInt(counter).array();
    }

    private static void update(MessageDigest digest, byte[] sealed, int offset) {
        digest.update(sealed, offset, IV_BYTES);
        digest.update(sealed, offset + IV_BYTES + BLOCK_BYTES, AesGcm.TAG_BYTES);
    }

    private static long physical(long block) {
        return FIRST_BLOCK + block * STRIDE;
    }

    private static byte[] blockAad(long block) {
        return ByteBuffer.allocate(8).putLong(block).array();
    }

    private static byte[] anchorAad(int slot) {
        return ByteBuffer.allocate(8).putLong(-1L - slot).array();
    }

    @Override
    public void close() throws IOException {
        file.close();
    }
}
