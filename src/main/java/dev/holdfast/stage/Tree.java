package dev.holdfast.stage;

import dev.holdfast.Damaged;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import org.h2.mvstore.MVMap;
import org.h2.mvstore.MVStore;
import org.h2.mvstore.MVStoreException;
import org.h2.mvstore.type.ByteArrayDataType;
import org.h2.mvstore.type.LongDataType;
import org.h2.mvstore.type.StringDataType;

/**
 * The B-trees of a staging area and their counters.
 *
 * <pre>
 * inodes     inode                → {@link Inode}
 * entries    (directory, name)    → {@link Entry}
 * order      (directory, number)  → {@link Listed}; the cursor of a listing is the number
 * extents    (inode, file offset) → {@link Extent}; a hole has none
 * targets    inode                → target of a symbolic link
 * xattrs     (inode, name)        → value
 * baseLinks  reference in base    → inode, for files of the base with several names
 * orphans    inode                → 0; without a name, to be removed when nobody has it open
 * segments   segment              → bytes of it that extents refer to
 * chunks     segment              → {@link StagedChunk}, if it is one
 * faults     (directory, name)    → inode; what was read from the base during a freeze
 * settings   name                 → bytes
 * </pre>
 *
 * Single reads and writes may come from any thread; who must see or change several maps as one
 * holds the locks of {@link StagingArea}. {@link #commit} and {@link #makeDurable} alternate, under
 * the sealing lock.
 */
final class Tree implements AutoCloseable {
    static final long ROOT = 1;
    private static final int VERSIONS_TO_KEEP = 20;
    private static final int SPARSE_PERCENT = 50;
    private static final long SMALL_BYTES = 1 << 20;
    private static final int MAX_NUDGES = 4 * VERSIONS_TO_KEEP;

    private final SealedStore file;
    private final BlockFile blocks;
    private final MVStore store;
    final MVMap<Long, Inode> inodes;
    final MVMap<NameKey, Entry> entries;
    final MVMap<Place, Listed> order;
    final MVMap<Place, Extent> extents;
    final MVMap<Long, byte[]> targets;
    final MVMap<NameKey, byte[]> xattrs;
    final MVMap<Long, Long> baseLinks;
    final MVMap<Long, Long> orphans;
    final MVMap<Long, Long> segments;
    final MVMap<Long, byte[]> chunks;
    final MVMap<NameKey, Long> faults;
    private final MVMap<String, byte[]> settings;
    private final AtomicLong nextInode;
    private final AtomicLong nextSequence;
    private int nudges;

    /**
     * Opens the tree at its newest durable state.
     *
     * @throws Damaged if it cannot be read
     */
    Tree(BlockFile blocks, long pageCacheBytes) {
        this.blocks = blocks;
        blocks.setLenient(true);
        Map<String, Object> config = new HashMap<>();
        config.put("cacheSize", (int) (pageCacheBytes >> 20));
        this.file = new SealedStore(config, blocks);
        try {
            this.store =
                    new MVStore.Builder()
                            .adoptFileStore(file)
                            .autoCommitDisabled()
                            .autoCommitBufferSize(0)
                            .open();
        } catch (MVStoreException e) {
            throw new Damaged("the tree of the staging area cannot be read", e);
        }
        blocks.setLenient(false);
        Optional<BlockFile.Anchor> anchor = blocks.anchor();
        if (anchor.isPresent() && file.lastChunkVersion() != anchor.get().version()) {
            store.closeImmediately();
            throw new Damaged(
                    "the tree of the staging area is damaged: its newest state cannot be read");
        }
        store.setRetentionTime(0);
        store.setVersionsToKeep(VERSIONS_TO_KEEP);
        inodes = map("inodes", LongDataType.INSTANCE, Types.INODE);
        entries = map("entries", Types.NAME, Types.ENTRY);
        order = map("order", Types.PLACE, Types.LISTED);
        extents = map("extents", Types.PLACE, Types.EXTENT);
        targets = map("targets", LongDataType.INSTANCE, ByteArrayDataType.INSTANCE);
        xattrs = map("xattrs", Types.NAME, ByteArrayDataType.INSTANCE);
        baseLinks = map("baseLinks", LongDataType.INSTANCE, LongDataType.INSTANCE);
        orphans = map("orphans", LongDataType.INSTANCE, LongDataType.INSTANCE);
        segments = map("segments", LongDataType.INSTANCE, LongDataType.INSTANCE);
        chunks = map("chunks", LongDataType.INSTANCE, ByteArrayDataType.INSTANCE);
        faults = map("faults", Types.NAME, LongDataType.INSTANCE);
        settings = map("settings", StringDataType.INSTANCE, ByteArrayDataType.INSTANCE);
        nextInode = new AtomicLong(number("nextInode", ROOT + 1));
        nextSequence = new AtomicLong(number("nextSequence", 1));
    }

