package dev.holdfast.stage;

import dev.holdfast.Damaged;
import dev.holdfast.fuse.FileTime;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import org.h2.mvstore.DataUtils;
import org.h2.mvstore.WriteBuffer;
import org.h2.mvstore.type.BasicDataType;
import org.h2.mvstore.type.DataType;

/**
 * How keys and values lie in the pages of the tree; integers are MVStore's variable-length ones.
 *
 * <pre>
 * Inode    mode links uid gid flags device size allocated
 *          atime(sec nanos) mtime(…) ctime(…) epoch parent baseRef traits
 * Entry    inode type&gt;&gt;12 sequence
 * Listed   inode type&gt;&gt;12 length name
 * Extent   length segment position frameBytes frameOffset stamp
 * NameKey  inode length name
 * Place    inode number
 * </pre>
 */
final class Types {
    private static final int MAX_BYTES = 1 << 20;
    private static final int HEADER_MEMORY = 16;

    static final DataType<Inode> INODE = new InodeType();
    static final DataType<Entry> ENTRY = new EntryType();
    static final DataType<Listed> LISTED = new ListedType();
    static final DataType<Extent> EXTENT = new ExtentType();
    static final DataType<NameKey> NAME = new NameType();
    static final DataType<Place> PLACE = new PlaceType();

    private Types() {}

    private static void putBytes(WriteBuffer out, byte[] bytes) {
        out.putVarInt(bytes.length).put(bytes);
    }

    private static byte[] getBytes(ByteBuffer in) {
        int length = DataUtils.readVarInt(in);
        if (length < 0 || length > MAX_BYTES || length > in.remaining()) {
            throw new Damaged("the tree of the staging area holds a malformed name");
        }
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    private static void putTime(WriteBuffer out, FileTime time) {
        out.putVarLong(time.seconds()).putVarInt(time.nanos());
    }

    private static FileTime getTime(ByteBuffer in) {
        return new FileTime(DataUtils.readVarLong(in), DataUtils.readVarInt(in));
    }

    /** Turns whatever decoding a malformed record throws into what it means. */
    private abstract static class RecordType<T> extends BasicDataType<T> {
        abstract T decode(ByteBuffer in);

        @Override
        public final T read(ByteBuffer in) {
            try {
                return decode(in);
            } catch (BufferUnderflowException | IllegalArgumentException e) {
                throw new Damaged("the tree of the staging area holds a malformed record", e);
            }
        }
    }

    private static final class InodeType extends RecordType<Inode> {
        @Override
        public int getMemory(Inode value) {
            return 200;
        }

        @Override
        public Inode[] createStorage(int size) {
            return new Inode[size];
        }

        @Override
        public void write(WriteBuffer out, Inode value) {
            out.putVarInt(value.mode()).putVarInt(value.links());
            out.putVarInt(value.uid()).putVarInt(value.gid());
            out.putVarLong(value.flags()).putVarLong(value.device());
            out.putVarLong(value.sizeBytes()).putVarLong(value.allocatedBytes());
            putTime(out, value.atime());
            putTime(out, value.mtime());
            putTime(out, value.ctime());
            out.putVarInt(value.epoch()).putVarLong(value.parent());
            out.putVarLong(value.baseRef() + 1).putVarInt(value.traits());
        }

        @Override
        Inode decode(ByteBuffer in) {
            return new Inode(
                    DataUtils.readVarInt(in),
                    DataUtils.readVarInt(in),
                    DataUtils.readVarInt(in),
                    DataUtils.readVarInt(in),
                    DataUtils.readVarLong(in),
                    DataUtils.readVarLong(in),
                    DataUtils.readVarLong(in),
                    DataUtils.readVarLong(in),
                    getTime(in),
                    getTime(in),
                    getTime(in),
                    DataUtils.readVarInt(in),
                    DataUtils.readVarLong(in),
                    DataUtils.readVarLong(in) - 1,
                    DataUtils.readVarInt(in));
        }
    }

    private static final class EntryType extends RecordType<Entry> {
        @Override
        public int getMemory(Entry value) {
            return 40;
        }

        @Override
        public Entry[] createStorage(int size) {
            return new Entry[size];
        }

        @Override
        public void write(WriteBuffer out, Entry value) {
            out.putVarLong(value.inode())
                    .putVarInt(value.type() >> 12)
                    .putVarLong(value.sequence());
        }

        @Override
        Entry decode(ByteBuffer in) {
            return new Entry(
                    DataUtils.readVarLong(in),
                    DataUtils.readVarInt(in) << 12,
                    DataUtils.readVarLong(in));
        }
    }

    private static final class ListedType extends RecordType<Listed> {
        @Override
        public int getMemory(Listed value) {
            return 48 + HEADER_MEMORY + value.name().length;
        }

        @Override
        public Listed[] createStorage(int size) {
            return new Listed[size];
        }

        @Override
        public void write(WriteBuffer out, Listed value) {
            out.putVarLong(value.inode()).putVarInt(value.type() >> 12);
            putBytes(out, value.name());
        }

        @Override
        Listed decode(ByteBuffer in) {
            long inode = DataUtils.readVarLong(in);
            int type = DataUtils.readVarInt(in) << 12;
            return new Listed(getBytes(in), inode, type);
        }
    }

    private static final class ExtentType extends RecordType<Extent> {
        @Override
        public int getMemory(Extent value) {
            return 48;
        }

        @Override
        public Extent[] createStorage(int size) {
            return new Extent[size];
        }

        @Override
        public void write(WriteBuffer out, Extent value) {
            out.putVarLong(value.lengthBytes()).putVarInt(value.segment());
            out.putVarLong(value.position()).putVarInt(value.frameBytes());
            out.putVarInt(value.frameOffset()).putVarInt(value.stamp());
        }

        @Override
        Extent decode(ByteBuffer in) {
            return new Extent(
                    DataUtils.readVarLong(in),
                    DataUtils.readVarInt(in),
                    DataUtils.readVarLong(in),
                    DataUtils.readVarInt(in),
                    DataUtils.readVarInt(in),
                    DataUtils.readVarInt(in));
        }
    }

    private static final class NameType extends RecordType<NameKey> {
        @Override
        public int getMemory(NameKey value) {
            return 40 + HEADER_MEMORY + value.name().length;
        }

        @Override
        public NameKey[] createStorage(int size) {
            return new NameKey[size];
        }

        @Override
        public int compare(NameKey a, NameKey b) {
            return a.compareTo(b);
        }

        @Override
        public void write(WriteBuffer out, NameKey value) {
            out.putVarLong(value.inode());
            putBytes(out, value.name());
        }

        @Override
        NameKey decode(ByteBuffer in) {
            long inode = DataUtils.readVarLong(in);
            return new NameKey(inode, getBytes(in));
        }
    }

    private static final class PlaceType extends RecordType<Place> {
        @Override
        public int getMemory(Place value) {
            return 32;
        }

        @Override
        public Place[] createStorage(int size) {
            return new Place[size];
        }

        @Override
        public int compare(Place a, Place b) {
            return a.compareTo(b);
        }

        @Override
        public void write(WriteBuffer out, Place value) {
            out.putVarLong(value.inode()).putVarLong(value.number());
        }

        @Override
        Place decode(ByteBuffer in) {
            return new Place(DataUtils.readVarLong(in), DataUtils.readVarLong(in));
        }
    }
}
