package dev.holdfast.os;

import static dev.holdfast.os.Scratch.checkWord;

import java.util.Optional;

/**
 * The entries of a directory in the file system's order, without {@code .} and {@code ..}, held a
 * block at a time. For one thread; other calls of this package may come between.
 *
 * <pre>
 *   struct linux_dirent64:   0 u64 inode   8 s64 offset   16 u16 record length   18 u8 type
 *                           19 name, NUL-terminated
 * </pre>
 */
public final class RawDirectory implements AutoCloseable {
    private static final int BLOCK_BYTES = 32768;

    private final Descriptor descriptor;
    private final byte[] block = new byte[BLOCK_BYTES];
    private int position;
    private int end;

    private RawDirectory(Descriptor descriptor) {
        this.descriptor = descriptor;
    }

    /**
     * An entry.
     *
     * @param type as {@code d_type}: the type bits of {@code st_mode} shifted right by 12, 0 if the
     *     file system does not say
     */
    @SuppressWarnings("ArrayRecordComponent") // never compared, lives for one step of a walk
    public record Entry(byte[] name, long inode, int type) {}

    /** Opens a directory; a symbolic link is {@code ENOTDIR}. */
    public static RawDirectory open(byte[] path) {
        return new RawDirectory(
                Descriptor.open(
                        path,
                        Descriptor.O_RDONLY | Descriptor.O_DIRECTORY | Descriptor.O_NOFOLLOW,
                        0));
    }

    /** Lists a directory that was just opened; closing is left to whoever opened it. */
    static RawDirectory of(Descriptor directory) {
        return new RawDirectory(directory);
    }

    /** The next entry, empty at the end. */
    public Optional<Entry> next() {
        while (true) {
            if (position == end && !fill()) {
                return Optional.empty();
            }
            int at = position;
            int length = (block[at + 16] & 0xFF) | (block[at + 17] & 0xFF) << 8;
            position += length;
            int nameEnd = at + 19;
            while (block[nameEnd] != 0) {
                nameEnd++;
            }
            byte[] name = java.util.Arrays.copyOfRange(block, at + 19, nameEnd);
            boolean dots =
                    name.length <= 2 && name[0] == '.' && (name.length == 1 || name[1] == '.');
            if (!dots) {
                return Optional.of(new Entry(name, inodeAt(at), block[at + 18]));
            }
        }
    }

    private long inodeAt(int at) {
        long inode = 0;
        for (int i = 7; i >= 0; i--) {
            inode = (inode << 8) | (block[at + i] & 0xFF);
        }
        return inode;
    }

    private boolean fill() {
        long memory = Scratch.ofThread().block();
        long count =
                checkWord(
                        LibC.GETDENTS.call(descriptor.number(), memory, BLOCK_BYTES),
                        "getdents64",
                        descriptor.path());
        Scratch.MEMORY.getByteArray(memory, block, 0, (int) count);
        position = 0;
        end = (int) count;
        return count > 0;
    }

    /** The open directory itself, for {@code fstat} and {@code fsync}. */
    public Descriptor descriptor() {
        return descriptor;
    }

    @Override
    public void close() {
        descriptor.close();
    }
}
