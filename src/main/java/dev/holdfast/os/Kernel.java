package dev.holdfast.os;

import static dev.holdfast.os.Scratch.check;

import java.nio.file.Files;
import java.nio.file.Path;

/** Calls about the process and the mount table. Failure is an {@link OsError}. */
public final class Kernel {
    private static final int PR_SET_DUMPABLE = 4;
    private static final int MNT_DETACH = 2;
    private static final int UMOUNT_NOFOLLOW = 8;

    private Kernel() {}

    /**
     * Keeps the memory of this process, and so the keys in it, out of core dumps and away from
     * debuggers of the same user.
     */
    public static void forbidCoreDumps() {
        check(LibC.PRCTL.call(PR_SET_DUMPABLE, 0, 0, 0, 0), "prctl(PR_SET_DUMPABLE)");
    }

    /** The effective user id; 0 is root. */
    public static int effectiveUser() {
        return (int) LibC.GETEUID.call();
    }

    /** Whether files have SELinux labels that mean something here. */
    public static boolean hasSelinux() {
        return Files.exists(Path.of("/sys/fs/selinux/enforce"));
    }

    /** {@code umount2}; {@code EBUSY} while somebody uses the mount. */
    public static void unmount(byte[] mountPoint) {
        umount(mountPoint, UMOUNT_NOFOLLOW);
    }

    /** Takes the mount out of the tree now; it ends when its last user is gone. */
    public static void unmountLazily(byte[] mountPoint) {
        umount(mountPoint, UMOUNT_NOFOLLOW | MNT_DETACH);
    }

    private static void umount(byte[] mountPoint, int flags) {
        check(
                LibC.UMOUNT.call(Scratch.ofThread().path(mountPoint, "umount"), flags),
                "umount",
                mountPoint);
    }
}
