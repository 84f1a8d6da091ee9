package dev.holdfast.mount;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;

/**
 * How a repository is shown.
 *
 * @param scope what is shown
 * @param refresh how old listings of namespaces, groups and snapshots may be
 * @param timeNames how snapshots are called
 * @param uids who owns the files of archives
 * @param gids which group has them
 * @param ownerUid who owns everything else
 * @param ownerGid which group has everything else
 * @param cacheBytes memory for decoded chunks
 * @param containSymlinks whether links that lead out of their archive are bent to lead into it, as
 *     if its root were {@code /}
 * @param indexDirectory where indexes for {@code .versions} and {@code .diff} are kept; none: in
 *     temporary files
 */
public record ViewOptions(
        Scope scope,
        Duration refresh,
        TimeNames timeNames,
        IdMap uids,
        IdMap gids,
        int ownerUid,
        int ownerGid,
        long cacheBytes,
        boolean containSymlinks,
        Optional<Path> indexDirectory) {

    public ViewOptions {
        requireNonNull(scope);
        requireNonNull(timeNames);
        requireNonNull(uids);
        requireNonNull(gids);
        requireNonNull(indexDirectory);
        if (refresh.isNegative() || refresh.compareTo(Duration.ofDays(365)) > 0) {
            throw new IllegalArgumentException("refresh interval out of range: " + refresh);
        }
        if (cacheBytes < 0) {
            throw new IllegalArgumentException("negative cache size: " + cacheBytes);
        }
    }

    /** Everything, refreshed every 5 s, 256 MiB of cache, owned by root. */
    public static ViewOptions defaults() {
        return new ViewOptions(
                Scope.everything(),
                Duration.ofSeconds(5),
                TimeNames.OWN,
                IdMap.NONE,
                IdMap.NONE,
                0,
                0,
                256L << 20,
                false,
                Optional.empty());
    }

    /** The same for another scope. */
    public ViewOptions withScope(Scope other) {
        return new ViewOptions(
                other,
                refresh,
                timeNames,
                uids,
                gids,
                ownerUid,
                ownerGid,
                cacheBytes,
                containSymlinks,
                indexDirectory);
    }

    /** The same with another refresh interval. */
    public ViewOptions withRefresh(Duration other) {
        return new ViewOptions(
                scope,
                other,
                timeNames,
                uids,
                gids,
                ownerUid,
                ownerGid,
                cacheBytes,
                containSymlinks,
                indexDirectory);
    }

    /** The same with other names of snapshots. */
    public ViewOptions withTimeNames(TimeNames other) {
        return new ViewOptions(
                scope,
                refresh,
                other,
                uids,
                gids,
                ownerUid,
                ownerGid,
                cacheBytes,
                containSymlinks,
                indexDirectory);
    }

    /** The same with the files of archives shown as belonging to others. */
    public ViewOptions withIdMaps(IdMap otherUids, IdMap otherGids) {
        return new ViewOptions(
                scope,
                refresh,
                timeNames,
                otherUids,
                otherGids,
                ownerUid,
                ownerGid,
                cacheBytes,
                containSymlinks,
                indexDirectory);
    }

    /** The same with another owner of what is not in an archive: whoever mounts. */
    public ViewOptions withOwner(int uid, int gid) {
        return new ViewOptions(
                scope,
                refresh,
                timeNames,
                uids,
                gids,
                uid,
                gid,
                cacheBytes,
                containSymlinks,
                indexDirectory);
    }

    /** The same with another amount of memory for decoded chunks. */
    public ViewOptions withCacheBytes(long other) {
        return new ViewOptions(
                scope,
                refresh,
                timeNames,
                uids,
                gids,
                ownerUid,
                ownerGid,
                other,
                containSymlinks,
                indexDirectory);
    }

    /** The same with symbolic links bent into their archive, or not. */
    public ViewOptions withContainSymlinks(boolean other) {
        return new ViewOptions(
                scope,
                refresh,
                timeNames,
                uids,
                gids,
                ownerUid,
                ownerGid,
                cacheBytes,
                other,
                indexDirectory);
    }

    /** The same with another place for indexes. */
    public ViewOptions withIndexDirectory(Optional<Path> other) {
        return new ViewOptions(
                scope,
                refresh,
                timeNames,
                uids,
                gids,
                ownerUid,
                ownerGid,
                cacheBytes,
                containSymlinks,
                other);
    }
}
