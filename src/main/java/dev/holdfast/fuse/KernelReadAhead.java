package dev.holdfast.fuse;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * How far the kernel reads ahead of a program that reads a file from front to back. It begins with
 * 128 KiB for every mount, which is a request for each 128 KiB; only root may raise it.
 */
final class KernelReadAhead {
    private static final Logger LOG = LoggerFactory.getLogger(KernelReadAhead.class);
    private static final int KIB = Reply.MAX_BYTES >> 10;

    private KernelReadAhead() {}

    /**
     * Lets it read as much at once as a request may ask for. Nothing is lost if that is not
     * allowed.
     *
     * @param device {@code major:minor} of the mount
     */
    static void widen(String device) {
        Path setting = Path.of("/sys/class/bdi", device, "read_ahead_kb");
        try {
            if (Files.isWritable(setting)) {
                Files.writeString(setting, Integer.toString(KIB));
            }
        } catch (IOException e) {
            LOG.debug("The kernel's read-ahead stays as it is: {}", e.toString());
        }
    }
}
