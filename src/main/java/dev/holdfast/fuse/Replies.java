package dev.holdfast.fuse;

import static dev.holdfast.fuse.NativeMemory.MEMORY;

import dev.holdfast.os.NativeFunction;

/**
 * Where libfuse hands over its answers to the kernel. They pass through here because libfuse knows
 * a file by its path: two hard links are two files to it, and so to the kernel, which would go on
 * showing the old size, mode or link count under one name after a change under the other. What has
 * more than one name is therefore answered with attributes that are valid for no time, and a file
 * that gets its second name is made known as changed under its first.
 *
 * <p>The second thing that libfuse 2 cannot say is that the kernel shall enforce ACLs: its list of
 * flags ends before that one. It is added to the answer to the kernel's greeting.
 *
 * <pre>
 *   struct iovec:           0 pointer        8 length                       (16 bytes each)
 *   struct fuse_out_header: 0 u32 length     4 s32 error     8 u64 unique   first iovec
 *   struct fuse_entry_out:  0 u64 node      24 u64 valid s  36 u32 valid ns  40 struct fuse_attr
 *   struct fuse_attr_out:                    0 u64 valid s   8 u32 valid ns  16 struct fuse_attr
 *   struct fuse_init_out:  12 u32 flags
 *   struct fuse_attr:      60 u32 mode      64 u32 links
 * </pre>
 */
final class Replies {
    private static final int LOOKUP = 1;
    private static final int GETATTR = 3;
    private static final int SETATTR = 4;
    private static final int MKNOD = 8;
    private static final int LINK = 13;
    private static final int INIT = 26;
    private static final int CREATE = 35;

    private static final int POSIX_ACL = 1 << 20;

    private static final int NOTIFY_INVALID_INODE = 2;
    private static final int NOTICE_BYTES = 40;

    private final FuseLibrary library;
    private final CurrentRequest current;
    private final boolean posixAcls;

    /**
     * A {@code struct fuse_chan_ops} (receive, send, destroy) of which only send is ever called.
     */
    private final long channelOperations = MEMORY.allocateMemory(3L * Long.BYTES, true);

    private final Callbacks callbacks = new Callbacks();
    private int device = -1;

    Replies(FuseLibrary library, CurrentRequest current, boolean posixAcls) {
        this.posixAcls = posixAcls;
        this.library = library;
        this.current = current;
        MEMORY.putLong(
                channelOperations + 8,
                callbacks.function("send", 3, c -> send(c.getAddress(1), c.getInt(2))));
    }

    /** Makes a channel that reads and writes an open {@code /dev/fuse} and does not close it. */
    long channel(int openDevice) {
        device = openDevice;
        return library.newChannel.call(channelOperations, openDevice, RequestLoop.MESSAGE_BYTES, 0);
    }

    /** Zero or a negative error number; none at all if the request needs no answer. */
    private int send(long vector, int count) {
        if (vector == 0) {
            return 0;
        }
        boolean succeeded = MEMORY.getInt(MEMORY.getLong(vector) + 4) == 0;
        if (succeeded && count > 1) {
            long answer = MEMORY.getLong(vector + 16);
            switch (current.opcode()) {
                case LOOKUP, MKNOD, CREATE -> limit(answer + 24, answer + 36, answer + 40);
                case LINK -> {
                    limit(answer + 24, answer + 36, answer + 40);
                    tellChanged(current.linkedNode());
                }
                case GETATTR, SETATTR -> limit(answer, answer + 8, answer + 16);
                case INIT -> acceptAcls(answer + 12);
                default -> {}
            }
        }
        long written = library.writev.call(device, vector, count);
        // ENOENT: whoever asked was interrupted and is gone.
        return written == -1 ? -NativeFunction.errno() : 0;
    }

    private void acceptAcls(long flags) {
        if (posixAcls) {
            int offered = current.offeredFlags() & POSIX_ACL;
            MEMORY.putInt(flags, MEMORY.getInt(flags) | offered);
        }
    }

    private static void limit(long seconds, long nanos, long attributes) {
        int type = MEMORY.getInt(attributes + 60) & Attributes.TYPE_MASK;
        if (type != Attributes.DIRECTORY && MEMORY.getInt(attributes + 64) > 1) {
            MEMORY.putLong(seconds, 0);
            MEMORY.putInt(nanos, 0);
        }
    }

    /** {@code FUSE_NOTIFY_INVAL_INODE} of the attributes alone (offset −1), after the header. */
    private void tellChanged(long node) {
        long notice = MEMORY.allocateMemory(NOTICE_BYTES, true);
        try {
            MEMORY.putInt(notice, NOTICE_BYTES);
            MEMORY.putInt(notice + 4, NOTIFY_INVALID_INODE);
            MEMORY.putLong(notice + 16, node);
            MEMORY.putLong(notice + 24, -1);
            library.write.call(device, notice, NOTICE_BYTES);
        } finally {
            MEMORY.freeMemory(notice);
        }
    }

    /** Frees what C was given; libfuse must not answer any more. */
    void free() {
        callbacks.free();
        MEMORY.freeMemory(channelOperations);
    }
}
