package dev.holdfast.upkeep;

import dev.holdfast.format.Namespace;
import java.util.List;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * What to copy, and how.
 *
 * @param sourceNamespace copied with all below it, down to {@code maxDepth}
 * @param targetNamespace where it comes to; made if need be
 * @param maxDepth how many levels below the source namespace; 0 is only itself
 * @param filters which groups
 * @param encryptedOnly whether only snapshots are copied that are encrypted in all their parts
 * @param verifiedOnly whether only snapshots are copied that the source found right
 * @param transferLast at most so many snapshots per group, the newest
 * @param removeVanished whether snapshots and groups that the source does not have are removed
 * @param resyncCorrupt whether snapshots that failed verification are copied again
 * @param threads how many chunks travel at once
 * @param groupsAtOnce how many groups are copied at once
 * @param bytesPerSecond how fast at most
 */
public record SyncOptions(
        Namespace sourceNamespace,
        Namespace targetNamespace,
        OptionalInt maxDepth,
        List<GroupFilter> filters,
        boolean encryptedOnly,
        boolean verifiedOnly,
        OptionalInt transferLast,
        boolean removeVanished,
        boolean resyncCorrupt,
        int threads,
        int groupsAtOnce,
        OptionalLong bytesPerSecond) {
    public SyncOptions {
        filters = List.copyOf(filters);
        if (transferLast.isPresent() && transferLast.getAsInt() < 1) {
            throw new IllegalArgumentException("--transfer-last must be at least 1");
        }
        if (maxDepth.isPresent() && maxDepth.getAsInt() < 0) {
            throw new IllegalArgumentException("--max-depth must be at least 0");
        }
        if (threads < 1 || groupsAtOnce < 1) {
            throw new IllegalArgumentException("at least one thread and one group at once");
        }
        if (bytesPerSecond.isPresent() && bytesPerSecond.getAsLong() < 1) {
            throw new IllegalArgumentException("rate: " + bytesPerSecond.getAsLong());
        }
    }

    /** Everything, root to root. */
    public static SyncOptions everything() {
        return new SyncOptions(
                Namespace.ROOT,
                Namespace.ROOT,
                OptionalInt.empty(),
                List.of(),
                false,
                false,
                OptionalInt.empty(),
                false,
                false,
                2,
                1,
                OptionalLong.empty());
    }
}
