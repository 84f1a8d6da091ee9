package dev.holdfast.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.BadKey;
import dev.holdfast.NotFound;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.store.Repository;
import dev.holdfast.store.ServerTasks;
import dev.holdfast.upkeep.ChunkLedger;
import dev.holdfast.upkeep.LedgerCheck;
import dev.holdfast.upkeep.SnapshotLedger;
import dev.holdfast.upkeep.Verification;
import dev.holdfast.upkeep.VerifyOptions;
import dev.holdfast.upkeep.VerifyProblem;
import dev.holdfast.upkeep.VerifyProgress;
import dev.holdfast.upkeep.VerifyReport;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.TypeConversionException;

/** {@code holdfast verify}. */
@Command(
        name = "verify",
        description = {
            "Read and check everything that is stored. With the key, every chunk is opened and its digest compared, and every"
                    + " archive is decoded; without it (or with --crypt-mode none) checksums, sizes and existence are checked. An"
                    + " interrupted run is continued with --unverified-since."
        },
        footer = {
            "",
            "Examples:",
            "  holdfast verify host/web1",
            "  holdfast verify --unverified-since 30d --quarantine",
            "  holdfast verify --sample 5%%"
        })
final class VerifyCommand implements Callable<Integer> {
    @ParentCommand Holdfast parent;

    @Parameters(
            arity = "0..1",
            paramLabel = "WHAT",
            description = "GROUP or SNAPSHOT; without it the namespace and all below it.")
    Optional<String> what = Optional.empty();

    @Option(
            names = "--newer-than",
            paramLabel = "AGE",
            converter = Sizes.DurationConverter.class,
            description = "Only snapshots made within this time, like 7d.")
    Optional<Duration> newerThan = Optional.empty();

    @Option(
            names = "--unverified-since",
            paramLabel = "AGE",
            converter = Sizes.DurationConverter.class,
            description = "Only chunks that were not checked within this time, like 30d.")
    Optional<Duration> unverifiedSince = Optional.empty();

    @Option(
            names = "--sample",
            paramLabel = "PERCENT",
            converter = PercentConverter.class,
            description =
                    "Only so many of the chunks, like 5%%: those that were checked longest ago.")
    double sample = 1;

    @Option(
            names = "--quarantine",
            description =
                    "Rename damaged chunks, so that the next backup stores them again (a server does the same).")
    boolean quarantine;

    @Option(
            names = "--rate",
            paramLabel = "BYTES",
            converter = Sizes.SizeConverter.class,
            description = "Read at most so much per second, like 50M.")
    Optional<Long> rate = Optional.empty();

    @Option(
            names = "--threads",
            paramLabel = "N",
            description = "Check so many chunks at once; default ${DEFAULT-VALUE}.")
    int threads = Math.max(2, Runtime.getRuntime().availableProcessors());

    @Option(names = "--no-record", description = "Do not write the result into the manifests.")
    boolean noRecord;

    @Option(
            names = "--ledger",
            paramLabel = "FILE",
            description =
                    "Compare the snapshots with this sealed ledger instead: name those that were removed, replaced or rolled back.")
    Optional<Path> ledger = Optional.empty();

    @Option(
            names = "--adopt",
            description =
                    "With --ledger: enter the snapshots that it does not know as they are now.")
    boolean adopt;

    @Option(
            names = "--on-server",
            description =
                    "Let the server verify what it can without the key, instead of reading everything here.")
    boolean onServer;

    private volatile ProgressState state = ProgressState.bytes("verifying", 0, 0);
    private final Stopwatch stopwatch = new Stopwatch();

    @Override
    public Integer call() {
        if (adopt && ledger.isEmpty()) {
            throw new UsageException("--adopt needs --ledger FILE");
        }
        if (ledger.isPresent() && what.isPresent()) {
            throw new UsageException("--ledger compares all snapshots; name none");
        }
        try (Session session = new Session(parent.options)) {
            if (onServer) {
                return verifyOnServer(session);
            }
            return ledger.isPresent() ? compare(session) : verify(session);
        }
    }

    private int verifyOnServer(Session session) {
        ServerTasks server =
                session.repository()
                        .serverTasks()
                        .orElseThrow(
                                () ->
                                        new UsageException(
                                                "--on-server needs a repository on a server"));
        Optional<SnapshotId> snapshot =
                what.isPresent() ? Optional.of(session.snapshot(what.get())) : Optional.empty();
        return ServerTaskResult.report(
                parent.options,
                server.verify(parent.options.namespace, snapshot, System.err::println));
    }

    private int verify(Session session) {
        VerifyOptions options =
                new VerifyOptions(
                        threads,
                        quarantine,
                        newerThan.map(age -> Instant.now().minus(age)),
                        unverifiedSince,
                        sample,
                        rate.map(OptionalLong::of).orElse(OptionalLong.empty()),
                        !noRecord);
        Repository repository = session.repository();
        List<Verification.Target> targets = targets(session, repository);
        ChunkLedger chunks =
                ChunkLedger.fileFor(repository.location(), System.getenv())
                        .map(file -> ChunkLedger.open(file, repository.location()))
                        .orElseGet(ChunkLedger::inMemory);
        VerifyReport report;
        try (Progress progress = Progress.of(parent.options, () -> state)) {
            report =
                    new Verification(repository, session.keys(), chunks, options, shownOn(progress))
                            .run(targets, what.isEmpty() && parent.options.namespace.isRoot());
        }
        if (parent.options.json) {
            Output.json(json(report));
        } else {
            print(report);
        }
        return report.isClean() ? ExitCode.DONE : ExitCode.DAMAGED;
    }

