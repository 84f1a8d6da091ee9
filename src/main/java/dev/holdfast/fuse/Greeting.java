package dev.holdfast.fuse;

import static dev.holdfast.fuse.NativeMemory.MEMORY;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The kernel's first message, in which both sides say what they can do.
 *
 * <pre>
 *   fuse_init_in:       0 u32 major   4 u32 minor   8 u32 read-ahead   12 u32 flags
 *   fuse_init_out (64): 0 u32 major   4 u32 minor   8 u32 read-ahead   12 u32 flags
 *                      16 u16 background  18 u16 congestion  20 u32 longest write
 *                      24 u32 time unit in ns  28 u16 longest request in pages
 * </pre>
 */
final class Greeting {
    private static final Logger LOG = LoggerFactory.getLogger(Greeting.class);

    private static final int MAJOR = 7;

    /** The newest version of the protocol whose structs are known here: Linux 6.2. */
    private static final int NEWEST_MINOR = 38;

    /** The oldest one that has all that is used: Linux 4.9 answers with the same structs. */
    private static final int OLDEST_MINOR = 26;

    private static final int REPLY_BYTES = 64;

    private static final int ASYNC_READ = 1;
    private static final int ATOMIC_O_TRUNC = 1 << 3;
    private static final int BIG_WRITES = 1 << 5;
    private static final int DONT_MASK = 1 << 6;
    private static final int READDIRPLUS = 1 << 13;
    private static final int READDIRPLUS_AUTO = 1 << 14;
    private static final int PARALLEL_DIROPS = 1 << 18;
    private static final int POSIX_ACL = 1 << 20;
    private static final int MAX_PAGES = 1 << 22;
    private static final int HANDLE_KILLPRIV_V2 = 1 << 28;

    private static final int ALWAYS =
            ASYNC_READ
                    | ATOMIC_O_TRUNC
                    | BIG_WRITES
                    | DONT_MASK
                    | READDIRPLUS
                    | READDIRPLUS_AUTO
                    | PARALLEL_DIROPS
                    | MAX_PAGES;

    /** Reads ahead of several streams from a slow repository wait side by side. */
    private static final int MAX_BACKGROUND = 64;

    private static final int PAGE_BYTES = 4096;

    private Greeting() {}

    /** Answers it; {@code EPROTO} to a kernel that is too old. */
    static void answer(Request request, Reply reply, MountOptions options) {
        int major = request.u32(0);
        int minor = request.u32(4);
        reply.clear(REPLY_BYTES);
        MEMORY.putInt(reply.body(0), MAJOR);
        MEMORY.putInt(reply.body(4), Math.min(minor, NEWEST_MINOR));
        if (major > MAJOR) {
            reply.succeed(REPLY_BYTES); // the kernel asks again with our version
            return;
        }
        if (major < MAJOR || minor < OLDEST_MINOR) {
            LOG.error("This kernel speaks FUSE {}.{}; 7.{} is needed", major, minor, OLDEST_MINOR);
            throw new Errno(Errno.EPROTO);
        }
        int wanted =
                ALWAYS
                        | (options.posixAcls() && options.areModesChecked() ? POSIX_ACL : 0)
                        | (options.readOnly() ? 0 : HANDLE_KILLPRIV_V2);
        MEMORY.putInt(reply.body(8), request.u32(8));
        MEMORY.putInt(reply.body(12), request.u32(12) & wanted);
        MEMORY.putShort(reply.body(16), (short) MAX_BACKGROUND);
        MEMORY.putShort(reply.body(18), (short) (MAX_BACKGROUND * 3 / 4));
        MEMORY.putInt(reply.body(20), Reply.MAX_BYTES);
        MEMORY.putInt(reply.body(24), 1);
        MEMORY.putShort(reply.body(28), (short) (Reply.MAX_BYTES / PAGE_BYTES));
        reply.succeed(REPLY_BYTES);
    }
}
