package dev.holdfast.backup;

import java.util.List;
import java.util.Set;

/**
 * What of a directory is backed up.
 *
 * @param allFileSystems whether the contents of other file systems mounted in it are backed up too
 * @param devices those of which they are all the same, by {@code st_dev}
 * @param excludes patterns of the command line
 */
public record ScanOptions(
        boolean allFileSystems, Set<Long> devices, List<ExcludePattern> excludes) {
    /** One file system, all of it. */
    public static final ScanOptions DEFAULT = new ScanOptions(false, Set.of(), List.of());

    public ScanOptions {
        devices = Set.copyOf(devices);
        excludes = List.copyOf(excludes);
    }
}
