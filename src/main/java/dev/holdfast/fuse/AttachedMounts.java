package dev.holdfast.fuse;

import dev.holdfast.Busy;
import dev.holdfast.NotFound;
import dev.holdfast.Refused;
import dev.holdfast.os.Kernel;
import dev.holdfast.os.OsError;
import dev.holdfast.os.RawDirectory;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;

/** The mounts of this program on this machine, as other processes of it see them. */
public final class AttachedMounts {
    private static final String TYPE = "fuse.holdfast";

    private AttachedMounts() {}

    /** All mount points, in the order of mounting. */
    public static List<Path> list() {
        return MountTable.read().all().stream()
                .filter(entry -> entry.type().equals(TYPE))
                .map(entry -> Path.of(decoded(entry.mountPoint())))
                .toList();
    }

    private static String decoded(String latin) {
        return new String(latin.getBytes(StandardCharsets.ISO_8859_1), StandardCharsets.UTF_8);
    }

    private static byte[] raw(Path mountPoint) {
        return mountPoint
                .toAbsolutePath()
                .normalize()
                .toString()
                .getBytes(Charset.forName(System.getProperty("sun.jnu.encoding")));
    }

    /** Whether a mount of ours is there whose driver is gone, so that every access fails. */
    @SuppressWarnings("try") // only whether it opens matters
    public static boolean isStale(Path mountPoint) {
        // Attributes may still be cached; to open the directory, the driver must be asked.
        try (RawDirectory directory = RawDirectory.open(raw(mountPoint))) {
            return false;
        } catch (OsError e) {
            return e.errno() == OsError.ENOTCONN;
        }
    }

    /** Takes away what a driver that is gone has left. */
    public static void removeStale(Path mountPoint) {
        detach(raw(mountPoint), true);
    }

    /**
     * Detaches a mount of another process.
     *
     * @param force at once, whoever uses it
     * @throws NotFound if none of ours is mounted there
     * @throws Busy naming who uses it; the mount goes on
     */
    public static void detach(Path mountPoint, boolean force) {
        byte[] path = raw(mountPoint);
        MountTable.Entry entry =
                MountTable.read()
                        .at(path)
                        .filter(e -> e.type().equals(TYPE))
                        .orElseThrow(
                                () ->
                                        new NotFound(
                                                "nothing of holdfast is mounted on " + mountPoint));
        try {
            detach(path, force);
        } catch (OsError e) {
            if (e.errno() != OsError.EBUSY) {
                throw new Refused("cannot detach " + mountPoint + ": " + e.getMessage());
            }
            List<MountUsers.User> users = MountUsers.of(path, entry.device());
            String by = users.isEmpty() ? "" : " by " + MountUsers.describe(users);
            throw new Busy(mountPoint + " is in use" + by + "; end that, or say --force");
        }
    }

    private static void detach(byte[] path, boolean lazily) {
        if (Kernel.effectiveUser() != 0) {
            Fusermount.unmount(path, lazily);
        } else if (lazily) {
            Kernel.unmountLazily(path);
        } else {
            Kernel.unmount(path);
        }
    }
}
