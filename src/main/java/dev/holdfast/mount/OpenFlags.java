package dev.holdfast.mount;

import dev.holdfast.fuse.Errno;

/** The flags of {@code open(2)} that matter to files that are only read. */
final class OpenFlags {
    private static final int ACCESS_MODE = 3;
    private static final int TRUNCATE = 01000;
    private static final int DIRECT =
            System.getProperty("os.arch").equals("aarch64") ? 0200000 : 040000;

    private OpenFlags() {}

    /** Refuses what would write. */
    static void checkReadOnly(int flags) {
        if ((flags & ACCESS_MODE) != 0 || (flags & TRUNCATE) != 0) {
            throw new Errno(Errno.EROFS);
        }
    }

    /** Whether reads come as the program made them, past the page cache of the kernel. */
    static boolean isDirect(int flags) {
        return (flags & DIRECT) != 0;
    }
}
