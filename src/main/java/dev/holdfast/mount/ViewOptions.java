package dev.holdfast.mount;

import static java.util.Objects.requireNonNull;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.function.Consumer;

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
        return with(draft -> draft.scope = other);
    }

    /** The same with another refresh interval. */
    public ViewOptions withRefresh(Duration other) {
        return with(draft -> draft.refresh = other);
    }

    /** The same with other names of snapshots. */
    public ViewOptions withTimeNames(TimeNames other) {
        return with(draft -> draft.timeNames = other);
    }

    /** The same with the files of archives shown as belonging to others. */
    public ViewOptions withIdMaps(IdMap otherUids, IdMap otherGids) {
        return with(
                draft -> {
                    draft.uids = otherUids;
                    draft.gids = otherGids;
                });
    }

    /** The same with another owner of what is not in an archive: whoever mounts. */
    public ViewOptions withOwner(int uid, int gid) {
        return with(
                draft -> {
                    draft.ownerUid = uid;
                    draft.ownerGid = gid;
                });
    }

    /** The same with another amount of memory for decoded chunks. */
    public ViewOptions withCacheBytes(long other) {
        return with(draft -> draft.cacheBytes = other);
    }

    /** The same with symbolic links bent into their archive, or not. */
    public ViewOptions withContainSymlinks(boolean other) {
        return with(draft -> draft.containSymlinks = other);
    }

    /** The same with another place for indexes. */
    public ViewOptions withIndexDirectory(Optional<Path> other) {
        return with(draft -> draft.indexDirectory = other);
    }

    private ViewOptions with(Consumer<Draft> change) {
        Draft draft = new Draft(this);
        change.accept(draft);
        return draft.options();
    }

    /** A copy in which single fields can be changed. */
    private static final class Draft {
        private Scope scope;
        private Duration refresh;
        private TimeNames timeNames;
        private IdMap uids;
        private IdMap gids;
        private int ownerUid;
        private int ownerGid;
        private long cacheBytes;
        private boolean containSymlinks;
        private Optional<Path> indexDirectory;

        Draft(ViewOptions of) {
            scope = of.scope;
            refresh = of.refresh;
            timeNames = of.timeNames;
            uids = of.uids;
            gids = of.gids;
            ownerUid = of.ownerUid;
            ownerGid = of.ownerGid;
            cacheBytes = of.cacheBytes;
            containSymlinks = of.containSymlinks;
            indexDirectory = of.indexDirectory;
        }

        ViewOptions options() {
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
                    indexDirectory);
        }
    }
}
