package dev.holdfast.stage;

import dev.holdfast.fuse.Errno;
import dev.holdfast.os.OsError;
import java.io.IOException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a failure of the local disk means for who asked. */
final class DiskError {
    private static final Logger LOG = LoggerFactory.getLogger(DiskError.class);

    // Java tells errors apart by the C library's words only, and those are in the user's language.
    private static final String NO_SPACE = OsError.describe(Errno.ENOSPC);
    private static final String QUOTA = OsError.describe(Errno.EDQUOT);

    private DiskError() {}

    /**
     * {@code ENOSPC} and {@code EDQUOT} as such, everything else as {@code EIO} with a log line.
     */
    static Errno of(String what, IOException e) {
        String message = String.valueOf(e.getMessage());
        if (message.contains("No space left on device") || message.contains(NO_SPACE)) {
            return new Errno(Errno.ENOSPC);
        }
        if (message.contains("Disk quota exceeded") || message.contains(QUOTA)) {
            return new Errno(Errno.EDQUOT);
        }
        LOG.error("the disk of the staging area failed: {}: {}", what, e.getMessage());
        return new Errno(Errno.EIO);
    }

    /** Whether space is what is missing. */
    static boolean isFull(Errno errno) {
        return errno.number() == Errno.ENOSPC || errno.number() == Errno.EDQUOT;
    }
}
