package dev.holdfast.fuse;

import dev.holdfast.Busy;
import dev.holdfast.NotFound;
import dev.holdfast.Refused;
import dev.holdfast.os.Kernel;
import dev.holdfast.os.OsError;
import dev.holdfast.os.RawDirectory;
import dev.holdfast.os.RawFiles;
import dev.holdfast.os.Stat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** What must hold before a mount, each with its own message; libfuse only says that it failed. */
final class MountPointCheck {
    private static final Path DEVICE = Path.of("/dev/fuse");
    private static final Path CONFIGURATION = Path.of("/etc/fuse.conf");

    private MountPointCheck() {}

    /** Throws what stands in the way of mounting there. */
    static void check(byte[] mountPoint, MountOptions options) {
        String shown = OsError.printable(mountPoint);
        Stat stat;
        try {
            stat = RawFiles.lstat(mountPoint);
        } catch (OsError e) {
            throw switch (e.errno()) {
                case OsError.ENOENT ->
                        new NotFound("The mount point " + shown + " does not exist. Create it.");
                case OsError.ENOTCONN ->
                        new Busy(
                                "The mount point "
                                        + shown
                                        + " still has a mount whose process is gone. Free it with:"
                                        + " fusermount -u "
                                        + shown);
                default -> new Refused("The mount point cannot be used: " + e.getMessage());
            };
        }
        if (stat.type() != Attributes.DIRECTORY) {
            throw new Refused("The mount point " + shown + " is not a directory.");
        }
        MountTable.read()
                .at(mountPoint)
                .ifPresent(
                        entry -> {
                            throw new Busy(
                                    shown
                                            + " is already a mount point (of type "
                                            + entry.type()
                                            + ").");
                        });
        try (RawDirectory directory = RawDirectory.open(mountPoint)) {
            if (directory.next().isPresent()) {
                throw new Refused(
                        "The mount point "
                                + shown
                                + " is not empty. What is in it would be hidden; choose an empty"
                                + " directory.");
            }
        } catch (OsError e) {
            throw new Refused("The mount point cannot be used: " + e.getMessage());
        }
        checkSystem(options);
    }

    private static void checkSystem(MountOptions options) {
        if (!Files.exists(DEVICE)) {
            throw new Refused(
                    "There is no /dev/fuse. Load the kernel module (modprobe fuse); in a container,"
                            + " let the device in.");
        }
        if (!Files.isReadable(DEVICE) || !Files.isWritable(DEVICE)) {
            throw new Refused(
                    "This user may not use /dev/fuse. Let it (chmod 666 /dev/fuse, or a group), or"
                            + " mount as root.");
        }
        if (Kernel.effectiveUser() == 0) {
            return;
        }
        if (!isFusermountInstalled()) {
            throw new Refused(
                    "fusermount is not installed, without which only root can mount. Install the"
                            + " package fuse (or fuse3, which brings it too).");
        }
        if (options.allowOther() && !isOtherAllowed()) {
            throw new Refused(
                    "Only root may let other users into a mount. Add the line user_allow_other to"
                            + " /etc/fuse.conf, or leave out --allow-other.");
        }
    }

    static boolean isFusermountInstalled() {
        return Stream.of(System.getenv().getOrDefault("PATH", "/usr/bin:/bin").split(":", -1))
                .anyMatch(folder -> Files.isExecutable(Path.of(folder, "fusermount")));
    }

    private static boolean isOtherAllowed() {
        try (Stream<String> lines = Files.lines(CONFIGURATION)) {
            return lines.anyMatch(line -> line.strip().equals("user_allow_other"));
        } catch (IOException e) {
            return false;
        }
    }
}
