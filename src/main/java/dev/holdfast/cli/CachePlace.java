package dev.holdfast.cli;

import dev.holdfast.Refused;
import dev.holdfast.fuse.AttachedMounts;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where a disk cache must not be. In a mount of this program it would wait for the mount that waits
 * for it, and in a repository or a staging area it would be taken for a part of that.
 */
final class CachePlace {
    private CachePlace() {}

    /**
     * Checks a directory, whatever links lead to it.
     *
     * @param mountPoint of the mount that uses it
     * @param others what else it must not be in, by what it is called in messages
     * @throws Refused if it is in one of them
     */
    static void check(Path directory, Path mountPoint, Map<String, Path> others) {
        Path real = real(directory);
        List<Path> mounts = new ArrayList<>(AttachedMounts.list());
        mounts.add(mountPoint);
        for (Path mount : mounts) {
            refuseInside(directory, real, "the mount", realMount(mount, mountPoint));
        }
        others.forEach((what, path) -> refuseInside(directory, real, what, real(path)));
        if (real(mountPoint).startsWith(real)) {
            throw new Refused(
                    "the mount point " + mountPoint + " lies in the disk cache " + directory);
        }
    }

    /** The kernel's names of mounts are real ones; to resolve them might wait for a dead driver. */
    private static Path realMount(Path mount, Path mountPoint) {
        return mount.equals(mountPoint) ? real(mount) : mount;
    }

    private static void refuseInside(Path directory, Path real, String what, Path outer) {
        if (real.startsWith(outer)) {
            throw new Refused(
                    "the disk cache "
                            + directory
                            + " lies in "
                            + what
                            + " "
                            + outer
                            + "; name another directory with --disk-cache");
        }
    }

    /** The path without links, as far as it is there. */
    private static Path real(Path path) {
        Path absolute = path.toAbsolutePath().normalize();
        Optional<Path> existing = Optional.of(absolute);
        while (existing.isPresent()) {
            try {
                Path found = existing.get().toRealPath();
                return found.resolve(existing.get().relativize(absolute)).normalize();
            } catch (IOException e) {
                existing = Optional.ofNullable(existing.get().getParent());
            }
        }
        return absolute;
    }
}