    private <K, V> MVMap<K, V> map(
            String name,
            org.h2.mvstore.type.DataType<K> keys,
            org.h2.mvstore.type.DataType<V> values) {
        return store.openMap(name, new MVMap.Builder<K, V>().keyType(keys).valueType(values));
    }

    long newInode() {
        return nextInode.getAndIncrement();
    }

    long newSequence() {
        return nextSequence.getAndIncrement();
    }

    /** A stored number. */
    long number(String name, long otherwise) {
        byte[] bytes = settings.get(name);
        return bytes == null ? otherwise : ByteBuffer.wrap(bytes).getLong();
    }

    void setNumber(String name, long value) {
        settings.put(name, ByteBuffer.allocate(8).putLong(value).array());
    }

    /** Stored bytes; empty if there are none. */
    byte[] bytes(String name) {
        byte[] bytes = settings.get(name);
        return bytes == null ? "".getBytes(StandardCharsets.US_ASCII) : bytes;
    }

    void setBytes(String name, byte[] value) {
        settings.put(name, value);
    }

    /** Memory of changed pages, roughly. */
    long unsavedBytes() {
        return store.getUnsavedMemory();
    }

    /** Whether there is anything to commit or to make durable. */
    boolean isChanged() {
        return store.hasUnsavedChanges() || blocks.hasPending();
    }

    /** Whether the last commit is not durable yet. */
    boolean hasPending() {
        return blocks.hasPending();
    }

    /** Fixes the present state in memory. No change may happen meanwhile. */
    void commit() {
        if (number("nextInode", 0) != nextInode.get()) {
            setNumber("nextInode", nextInode.get());
        }
        if (number("nextSequence", 0) != nextSequence.get()) {
            setNumber("nextSequence", nextSequence.get());
        }
        store.commit();
    }

    /** Makes the last committed state durable. */
    void makeDurable() throws IOException {
        file.makeDurable();
    }

    /** Bytes on disk. */
    long fileBytes() {
        return blocks.sizeBytes();
    }

    /**
     * Moves what is live out of chunks that are mostly dead; {@code bytes} at most, roughly. Space
     * is given back by later commits only, so an idle tree that is mostly dead is made to commit.
     */
    void compact(int bytes) {
        store.compact(SPARSE_PERCENT, bytes);
        if (blocks.sizeBytes() > SMALL_BYTES && file.getChunksFillRate() < SPARSE_PERCENT) {
            if (nudges < MAX_NUDGES) {
                nudges++;
                setNumber("nudges", nudges);
            }
        } else {
            nudges = 0;
        }
    }

    /** Keeps every page of the present version readable until it is closed. */
    Pin pin() {
        return new Pin(store);
    }

    /** The present content of {@code map}, read-only; readable while a pin from before is open. */
    <K, V> MVMap<K, V> snapshot(MVMap<K, V> map, Pin pin) {
        return map.openVersion(pin.version());
    }

    /** See {@link #pin}. */
    static final class Pin implements AutoCloseable {
        private final MVStore store;
        private final MVStore.TxCounter usage;

        private Pin(MVStore store) {
            this.store = store;
            this.usage = store.registerVersionUsage();
        }

        long version() {
            return usage.version;
        }

        @Override
        public void close() {
            store.deregisterVersionUsage(usage);
        }
    }

    /** Lets go without writing anything. */
    @Override
    public void close() {
        store.closeImmediately();
        try {
            blocks.close();
        } catch (IOException e) {
            throw DiskError.of("closing the tree", e);
        }
    }
}
