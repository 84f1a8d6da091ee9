package dev.holdfast.fuse;

import dev.holdfast.os.NativeFunction;
import java.lang.ref.Cleaner;

/**
 * An open directory. Entries go to libfuse with the position that follows each, so it asks again
 * from there when its buffer (one page) was full, and a directory of a million entries is never
 * held in memory.
 *
 * <p>Positions: 1 after {@code .}, 2 after {@code ..}, then the file system's cursors plus 2.
 */
final class Listing {
    private static final Cleaner CLEANER = Cleaner.create();
    private static final ThreadLocal<Entry> ENTRY = ThreadLocal.withInitial(Entry::new);
    private static final byte[] SELF = {'.'};
    private static final byte[] PARENT = {'.', '.'};
    private static final int FIRST_CURSOR = 2;

    private final Directory directory;
    private final Directory parent;

    Listing(Directory directory, Directory parent) {
        this.directory = directory;
        this.parent = parent;
    }

    Directory directory() {
        return directory;
    }

    /** Gives entries from a position on to {@code fuse_fill_dir_t} until its buffer is full. */
    void fill(long buffer, long filler, long position) {
        Entry entry = ENTRY.get();
        NativeFunction fill = entry.filler(filler);
        if (position == 0 && !entry.accept(fill, buffer, SELF, inode(directory), 1)) {
            return;
        }
        if (position <= 1 && !entry.accept(fill, buffer, PARENT, inode(parent), 2)) {
            return;
        }
        directory.list(
                Math.max(0, position - FIRST_CURSOR),
                (name, inode, mode, next) ->
                        entry.accept(fill, buffer, name, inode, mode, next + FIRST_CURSOR));
    }

    private static long inode(Directory directory) {
        return directory.attributes().inode();
    }

    /** Native memory of a thread for one entry: {@code struct stat}, then the name. */
    private static final class Entry {
        private static final int NAME_BYTES = 4096;

        private final long stat =
                NativeMemory.MEMORY.allocateMemory(NativeStat.BYTES + NAME_BYTES, true);

        private NativeFunction filler;
        private long fillerAddress;

        Entry() {
            long memory = stat;
            CLEANER.register(this, () -> NativeMemory.MEMORY.freeMemory(memory));
        }

        /** libfuse has one filler, so this makes one object per thread. */
        NativeFunction filler(long address) {
            if (filler == null || fillerAddress != address) {
                filler = new NativeFunction(address);
                fillerAddress = address;
            }
            return filler;
        }

        boolean accept(NativeFunction fill, long buffer, byte[] name, long inode, long next) {
            return accept(fill, buffer, name, inode, Attributes.DIRECTORY, next);
        }

        boolean accept(
                NativeFunction fill, long buffer, byte[] name, long inode, int mode, long next) {
            if (name.length >= NAME_BYTES) {
                throw new Errno(Errno.ENAMETOOLONG);
            }
            long nameAt = stat + NativeStat.BYTES;
            NativeMemory.MEMORY.putZeroTerminatedByteArray(nameAt, name, 0, name.length);
            NativeStat.writeEntry(stat, inode, mode);
            return (int) fill.call(buffer, nameAt, stat, next) == 0;
        }
    }
}
