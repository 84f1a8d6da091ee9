package dev.holdfast.snapshot;

import dev.holdfast.format.Bytes;
import dev.holdfast.format.FormatException;
import dev.holdfast.format.catalog.CatalogEntry;
import dev.holdfast.format.catalog.CatalogInput;
import java.util.Arrays;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.Optional;

/**
 * A catalog as a tree, read table by table as it is asked for.
 *
 * <p>Tables are written children first, so that the tables of a directory's subtree fill a range of
 * their own between its predecessor's table and its own. That is checked, and makes the tree a
 * tree: no walk meets a table twice, whatever the bytes say. Safe for many threads; the iterators
 * are not.
 */
public final class CatalogReader {
    private static final byte[] MAGIC = {
        (byte) 0x91, (byte) 0xfd, 0x60, (byte) 0xf9, (byte) 0xc4, 0x67, 0x58, (byte) 0xd5
    };
    private static final int MAX_VARINT_BYTES = 10;

    private final ByteSource source;
    private final long tablesEnd;
    private final Directory root;

    /** Opens a catalog. */
    public CatalogReader(ByteSource source) {
        this.source = source;
        this.tablesEnd = source.size() - Long.BYTES;
        if (tablesEnd < MAGIC.length) {
            throw new FormatException("catalog of " + source.size() + " bytes");
        }
        byte[] b = new byte[Long.BYTES];
        source.read(0, b, 0, b.length);
        if (!Arrays.equals(b, MAGIC)) {
            throw new FormatException("not a catalog");
        }
        source.read(tablesEnd, b, 0, b.length);
        long start = Bytes.getLong(b, 0);
        if (start < MAGIC.length || start >= tablesEnd) {
            throw FormatException.at(tablesEnd, "catalog whose root is nowhere");
        }
        this.root = new Directory(start, MAGIC.length, tablesEnd);
    }

    /**
     * The root: a directory for each archive, named as in the snapshot ({@code root.pxar.didx}).
     */
    public Directory root() {
        return root;
    }

    /** An entry, and its directory if it is one. */
    public static final class Child {
        private final CatalogEntry entry;
        private final Optional<Directory> directory;

        private Child(CatalogEntry entry, Optional<Directory> directory) {
            this.entry = entry;
            this.directory = directory;
        }

        public CatalogEntry entry() {
            return entry;
        }

        /** Its own entries, if it is a directory. */
        public Optional<Directory> directory() {
            return directory;
        }
    }

    /** A table. */
    public final class Directory {
        private final long start;
        private final long low;
        private final long limit;

        /**
         * @param low where the tables of its subtree may start
         * @param limit where its own table must have ended
         */
        private Directory(long start, long low, long limit) {
            this.start = start;
            this.low = low;
            this.limit = limit;
        }

        /** The entries, in the order of the archive, decoded as they are asked for. */
        public Iterator<Child> children() {
            return new Children(this);
        }
    }

    private final class Children implements Iterator<Child> {
        private final Directory directory;
        private final CatalogInput in;
        private final long end;
        private long left;
        private long low;

        Children(Directory directory) {
            this.directory = directory;
            this.low = directory.low;
            CatalogInput head = new Input(directory.start, lengthEnd(directory));
            long length = head.varint();
            if (length == 0
                    || Long.compareUnsigned(length, directory.limit - head.position()) > 0) {
                throw FormatException.at(
                        directory.start,
                        "catalog table of " + Long.toUnsignedString(length) + " bytes");
            }
            this.end = head.position() + length;
            this.in = new Input(head.position(), end);
            this.left = in.varint();
            checkEnd();
        }

        /** Only the length is read before it is known where the table ends. */
        private static long lengthEnd(Directory directory) {
            return Math.min(directory.limit, directory.start + MAX_VARINT_BYTES);
        }

        @Override
        public boolean hasNext() {
            return left != 0;
        }

        @Override
        public Child next() {
            if (left == 0) {
                throw new NoSuchElementException();
            }
            CatalogEntry entry = in.entry(directory.start);
            left--;
            checkEnd();
            if (entry.type() != CatalogEntry.Type.DIRECTORY) {
                return new Child(entry, Optional.empty());
            }
            if (entry.tableStart() < low) {
                throw FormatException.at(in.position(), "catalog directory out of its place");
            }
            Directory child = new Directory(entry.tableStart(), low, directory.start);
            low = entry.tableStart() + 1;
            return new Child(entry, Optional.of(child));
        }

        private void checkEnd() {
            if (left == 0 && in.position() != end) {
                throw FormatException.at(in.position(), "catalog table with bytes left over");
            }
        }
    }

    /** Reads through a window, up to a limit. */
    private final class Input extends CatalogInput {
        private static final int WINDOW_BYTES = 16 << 10;

        private final long limit;
        private byte[] window = new byte[0];
        private long windowStart;
        private int windowLength;

        Input(long position, long limit) {
            super(position);
            this.limit = limit;
        }

        @Override
        protected int byteAt(long offset) {
            if (offset >= limit) {
                throw FormatException.at(offset, "catalog table goes on behind its end");
            }
            long into = offset - windowStart;
            if (into < 0 || into >= windowLength) {
                int length = (int) Math.min(WINDOW_BYTES, limit - offset);
                if (window.length < length) {
                    window = new byte[length];
                }
                windowLength = 0;
                source.read(offset, window, 0, length);
                windowStart = offset;
                windowLength = length;
                into = 0;
            }
            return window[(int) into] & 0xff;
        }
    }
}
