package dev.holdfast.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.store.Repository;
import dev.holdfast.upkeep.GroupFilter;
import dev.holdfast.upkeep.Sync;
import dev.holdfast.upkeep.SyncOptions;
import dev.holdfast.upkeep.SyncProgress;
import dev.holdfast.upkeep.SyncReport;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code holdfast sync}. */
@Command(
        name = "sync",
        description = {
            "Copy snapshots from one repository to another as they are stored; no key is needed. Snapshots of a group that are"
                    + " newer than all in the target arrive in order, each complete or not at all."
        },
        footer = {
            "",
            "Examples:",
            "  holdfast sync /srv/backup /mnt/usb/backup --encrypted-only",
            "  holdfast sync /srv/backup /mnt/usb/backup --ns web --target-ns copies/web --group-filter type:host"
        })
final class SyncCommand implements Callable<Integer> {
    @ParentCommand Holdfast parent;

    @Parameters(index = "0", paramLabel = "SRC", description = "Repository to copy from.")
    String from;

    @Parameters(index = "1", paramLabel = "DST", description = "Repository to copy to.")
    String to;

    @Option(
            names = "--target-ns",
            paramLabel = "NS",
            converter = GlobalOptions.NamespaceConverter.class,
            description = "Namespace in the target; default is that of --ns.")
    Optional<Namespace> targetNamespace = Optional.empty();

    @Option(
            names = "--max-depth",
            paramLabel = "N",
            description = "Namespaces so many levels below; 0 is none; default all.")
    Optional<Integer> maxDepth = Optional.empty();

    @Option(
            names = "--group-filter",
            paramLabel = "FILTER",
            description =
                    "type:vm, group:host/web1 or regex:PATTERN, with exclude: before it to leave out; may be repeated.")
    List<String> filters = new ArrayList<>();

    @Option(
            names = "--encrypted-only",
            description =
                    "Leave out, and list, every snapshot that is not encrypted in all its parts.")
    boolean encryptedOnly;

    @Option(
            names = "--verified-only",
            description = "Leave out snapshots that the source has not found right.")
    boolean verifiedOnly;

    @Option(
            names = "--transfer-last",
            paramLabel = "N",
            description = "Only the newest N snapshots of each group.")
    Optional<Integer> transferLast = Optional.empty();

    @Option(
            names = "--remove-vanished",
            description =
                    "Remove from the target what the source does not have; protected snapshots stay.")
    boolean removeVanished;

    @Option(
            names = "--resync-corrupt",
            description = "Copy snapshots again that failed verification in the target.")
    boolean resyncCorrupt;

    @Option(
            names = "--rate",
            paramLabel = "BYTES",
            converter = Sizes.SizeConverter.class,
            description = "At most so much per second, like 50M.")
    Optional<Long> rate = Optional.empty();

    @Option(
            names = "--parallel-groups",
            paramLabel = "N",
            description = "Copy so many groups at once; default 1.")
    int groupsAtOnce = 1;

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "So many chunks travel at once; default ${DEFAULT-VALUE}.")
    int threads = Math.max(2, Runtime.getRuntime().availableProcessors());

    private final Stopwatch stopwatch = new Stopwatch();

    @Override
    public Integer call() {
        if (parent.options.repository.isPresent()) {
            throw new UsageException("sync names both repositories itself; leave out --repository");
        }
        SyncOptions options =
                new SyncOptions(
                        parent.options.namespace,
                        targetNamespace.orElse(parent.options.namespace),
                        maxDepth.map(OptionalInt::of).orElse(OptionalInt.empty()),
                        filters.stream().map(GroupFilter::parse).toList(),
                        encryptedOnly,
                        verifiedOnly,
                        transferLast.map(OptionalInt::of).orElse(OptionalInt.empty()),
                        removeVanished,
                        resyncCorrupt,
                        threads,
                        groupsAtOnce,
                        rate.map(OptionalLong::of).orElse(OptionalLong.empty()));
        try (Repository source = RepositoryLocation.open(from);
                Repository target = RepositoryLocation.open(to)) {
            if (source.location().equals(target.location())
                    && options.sourceNamespace().equals(options.targetNamespace())) {
                throw new UsageException("source and target are the same");
            }
            Shown shown = new Shown();
            SyncReport report;
            try (Progress progress = Progress.of(parent.options, () -> shown.state)) {
                report = new Sync(source, target, options, shown).run();
                progress.done();
            }
            print(report);
            return report.failed().isEmpty() ? ExitCode.DONE : ExitCode.FAILED;
        }
    }

    /** Of several groups that travel at once, what was heard of last is shown. */
    private static final class Shown implements SyncProgress {
        private volatile String snapshot = "";
        private volatile ProgressState state = ProgressState.bytes("comparing", 0, 0);

        @Override
        public void snapshot(SnapshotId id) {
            snapshot = id.toString();
        }

        @Override
        public void chunk(String archive, long doneBytes, long totalBytes) {
            state = ProgressState.bytes(snapshot + " " + archive, doneBytes, totalBytes);
        }
    }

    private void print(SyncReport report) {
        if (parent.options.json) {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            json.put("ok", report.failed().isEmpty());
            ArrayNode copied = json.putArray("copied");
            report.copied().forEach(copied::add);
            remarks(json.putArray("skipped"), report.skipped());
            remarks(json.putArray("failed"), report.failed());
            ArrayNode removed = json.putArray("removed");
            report.removed().forEach(removed::add);
            json.put("chunks", report.chunks()).put("bytes", report.bytes());
            json.put("known-chunks", report.knownChunks());
            Output.json(json);
            return;
        }
        report.copied().forEach(name -> Output.line("copied   " + name));
        report.removed().forEach(name -> Output.line("removed  " + name));
        report.skipped().forEach(r -> Output.line("left out " + r.what() + ": " + r.why()));
        report.failed()
                .forEach(r -> System.err.println("holdfast: failed: " + r.what() + ": " + r.why()));
        Output.line(
                report.copied().size()
                        + " snapshots copied, "
                        + report.chunks()
                        + " chunks with "
                        + Output.bytes(report.bytes())
                        + " travelled, "
                        + report.knownChunks()
                        + " were there"
                        + "; "
                        + stopwatch.secondsAndRate(report.bytes()));
    }

    private static void remarks(ArrayNode array, List<SyncReport.Remark> remarks) {
        for (SyncReport.Remark remark : remarks) {
            array.addObject().put("snapshot", remark.what()).put("reason", remark.why());
        }
    }
}
