package dev.holdfast.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.Refused;
import dev.holdfast.store.GarbageOptions;
import dev.holdfast.store.GarbageProgress;
import dev.holdfast.store.GarbageReport;
import dev.holdfast.store.Maintenance;
import dev.holdfast.store.ServerTasks;
import java.time.Duration;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;

/** {@code holdfast gc}. */
@Command(
        name = "gc",
        description = {
            "Remove chunks that no snapshot needs. Chunks used within the last day stay, whatever refers to them. Nobody can write"
                    + " to the datastore meanwhile; it may be interrupted at any time."
        },
        footer = {"", "Example:", "  holdfast gc --repository /srv/backup"})
final class GcCommand implements Callable<Integer> {
    @ParentCommand Holdfast parent;

    @Option(
            names = {"-n", "--dry-run"},
            description = "Only count what would be removed.")
    boolean dryRun;

    @Option(
            names = "--cutoff",
            paramLabel = "AGE",
            converter = Sizes.DurationConverter.class,
            description =
                    "Remove only what was not used for so long; 1m to 2d, default 1445m. Less than a day is safe only where"
                            + " access times are kept exactly.")
    Duration cutoff = GarbageOptions.DEFAULT_CUTOFF;

    private volatile ProgressState state =
            ProgressState.things("collecting garbage", 0, 0, "index files");

    @Override
    public Integer call() {
        GarbageOptions options = new GarbageOptions(cutoff, true, dryRun);
        try (Session session = new Session(parent.options)) {
            Optional<ServerTasks> server = session.repository().serverTasks();
            if (server.isPresent()) {
                if (dryRun) {
                    throw new UsageException(
                            "a server collects its garbage for real; leave out --dry-run");
                }
                return ServerTaskResult.report(
                        parent.options, server.get().collectGarbage(System.err::println));
            }
            Maintenance store =
                    session.repository()
                            .maintenance()
                            .orElseThrow(
                                    () ->
                                            new Refused(
                                                    session.repository().location()
                                                            + " cannot be collected from here"));
            GarbageReport report;
            try (Progress progress = Progress.of(parent.options, () -> state)) {
                report = store.collectGarbage(options, shownOn(progress));
            }
            if (parent.options.json) {
                Output.json(json(report));
            } else {
                print(report);
            }
            return report.missingChunks() > 0 ? ExitCode.DAMAGED : ExitCode.DONE;
        }
    }

    private GarbageProgress shownOn(Progress progress) {
        return new GarbageProgress() {
            @Override
            public void marked(int done, int total) {
                state = ProgressState.things("marking", done, total, "index files");
            }

            @Override
            public void swept(int done, int total) {
                state = ProgressState.things("sweeping", done, total, "directories");
            }

            @Override
            public void warning(String message) {
                progress.message("holdfast: warning: " + message);
            }
        };
    }

    private static ObjectNode json(GarbageReport report) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("index-file-count", report.indexFiles());
        json.put("index-data-bytes", report.indexDataBytes());
        json.put("disk-chunks", report.diskChunks()).put("disk-bytes", report.diskBytes());
        json.put("removed-chunks", report.removedChunks());
        json.put("removed-bytes", report.removedBytes());
        json.put("pending-chunks", report.pendingChunks());
        json.put("pending-bytes", report.pendingBytes());
        json.put("removed-bad", report.removedBad()).put("still-bad", report.stillBad());
        json.put("missing-chunks", report.missingChunks());
        return json.put("deduplication-factor", report.deduplicationFactor());
    }

    private void print(GarbageReport report) {
        Output.line(
                (dryRun ? "To be removed: " : "Removed:       ")
                        + Output.bytes(report.removedBytes())
                        + " in "
                        + report.removedChunks()
                        + " chunks"
                        + (report.removedBad() > 0 ? " and " + report.removedBad() + " bad" : ""));
        Output.line(
                "Pending:       "
                        + Output.bytes(report.pendingBytes())
                        + " in "
                        + report.pendingChunks()
                        + " chunks");
        Output.line(
                "In use:        "
                        + Output.bytes(report.diskBytes())
                        + " in "
                        + report.diskChunks()
                        + " chunks");
        Output.line(
                "Original data: "
                        + Output.bytes(report.indexDataBytes())
                        + " in "
                        + report.indexFiles()
                        + " archives");
        Output.line(
                String.format(Locale.ROOT, "Deduplication: %.2f", report.deduplicationFactor()));
        if (report.stillBad() > 0) {
            Output.line("Bad chunks:    " + report.stillBad());
        }
        if (report.missingChunks() > 0) {
            Output.line("Missing:       " + report.missingChunks() + " chunks; run verify");
        }
    }
}
