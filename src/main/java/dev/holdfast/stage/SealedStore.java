package dev.holdfast.stage;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.zip.ZipOutputStream;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.FileStore;
import org.h2.mvstore.RandomAccessStore;
import org.h2.mvstore.SFChunk;

/**
 * The file under the B-trees, in a {@link BlockFile}. MVStore writes a <em>chunk</em> of pages per
 * commit into free space, and guesses after a crash from headers and footers which chunks are
 * whole. That guess is not good enough here (a chunk whose middle is missing passes), so it is
 * never asked: the two header blocks at the beginning of its file do not exist on disk but are made
 * up from the anchor of the block file, as after a clean shutdown at exactly the anchored chunk.
 *
 * <p>Space is reused only after the version that no longer needs it has been anchored: commits and
 * {@link #makeDurable} alternate (see {@link Tree}), and MVStore frees a chunk at the earliest in
 * the commit after the one in which it died.
 */
final class SealedStore extends RandomAccessStore {
    private static final int HEADER_BYTES = 2 * BlockFile.BLOCK_BYTES;

    private final BlockFile blocks;
    private int chunkId;
    private long chunkBlock;
    private long chunkVersion;

    SealedStore(Map<String, Object> config, BlockFile blocks) {
        super(config);
        this.blocks = blocks;
        init("tree", false);
        Optional<BlockFile.Anchor> anchor = blocks.anchor();
        if (anchor.isPresent()) {
            chunkId = anchor.get().chunk();
            chunkBlock = anchor.get().block();
            chunkVersion = anchor.get().version();
        }
        setSize(anchor.isPresent() ? blocks.sizeBytes() + HEADER_BYTES : 0);
    }

    /** The version of the newest chunk that was written or anchored. */
    long chunkVersion() {
        return chunkVersion;
    }

    @Override
    public void open(String fileName, boolean readOnly, char[] encryptionKey) {
        throw new UnsupportedOperationException("opened by its constructor");
    }

    @Override
    public FileStore<SFChunk> open(String fileName, boolean readOnly) {
        throw new UnsupportedOperationException("there is one tree only");
    }

    @Override
    public ByteBuffer readFully(SFChunk chunk, long position, int lengthBytes) {
        readCount.incrementAndGet();
        readBytes.addAndGet(lengthBytes);
        if (position < HEADER_BYTES) {
            return ByteBuffer.wrap(header(), (int) position, lengthBytes).slice();
        }
        return blocks.read(position - HEADER_BYTES, lengthBytes);
    }

    private byte[] header() {
        BlockFile.Anchor anchor = blocks.anchor().orElseThrow();
        Map<String, Object> fields = new HashMap<>();
        fields.put("H", 2);
        fields.put("blockSize", BlockFile.BLOCK_BYTES);
        fields.put("format", 3);
        fields.put("created", anchor.created());
        fields.put("chunk", anchor.chunk());
        fields.put("block", anchor.block());
        fields.put("version", anchor.version());
        fields.put("clean", 1);
        StringBuilder text = new StringBuilder();
        DataUtils.appendMap(text, new HashMap<>(fields));
        byte[] bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
        DataUtils.appendMap(text, "fletcher", DataUtils.getFletcher32(bytes, 0, bytes.length));
        text.append('\n');
        bytes = text.toString().getBytes(StandardCharsets.ISO_8859_1);
        byte[] both = new byte[HEADER_BYTES];
        System.arraycopy(bytes, 0, both, 0, bytes.length);
        System.arraycopy(bytes, 0, both, BlockFile.BLOCK_BYTES, bytes.length);
        return both;
    }

    @Override
    protected void writeFully(SFChunk chunk, long position, ByteBuffer source) {
        int lengthBytes = source.remaining();
        setSize(Math.max(size(), position + lengthBytes));
        writeCount.incrementAndGet();
        writeBytes.addAndGet(lengthBytes);
        if (position < HEADER_BYTES) {
            return;
        }
        blocks.write(position - HEADER_BYTES, source);
        if (chunk != null) {
            chunkId = chunk.id;
            chunkBlock = chunk.block;
            chunkVersion = chunk.version;
        }
    }

    @Override
    protected void truncate(long sizeBytes) {
        setSize(Math.min(size(), sizeBytes));
        blocks.truncate(Math.max(0, sizeBytes - HEADER_BYTES));
    }

    /** Does nothing: what has been written becomes durable in {@link #makeDurable} only. */
    @Override
    public void sync() {}

    /** Makes the newest chunk the durable state. */
    void makeDurable() throws java.io.IOException {
        if (blocks.hasPending()) {
            blocks.makeDurable(chunkId, chunkBlock, chunkVersion, getCreationTime());
        }
    }

    @Override
    public void backup(ZipOutputStream out) {
        throw new UnsupportedOperationException("no backup in plain text");
    }
}
