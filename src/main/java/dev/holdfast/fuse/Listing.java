package dev.holdfast.fuse;

import static dev.holdfast.fuse.NativeMemory.MEMORY;

import java.util.ArrayList;
import java.util.List;
import java.util.function.LongConsumer;

/**
 * Directory entries in a reply. Each carries the position that follows it, so the kernel asks again
 * from there when the reply was full: nothing is remembered of an open directory, and one of a
 * million entries is never held in memory.
 *
 * <p>Positions: 1 after {@code .}, 2 after {@code ..}, then the file system's cursors plus 2.
 *
 * <pre>
 *   fuse_dirent:     0 u64 inode  8 u64 next position  16 u32 name length  20 u32 type  24 name
 *   fuse_direntplus: 0 fuse_entry_out  128 fuse_dirent       (each padded to 8 bytes)
 * </pre>
 */
final class Listing {
    private static final int DIRENT_BYTES = 24;
    private static final byte[] SELF = {'.'};
    private static final byte[] PARENT = {'.', '.'};
    private static final int FIRST_CURSOR = 2;

    private final Reply reply;
    private final int limit;
    private final int extra;
    private final List<Named> named = new ArrayList<>();
    private int length;

    /** An entry whose node the kernel wants to be told, and where its {@code fuse_entry_out} is. */
    @SuppressWarnings("ArrayRecordComponent") // never compared, lives for one request
    record Named(byte[] name, int offset) {}

    /**
     * Begins an empty list.
     *
     * @param withNodes leave room for what is said of each entry's node
     */
    Listing(Reply reply, int limitBytes, boolean withNodes) {
        this.reply = reply;
        this.limit = Math.min(limitBytes, Reply.MAX_BYTES);
        this.extra = withNodes ? KernelStructs.ENTRY_OUT_BYTES : 0;
    }

    /** Adds the entries from a position on until the reply is full. */
    void fill(Directory directory, boolean isRoot, long position) {
        if (position <= 0 && !add(SELF, directory.attributes().inode(), 1)) {
            return;
        }
        if (position <= 1 && !add(PARENT, above(directory, isRoot), 2)) {
            return;
        }
        if (length + shortest() > limit) {
            return;
        }
        try {
            directory.list(
                    Math.max(0, position - FIRST_CURSOR),
                    (name, inode, mode, next) -> {
                        int at = length;
                        boolean fits = add(name, inode, mode, next + FIRST_CURSOR);
                        if (fits && extra > 0) {
                            named.add(new Named(name, at));
                        }
                        return fits;
                    });
        } catch (Errno e) {
            if (length == 0) {
                throw e;
            }
            // What was found is told; who asks for what follows meets the error.
        }
    }

    private static long above(Directory directory, boolean isRoot) {
        return isRoot ? directory.attributes().inode() : directory.parentInode();
    }

    /** The entries whose nodes are not told yet. */
    List<Named> named() {
        return named;
    }

    /** The length of the list in bytes. */
    int length() {
        return length;
    }

    private boolean add(byte[] name, long inode, long next) {
        return add(name, inode, Attributes.DIRECTORY, next);
    }

    private boolean add(byte[] name, long inode, int mode, long next) {
        int bytes = padded(extra + DIRENT_BYTES + name.length);
        if (length + bytes > limit) {
            return false;
        }
        long at = reply.body(length);
        MEMORY.setMemory(at, bytes, (byte) 0);
        MEMORY.putLong(at + extra, inode);
        MEMORY.putLong(at + extra + 8, next);
        MEMORY.putInt(at + extra + 16, name.length);
        MEMORY.putInt(at + extra + 20, (mode & Attributes.TYPE_MASK) >>> 12);
        MEMORY.putByteArray(at + extra + DIRENT_BYTES, name, 0, name.length);
        length += bytes;
        return true;
    }

    private int shortest() {
        return padded(extra + DIRENT_BYTES + 1);
    }

    private static int padded(int bytes) {
        return (bytes + 7) & ~7;
    }

    /** Calls for the number of each node that a reply with nodes tells of. */
    static void forEachNode(Reply reply, LongConsumer action) {
        int at = 0;
        while (at < reply.bodyBytes()) {
            long node = MEMORY.getLong(reply.body(at));
            if (node != 0) {
                action.accept(node);
            }
            int nameBytes = MEMORY.getInt(reply.body(at + KernelStructs.ENTRY_OUT_BYTES + 16));
            at += padded(KernelStructs.ENTRY_OUT_BYTES + DIRENT_BYTES + nameBytes);
        }
    }
}
