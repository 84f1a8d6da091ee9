package dev.holdfast.search;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import dev.holdfast.Damaged;
import dev.holdfast.chunk.DigestTable;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.format.Bytes;
import dev.holdfast.format.Digest;
import dev.holdfast.format.Sha256;
import dev.holdfast.os.Pieces;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/**
 * Pages and roots in a file of {@link SegmentFormat}, read when opened, then appended to by one
 * writer. Memory: 40 bytes and a bit for each page, {@value #CACHE_BYTES} bytes of decoded
 * segments, one segment being filled. Not thread-safe.
 *
 * <p>It is a cache: nothing is made durable, and what a crash leaves is either whole or found out.
 */
final class IndexFile implements AutoCloseable, PageSink {
    private static final long CACHE_BYTES = 64L << 20;
    private static final int SEGMENT_BYTES = 1 << 20;
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private final FileChannel channel;
    private final SegmentFormat format;
    private final DigestTable pages = new DigestTable();
    private final Map<Digest, Item> roots = new HashMap<>();

    /** Where each segment begins, and where the next one will. */
    private final List<Long> starts = new ArrayList<>(List.of((long) SegmentFormat.HEADER_BYTES));

    private final Cache<Integer, byte[]> decoded =
            Caffeine.newBuilder()
                    .maximumWeight(CACHE_BYTES)
                    .executor(Runnable::run)
                    .weigher((Integer segment, byte[] records) -> records.length)
                    .build();
    private final ItemOutput filling = new ItemOutput();

    private IndexFile(FileChannel channel, SegmentFormat format) {
        this.channel = channel;
        this.format = format;
    }

    /** One that vanishes with the process, under a key that nobody else has. */
    static IndexFile temporary() throws IOException {
        Path file = Files.createTempFile("holdfast-search", "", OWNER_ONLY);
        FileChannel channel;
        try {
            channel = FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        } finally {
            Files.delete(file);
        }
        return begin(channel, SegmentFormat.create(Optional.empty()));
    }

    /** A new one, in place of what there may be. */
    static IndexFile create(Path file, BackupKey key) throws IOException {
        FileChannel channel =
                FileChannel.open(
                        file,
                        Set.of(
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE,
                                StandardOpenOption.CREATE,
                                StandardOpenOption.TRUNCATE_EXISTING),
                        OWNER_ONLY);
        return begin(channel, SegmentFormat.create(Optional.of(key)));
    }

    private static IndexFile begin(FileChannel channel, SegmentFormat format) throws IOException {
        IndexFile made = new IndexFile(channel, format);
        try {
            made.write(format.header(), 0);
            return made;
        } catch (IOException | RuntimeException e) {
            made.close();
            throw e;
        }
    }

    /**
     * Reads one that is there.
     *
     * @throws Damaged if it is not whole, or of another version or key
     */
    static IndexFile open(Path file, BackupKey key) throws IOException {
        FileChannel channel =
                FileChannel.open(file, StandardOpenOption.READ, StandardOpenOption.WRITE);
        try {
            if (channel.size() < SegmentFormat.HEADER_BYTES) {
                throw new Damaged("it has no header");
            }
            byte[] header = read(channel, 0, SegmentFormat.HEADER_BYTES);
            IndexFile index = new IndexFile(channel, SegmentFormat.of(header, key));
            index.readOn();
            return index;
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    /** Reads segments that were appended since; a last one that is not all there does not count. */
    void readOn() throws IOException {
        long size = channel.size();
        while (size - end() > SegmentFormat.FRAME_BYTES) {
            int length = Bytes.getInt(read(channel, end(), Integer.BYTES), 0);
            if (length <= 0 || length > SegmentFormat.MAX_SEALED_BYTES) {
                throw new Damaged("it has a segment of impossible length");
            }
            long next = end() + SegmentFormat.FRAME_BYTES + length;
            if (next > size) {
                return;
            }
            int number = segments();
            starts.add(next);
            byte[] records = load(number);
            decoded.put(number, records);
            index(number, records);
        }
    }

    private void index(int segment, byte[] records) {
        ItemInput in = new ItemInput(records);
        while (in.hasNext()) {
            int type = (int) in.number();
            if (type == SegmentFormat.ROOT) {
                Digest key = in.digest();
                roots.put(key, new ItemInput(in.byteString()).item());
            } else if (type == SegmentFormat.PAGE) {
                Digest digest = in.digest();
                pages.put(digest, place(segment, in.position()));
                in.skipByteString();
            } else {
                throw new Damaged("it has a record of an unknown kind");
            }
        }
    }

    private static long place(int segment, int offset) {
        return ((long) segment << 32) | offset;
    }

    private int segments() {
        return starts.size() - 1;
    }

    private long end() {
        return starts.get(segments());
    }

    private byte[] load(int segment) throws IOException {
        long start = starts.get(segment);
        int length = (int) (starts.get(segment + 1) - start);
        return format.open(segment, read(channel, start, length));
    }

    boolean contains(Digest digest) {
        return pages.get(digest) != DigestTable.ABSENT;
    }

    /** A page that it contains. */
    byte[] page(Digest digest) throws IOException {
        long place = pages.get(digest);
        int segment = (int) (place >>> 32);
        byte[] records;
        if (segment == segments()) {
            records = filling.toByteArray();
        } else {
            byte[] cached = decoded.getIfPresent(segment);
            records = cached != null ? cached : load(segment);
            decoded.put(segment, records);
        }
        int offset = (int) place;
        return new ItemInput(records, offset, records.length - offset).byteString();
    }

    Optional<Item> root(Digest key) {
        return Optional.ofNullable(roots.get(key));
    }

    /** How many roots there are. */
    int rootCount() {
        return roots.size();
    }

    @Override
    public Digest put(byte[] page) {
        Digest digest = Sha256.of(page);
        if (!contains(digest)) {
            filling.number(SegmentFormat.PAGE);
            filling.digest(digest);
            int offset = filling.length();
            filling.bytes(page);
            pages.put(digest, place(segments(), offset));
            flushIfFull();
        }
        return digest;
    }

    /** Keeps a root, all of whose pages were put before. */
    void putRoot(Digest key, Item root) {
        ItemOutput item = new ItemOutput();
        item.item(root);
        filling.number(SegmentFormat.ROOT);
        filling.digest(key);
        filling.bytes(item.toByteArray());
        roots.put(key, root);
        flushIfFull();
    }

    private void flushIfFull() {
        if (filling.length() >= SEGMENT_BYTES) {
            try {
                flush();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    /** Writes what is still in memory. */
    void flush() throws IOException {
        if (filling.length() == 0) {
            return;
        }
        byte[] records = filling.toByteArray();
        byte[] segment = format.seal(segments(), records);
        channel.truncate(end()); // what a crash may have left
        write(segment, end());
        decoded.put(segments(), records);
        starts.add(end() + segment.length);
        filling.clear();
    }

    private void write(byte[] bytes, long offset) throws IOException {
        Pieces.write(channel, ByteBuffer.wrap(bytes), offset);
    }

    private static byte[] read(FileChannel channel, long offset, int length) throws IOException {
        ByteBuffer buffer = ByteBuffer.allocate(length);
        Pieces.read(channel, buffer, offset);
        if (buffer.hasRemaining()) {
            throw new Damaged("it ends too early");
        }
        return buffer.array();
    }

    @Override
    public void close() {
        format.close();
        try {
            channel.close();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }
}
