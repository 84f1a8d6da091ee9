package dev.holdfast.cli;

import dev.holdfast.os.Descriptor;
import dev.holdfast.os.Kernel;
import dev.holdfast.os.OsError;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes the directory below a staging mount immutable, so that programs which write there while the
 * mount is missing (after a crash, after a reboot) fail instead of leaving plain text on the disk.
 * Ends with a clean unmount. Needs root and a file system that knows the flag; where it is not
 * possible, the mount goes on without.
 */
final class MountPointGuard {
    private static final Logger LOG = LoggerFactory.getLogger(MountPointGuard.class);
    private static final int IMMUTABLE = 0x10;

    private final byte[] path;
    private final boolean active;

    private MountPointGuard(byte[] path, boolean active) {
        this.path = path;
        this.active = active;
    }

    /** Protects the directory; it must not be mounted on yet. */
    static MountPointGuard protect(Path mountPoint) {
        byte[] path =
                mountPoint.toAbsolutePath().normalize().toString().getBytes(StandardCharsets.UTF_8);
        if (Kernel.effectiveUser() != 0) {
            return new MountPointGuard(path, false);
        }
        return new MountPointGuard(path, set(path, true));
    }

    private static boolean set(byte[] path, boolean immutable) {
        try (Descriptor directory =
                Descriptor.open(path, Descriptor.O_RDONLY | Descriptor.O_DIRECTORY, 0)) {
            int flags = directory.inodeFlags();
            directory.setInodeFlags(immutable ? flags | IMMUTABLE : flags & ~IMMUTABLE);
            return true;
        } catch (OsError e) {
            LOG.debug("the mount point cannot be made immutable: {}", e.getMessage());
            return false;
        }
    }

    /** Makes the directory usable again; the mount must be gone. */
    void release() {
        if (active) {
            set(path, false);
        }
    }
}
