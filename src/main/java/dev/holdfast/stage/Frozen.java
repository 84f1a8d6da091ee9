package dev.holdfast.stage;

import dev.holdfast.Damaged;
import dev.holdfast.chunk.EncodedChunk;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Iterator;
import java.util.Map;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;

/**
 * The tree as it was at one moment, read-only, while changes go on. Made by {@link
 * StagingArea#freeze}. While it is open nothing that it refers to is deleted, so the area grows.
 * Thread-safe.
 */
public final class Frozen implements AutoCloseable {
    private final Consumer<Frozen> thawed;
    private final Spool spool;
    private final Content content;
    private final Tree.Pin pin;
    private final int epoch;
    private final int generation;
    private final byte[] base;
    private final MVMap<Long, Inode> inodes;
    private final MVMap<NameKey, Entry> entries;
    private final MVMap<Place, Extent> extents;
    private final MVMap<Long, byte[]> targets;
    private final MVMap<NameKey, byte[]> xattrs;
    private final MVMap<Long, Long> baseLinks;
    private final AtomicBoolean closed = new AtomicBoolean();

    /**
     * The gate is closed.
     *
     * @param thawed told when the view is closed
     */
    Frozen(Consumer<Frozen> thawed, Tree tree, Spool spool, Bases bases, Files files) {
        this.thawed = thawed;
        this.spool = spool;
        this.content = files.content();
        this.pin = tree.pin();
        this.epoch = files.epoch();
        this.generation = bases.generation();
        this.base = tree.bytes("base");
        this.inodes = tree.snapshot(tree.inodes, pin);
        this.entries = tree.snapshot(tree.entries, pin);
        this.extents = tree.snapshot(tree.extents, pin);
        this.targets = tree.snapshot(tree.targets, pin);
        this.xattrs = tree.snapshot(tree.xattrs, pin);
        this.baseLinks = tree.snapshot(tree.baseLinks, pin);
    }

    /** The inode of the root directory. */
    public long root() {
        return Tree.ROOT;
    }

    /** The epoch that ended with this view. */
    public int epoch() {
        return epoch;
    }

    /** The descriptor of the base that this view refers to; empty without a base. */
    public byte[] base() {
        return base.clone();
    }

    /** How many inodes there are, those in unread directories not counted. */
    public long inodes() {
        return inodes.sizeAsLong();
    }

    /**
     * The record of an inode. For a directory, {@link Inode#isUnread} tells that all below it is as
     * in the base, at {@link Inode#baseRef}; {@link #children} shows nothing then.
     */
    public Inode inode(long inode) {
        Inode record = inodes.get(inode);
        if (record == null) {
            throw new Damaged("the tree of the staging area lacks inode " + inode);
        }
        return record;
    }

    /** Shows the entries of a directory, in the order of the unsigned bytes of their names. */
    public void children(long directory, ChildSink sink) {
        children(directory).forEachRemaining(child -> sink.child(child.name(), child.inode()));
    }

    /** The entries of a directory one after the other, in the same order. */
    public Iterator<Child> children(long directory) {
        Cursor<NameKey, Entry> cursor = entries.cursor(NameKey.firstOf(directory));
        return new Iterator<>() {
            private Optional<Child> following = advance();

            private Optional<Child> advance() {
                if (cursor.hasNext()) {
                    NameKey key = cursor.next();
                    if (key.inode() == directory) {
                        return Optional.of(new Child(key.name(), cursor.getValue().inode()));
                    }
                }
                return Optional.empty();
            }

            @Override
            public boolean hasNext() {
                return following.isPresent();
            }

            @Override
            public Child next() {
                Child child = following.orElseThrow(NoSuchElementException::new);
                following = advance();
                return child;
            }
        };
    }

    /** A name in a directory and what it means. */
    public record Child(byte[] name, long inode) {}

    /** The extended attributes, ACLs among them in the kernel's form. */
    public Map<String, byte[]> xattrs(long inode) {
        return inode(inode).has(Inode.XATTRS) ? Xattrs.all(xattrs, inode) : Map.of();
    }

    /** The target of a symbolic link. */
    public byte[] linkTarget(long inode) {
        byte[] target = targets.get(inode);
        if (target == null) {
            throw new Damaged("the tree of the staging area lacks the target of a link");
        }
        return target.clone();
    }

    /**
     * The inode of a file with several names that an unread directory refers to, if one of its
     * names has been read: what the file is now may differ from the base.
     */
    public OptionalLong inodeOfBaseLink(long ref) {
        Long inode = baseLinks.get(ref);
        return inode == null ? OptionalLong.empty() : OptionalLong.of(inode);
    }

