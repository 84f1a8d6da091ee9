package dev.holdfast.cli;

import dev.holdfast.HoldfastException;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.os.UserDirectories;
import dev.holdfast.search.GroupIndex;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.atomic.AtomicLong;
import picocli.CommandLine.Option;

/** The search index of a group, as the commands that find things open and read it. */
final class IndexOptions {
    private static final int SHOWN_PROBLEMS = 3;

    @Option(
            names = "--no-index",
            description =
                    "Keep nothing in the cache directory: read the metadata of all snapshots again.")
    boolean noIndex;

    /** The index of a group; nothing is read yet. */
    GroupIndex open(Session session, GlobalOptions options, GroupId group) {
        return new GroupIndex(
                session.repository(),
                options.namespace,
                group,
                session.keys(),
                noIndex ? Optional.empty() : directory(System.getenv()));
    }

    /** {@code $XDG_CACHE_HOME/holdfast/search}, else below {@code ~/.cache}. */
    static Optional<Path> directory(Map<String, String> environment) {
        return UserDirectories.cache(environment)
                .map(cache -> cache.resolve("holdfast").resolve("search"));
    }

    /** Reads snapshots, showing how far it is. */
    static GroupIndex.Reading read(
            GlobalOptions options, GroupIndex index, Optional<List<SnapshotId>> some) {
        AtomicLong entries = new AtomicLong();
        GroupIndex.Listener count = (snapshots, read) -> entries.set(read);
        try (Progress progress =
                Progress.of(
                        options,
                        () ->
                                new ProgressState(
                                        "reading metadata",
                                        0,
                                        entries.get(),
                                        OptionalLong.empty(),
                                        "entries"))) {
            GroupIndex.Reading reading =
                    some.isPresent() ? index.read(some.get(), count) : index.readAll(count);
            progress.done();
            return reading;
        }
    }

    /**
     * Says what could not be read. If nothing could, that is the failure of the command.
     *
     * @return what the command is to end with
     */
    static int report(GroupIndex.Reading reading) {
        List<GroupIndex.Problem> problems = reading.problems();
        if (problems.isEmpty()) {
            return ExitCode.DONE;
        }
        HoldfastException first = problems.get(0).failure();
        if (reading.snapshots().stream().allMatch(s -> s.archives().isEmpty())) {
            throw first;
        }
        for (GroupIndex.Problem problem :
                problems.subList(0, Math.min(SHOWN_PROBLEMS, problems.size()))) {
            System.err.println(
                    "holdfast: not all was searched: " + problem.message().replace('\n', ' '));
        }
        if (problems.size() > SHOWN_PROBLEMS) {
            System.err.println(
                    "holdfast: not all was searched: "
                            + (problems.size() - SHOWN_PROBLEMS)
                            + " more archives or snapshots could not be read");
        }
        return ExitCode.of(first);
    }
}