    private List<Verification.Target> targets(Session session, Repository repository) {
        Namespace namespace = parent.options.namespace;
        if (what.isEmpty()) {
            if (!repository.namespaces().contains(namespace)) {
                throw new NotFound(
                        "there is no namespace '" + namespace + "' in " + repository.location());
            }
            return Verification.all(repository, namespace);
        }
        Optional<GroupId> group = GroupId.tryParse(what.get());
        if (group.isPresent()) {
            List<Verification.Target> targets =
                    Verification.group(repository, namespace, group.get());
            if (targets.isEmpty()) {
                throw new NotFound(
                        "group " + group.get() + " has no snapshot in " + repository.location());
            }
            return targets;
        }
        SnapshotId snapshot = session.snapshot(what.get());
        repository.open(namespace, snapshot).close();
        return List.of(new Verification.Target(namespace, snapshot));
    }

    private VerifyProgress shownOn(Progress progress) {
        return new VerifyProgress() {
            @Override
            public void checked(long doneBytes, long totalBytes) {
                state = ProgressState.bytes("verifying", doneBytes, totalBytes);
            }

            @Override
            public void problem(VerifyProblem problem) {
                if (!parent.options.json) {
                    progress.message("holdfast: damaged: " + problem);
                }
            }
        };
    }

    private void print(VerifyReport report) {
        report.damagedChunks().forEach(digest -> Output.line("damaged chunk " + digest));
        Output.line(
                report.snapshots()
                        + " snapshots verified, "
                        + report.failed()
                        + " damaged"
                        + (report.skipped() > 0 ? ", " + report.skipped() + " left out" : "")
                        + "; "
                        + report.chunks()
                        + " chunks, "
                        + Output.bytes(report.contentBytes())
                        + "; "
                        + stopwatch.secondsAndRate(report.contentBytes()));
        if (report.withoutKey() > 0) {
            Output.line(
                    report.withoutKey()
                            + " of them without their key: checksums compared, contents not opened");
        }
        report.checkedSince()
                .ifPresent(time -> Output.line("every chunk was checked since " + time));
        if (report.quarantined() > 0) {
            Output.remark(
                    parent.options,
                    report.quarantined()
                            + " damaged chunks moved aside; the next backup that has their content stores it again.");
        } else if (!report.damagedChunks().isEmpty()) {
            Output.remark(
                    parent.options,
                    "Run again with --quarantine, so that the next backup stores damaged chunks again.");
        }
    }

    private static ObjectNode json(VerifyReport report) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("ok", report.isClean()).put("snapshots", report.snapshots());
        json.put("failed", report.failed()).put("skipped", report.skipped());
        json.put("without-key", report.withoutKey()).put("chunks", report.chunks());
        json.put("bytes", report.contentBytes()).put("quarantined", report.quarantined());
        json.put("checked-since", report.checkedSince().map(Instant::toString).orElse(null));
        ArrayNode damaged = json.putArray("damaged-chunks");
        report.damagedChunks().forEach(digest -> damaged.add(digest.hex()));
        ArrayNode problems = json.putArray("problems");
        for (VerifyProblem problem : report.problems()) {
            ObjectNode one = problems.addObject();
            one.put("ns", problem.namespace().toString());
            one.put("snapshot", problem.snapshot().toString());
            one.put("archive", problem.archive().orElse(null));
            one.put("path", problem.path().orElse(null));
            if (problem.startOffset().isPresent()) {
                one.put("start", problem.startOffset().getAsLong());
                one.put("end", problem.endOffset().orElseThrow());
            }
            one.put("message", problem.message());
        }
        return json.put("omitted-problems", report.omittedProblems());
    }

    private int compare(Session session) {
        SnapshotLedger sealed = SnapshotLedger.open(ledger.orElseThrow(), session.keys());
        LedgerCheck check = new LedgerCheck(session.repository(), sealed);
        List<LedgerCheck.Finding> findings = check.run();
        if (adopt) {
            BackupKey key =
                    session.keys()
                            .first()
                            .orElseThrow(
                                    () ->
                                            new BadKey(
                                                    "--adopt needs the key; give it with --keyfile"));
            int entered = check.adopt(key, parent.options.namespace);
            Output.remark(parent.options, entered + " snapshots entered into the ledger.");
        }
        if (parent.options.json) {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            json.put("ok", findings.isEmpty()).put("records", sealed.records());
            json.put("head", sealed.head());
            ArrayNode array = json.putArray("findings");
            for (LedgerCheck.Finding finding : findings) {
                array.addObject()
                        .put("ns", finding.name().namespace().toString())
                        .put("snapshot", finding.name().snapshot().toString())
                        .put(
                                "kind",
                                finding.kind()
                                        .name()
                                        .toLowerCase(java.util.Locale.ROOT)
                                        .replace('_', '-'));
            }
            Output.json(json);
        } else {
            findings.forEach(finding -> Output.line(finding.toString()));
            Output.line(
                    sealed.expected().size()
                            + " snapshots expected, "
                            + findings.size()
                            + " not as they should be; head "
                            + sealed.head());
        }
        return findings.isEmpty() ? ExitCode.DONE : ExitCode.DAMAGED;
    }

    static final class PercentConverter implements ITypeConverter<Double> {
        @Override
        public Double convert(String value) {
            String number = value.endsWith("%") ? value.substring(0, value.length() - 1) : value;
            try {
                double percent = Double.parseDouble(number);
                if (percent > 0 && percent <= 100) {
                    return percent / 100;
                }
            } catch (NumberFormatException e) {
                // Said below.
            }
            throw new TypeConversionException(
                    "'"
                            + value
                            + "' is no percentage; write it like 5%, more than 0 and at most 100");
        }
    }
}