    /**
     * Where the base has the whole content of a file, unchanged from its first byte to its last.
     * Empty for empty files.
     */
    public OptionalLong wholeInBase(long inode) {
        long size = inode(inode).sizeBytes();
        Extent first = extents.get(new Place(inode, 0));
        return first != null
                        && first.isBase()
                        && first.stamp() == generation
                        && first.lengthBytes() == size
                ? OptionalLong.of(first.position())
                : OptionalLong.empty();
    }

    /** Shows the content of a file as consecutive pieces, from 0 to its size. */
    public void pieces(long inode, PieceSink sink) {
        long size = inode(inode).sizeBytes();
        long[] at = {0};
        ExtentMap.visit(
                extents,
                inode,
                0,
                size,
                (offset, extent) -> {
                    if (offset > at[0]) {
                        sink.piece(new Piece(at[0], offset - at[0], PieceKind.HOLE, 0));
                    }
                    sink.piece(
                            extent.isBase()
                                    ? new Piece(
                                            offset,
                                            extent.lengthBytes(),
                                            PieceKind.BASE,
                                            extent.position())
                                    : new Piece(offset, extent.lengthBytes(), PieceKind.SPOOL, 0));
                    at[0] = offset + extent.lengthBytes();
                });
        if (at[0] < size) {
            sink.piece(new Piece(at[0], size - at[0], PieceKind.HOLE, 0));
        }
    }

    /**
     * Reads content from {@code offset} on; holes are zeros.
     *
     * @return how many bytes, fewer than asked for at the end of the file only
     * @throws dev.holdfast.HoldfastException if it is damaged or the base cannot be read
     */
    public int read(long inode, long offset, byte[] target, int targetOffset, int lengthBytes) {
        long size = inode(inode).sizeBytes();
        int bytes = (int) Math.max(0, Math.min(lengthBytes, size - offset));
        Arrays.fill(target, targetOffset, targetOffset + bytes, (byte) 0);
        ByteBuffer buffer = ByteBuffer.wrap(target);
        ExtentMap.visit(
                extents,
                inode,
                offset,
                offset + bytes,
                (at, extent) -> content.copy(extent, buffer, targetOffset + (int) (at - offset)));
        return bytes;
    }

    /** The chunk, whole and encoded already, that begins at {@code offset} of a file. */
    Optional<EncodedChunk> chunkAt(long inode, long offset) {
        Extent extent = extents.get(new Place(inode, offset));
        return extent != null && isWholeChunk(extent)
                ? Optional.of(spool.chunk(extent))
                : Optional.empty();
    }

    /** Where the first whole chunk behind {@code from} begins; {@code to} if there is none. */
    long nextChunk(long inode, long from, long to) {
        Cursor<Place, Extent> cursor = extents.cursor(new Place(inode, from + 1));
        while (cursor.hasNext()) {
            Place place = cursor.next();
            if (place.inode() != inode || place.number() >= to) {
                break;
            }
            if (isWholeChunk(cursor.getValue())) {
                return place.number();
            }
        }
        return to;
    }

    private static boolean isWholeChunk(Extent extent) {
        return extent.isInChunk() && extent.isWholeFrame();
    }

    /** The content of a file from its beginning, holes as zeros. */
    public InputStream open(long inode) {
        return new InputStream() {
            private long at;

            @Override
            public int read() throws IOException {
                byte[] one = new byte[1];
                return read(one, 0, 1) == 1 ? one[0] & 0xff : -1;
            }

            @Override
            public int read(byte[] target, int offset, int length) throws IOException {
                if (length == 0) {
                    return 0;
                }
                int count =
                        Frozen.this.read(
                                inode, at, target, offset, Math.min(length, Spool.FRAME_BYTES));
                at += count;
                return count == 0 ? -1 : count;
            }
        };
    }

    /** How many bytes the spool holds at present, for progress. */
    public long spoolBytes() {
        return spool.liveBytes();
    }

    /** What {@link #pieces} shows. */
    public enum PieceKind {
        /** Zeros that take no space. */
        HOLE,
        /** Unchanged content of the base. */
        BASE,
        /** Content that was written here. */
        SPOOL
    }

    /**
     * A run of a file's content.
     *
     * @param offset in the file
     * @param lengthBytes length
     * @param kind where it is
     * @param baseOffset for {@link PieceKind#BASE} the content offset, else 0
     */
    public record Piece(long offset, long lengthBytes, PieceKind kind, long baseOffset) {}

    /** Receives entries of a directory. */
    public interface ChildSink {
        /** An entry. */
        void child(byte[] name, long inode);
    }

    /** Receives pieces. */
    public interface PieceSink {
        /** The next piece. */
        void piece(Piece piece);
    }

    /** Lets go. After a commit that failed nothing else is needed. */
    @Override
    public void close() {
        if (closed.compareAndSet(false, true)) {
            thawed.accept(this);
            pin.close();
        }
    }
}
