package dev.holdfast.cli;

import dev.holdfast.Unreachable;
import dev.holdfast.os.Kernel;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;

/**
 * Where running mounts leave their logs: in memory-backed file systems only, since log lines name
 * files and nothing of a backup may lie on a disk in clear.
 */
final class RuntimeDirectory {
    private RuntimeDirectory() {}

    /** The directory, made if need be, for this user alone. */
    static Path get() {
        Path directory;
        String runtime = System.getenv("XDG_RUNTIME_DIR");
        if (Kernel.effectiveUser() == 0) {
            directory = Path.of("/run/holdfast");
        } else if (runtime != null && Files.isWritable(Path.of(runtime))) {
            directory = Path.of(runtime, "holdfast");
        } else {
            directory = Path.of("/dev/shm/holdfast-" + Kernel.effectiveUser());
        }
        try {
            if (!Files.isDirectory(directory)) {
                Files.createDirectory(
                        directory,
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rwx------")));
            }
            if (!Files.isWritable(directory)) {
                throw new Unreachable("cannot write to " + directory);
            }
            return directory;
        } catch (IOException e) {
            throw new Unreachable("cannot create " + directory + ": " + e.getMessage(), e);
        }
    }
}
