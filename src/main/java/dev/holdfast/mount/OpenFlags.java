package dev.holdfast.mount;

import dev.holdfast.fuse.Errno;

/** The flags of {@code open(2)} that matter to files that are only read. */
final class OpenFlags {
    private static final int ACCESS_MODE = 3;
    private static final int TRUNCATE = 01000;

    private OpenFlags() {}

    /** Refuses what would write. */
    static void checkReadOnly(int flags) {
        if ((flags & ACCESS_MODE) != 0 || (flags & TRUNCATE) != 0) {
            throw new Errno(Errno.EROFS);
        }
    }
}
