package dev.holdfast.stage;

import dev.holdfast.fuse.Errno;
import java.io.IOException;
import java.util.Locale;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** What a failure of the local disk means for who asked. */
final class DiskError {
    private static final Logger LOG = LoggerFactory.getLogger(DiskError.class);

    private DiskError() {}

    /**
     * {@code ENOSPC} and {@code EDQUOT} as such, everything else as {@code EIO} with a log line.
     * Java tells them apart by the message of {@code strerror(3)} only; the C locale is what the
     * launcher runs with.
     */
    static Errno of(String what, IOException e) {
        String message = String.valueOf(e.getMessage()).toLowerCase(Locale.ROOT);
        if (message.contains("no space left")) {
            return new Errno(Errno.ENOSPC);
        }
        if (message.contains("quota exceeded")) {
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
