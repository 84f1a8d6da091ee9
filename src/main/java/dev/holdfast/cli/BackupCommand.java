package dev.holdfast.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.backup.ExcludePattern;
import dev.holdfast.backup.HostImage;
import dev.holdfast.backup.HostTree;
import dev.holdfast.backup.ScanListener;
import dev.holdfast.backup.ScanOptions;
import dev.holdfast.chunk.EncodePipeline;
import dev.holdfast.format.BackupType;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.format.pxar.Body;
import dev.holdfast.os.OsError;
import dev.holdfast.snapshot.ArchiveListener;
import dev.holdfast.snapshot.BaseArchive;
import dev.holdfast.snapshot.FileCounts;
import dev.holdfast.snapshot.SnapshotBuilder;
import dev.holdfast.snapshot.SourceEntry;
import dev.holdfast.snapshot.WritePolicy;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.LongAdder;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code holdfast backup}. */
@Command(
        name = "backup",
        description = "Back up directories, images and files directly, without a mount.",
        footer = {
            "",
            "Examples:",
            "  holdfast backup root.pxar:/srv",
            "  holdfast backup root.pxar:/ home.pxar:/home etc.conf:/etc/fstab --id web1",
            "  holdfast backup disk.img:/dev/vg/snap --type vm --id 100"
        })
final class BackupCommand implements Callable<Integer> {
    private static final Pattern SPECIFICATION =
            Pattern.compile("([a-zA-Z0-9_-]+\\.(pxar|img|conf|log)):(.+)");

    @ParentCommand Holdfast parent;

    @Parameters(
            arity = "1..*",
            paramLabel = "ARCHIVE:PATH",
            description = "NAME.pxar:DIRECTORY, NAME.img:DEVICE or FILE, NAME.conf:FILE")
    List<String> sources = new ArrayList<>();

    @Option(
            names = "--id",
            paramLabel = "ID",
            description = "Name of the group; default is the host name.")
    Optional<String> id = Optional.empty();

    @Option(
            names = "--type",
            paramLabel = "host|vm|ct",
            defaultValue = "host",
            description = "Type of the group; default ${DEFAULT-VALUE}.")
    String type;

    @Option(
            names = "--time",
            paramLabel = "T",
            description =
                    "Time of the snapshot, Unix seconds or 2026-11-24T08:00:00Z; default now.")
    Optional<String> time = Optional.empty();

    @Option(names = "--notes", paramLabel = "T", description = "Notes of the snapshot.")
    Optional<String> notes = Optional.empty();

    @Option(
            names = "--exclude",
            paramLabel = "P",
            description = "Leave out what matches; may be repeated, '!P' includes again.")
    List<String> excludes = new ArrayList<>();

    @Option(
            names = "--all-file-systems",
            description = "Back up the contents of other file systems mounted in a directory too.")
    boolean allFileSystems;

    @Option(
            names = "--change-detection",
            paramLabel = "data|metadata",
            defaultValue = "metadata",
            description = {
                "metadata: files whose size, times, owner and mode are as in the previous snapshot are not read;"
                        + " data: everything is read. Default ${DEFAULT-VALUE}."
            })
    String changeDetection;

    @Option(
            names = "--allow-key-change",
            description = "Let a group that was encrypted with another key go on with this one.")
    boolean allowKeyChange;

    @Option(
            names = "--ledger",
            paramLabel = "FILE",
            description =
                    "Note the snapshot in this signed ledger, which verify --ledger compares with the repository.")
    Optional<Path> ledger = Optional.empty();

    private record Source(String archive, String kind, byte[] path) {}

    private final LongAdder entries = new LongAdder();
    private volatile OptionalLong expectedBytes = OptionalLong.empty();
    private FileCounts files = FileCounts.NONE;
    private long skipped;
    private volatile Optional<ProgressState> image = Optional.empty();

    @Override
    public Integer call() {
        List<Source> parsed = parseSources();
        if (!changeDetection.equals("data") && !changeDetection.equals("metadata")) {
            throw new UsageException(
                    "--change-detection " + changeDetection + ": expected data or metadata");
        }
        Instant start = Instant.now();
        try (Session session = new Session(parent.options);
                LedgerOption ledgerFile = new LedgerOption(ledger, session, parent.options)) {
            WritePolicy policy = session.writePolicy(allowKeyChange);
            SnapshotId snapshot = group().at(time());
            try (SnapshotBuilder builder =
                            SnapshotBuilder.begin(
                                    session.repository(),
                                    parent.options.namespace,
                                    snapshot,
                                    policy,
                                    Runtime.getRuntime().availableProcessors());
                    Progress progress = Progress.of(parent.options, () -> state(builder))) {
                for (Source source : parsed) {
                    backUp(builder, source);
                }
                ledgerFile.committed(parent.options.namespace, builder.finish(notes));
                progress.done();
                report(
                        snapshot,
                        builder.totals(),
                        Instant.now().toEpochMilli() - start.toEpochMilli());
            }
        }
        return skipped > 0 ? ExitCode.FAILED : ExitCode.DONE;
    }

    /** Of a tree one knows how large it was the last time. */
    private ProgressState state(SnapshotBuilder builder) {
        return image.orElseGet(
                () ->
                        ProgressState.entries(
                                "backing up",
                                entries.sum(),
                                builder.totals().contentBytes(),
                                expectedBytes));
    }

    private List<Source> parseSources() {
        List<Source> parsed = new ArrayList<>();
        Set<String> names = new HashSet<>();
        for (String source : sources) {
            Matcher matcher = SPECIFICATION.matcher(source);
            if (!matcher.matches()) {
                throw new UsageException(
                        "'"
                                + source
                                + "' is no source; write NAME.pxar:DIRECTORY, NAME.img:FILE or NAME.conf:FILE");
            }
            if (!names.add(matcher.group(1))) {
                throw new UsageException("the archive " + matcher.group(1) + " is named twice");
            }
            parsed.add(
                    new Source(
                            matcher.group(1),
                            matcher.group(2),
                            matcher.group(3).getBytes(StandardCharsets.UTF_8)));
        }
        return parsed;
    }

    private GroupId group() {
        BackupType backupType =
                BackupType.parse(type)
                        .orElseThrow(
                                () ->
                                        new UsageException(
                                                "--type " + type + ": expected host, vm or ct"));
        try {
            return new GroupId(backupType, id.orElseGet(BackupCommand::hostName));
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage() + "; name one with --id");
        }
    }

    private static String hostName() {
        try {
            return Files.readString(Path.of("/proc/sys/kernel/hostname")).strip();
        } catch (IOException e) {
            try {
                return InetAddress.getLocalHost().getHostName();
            } catch (UnknownHostException unknown) {
                throw new UsageException("the host name is not known; name the group with --id");
            }
        }
    }

    private long time() {
        if (time.isEmpty()) {
            return Instant.now().getEpochSecond();
        }
        try {
            return time.get().matches("[0-9]+")
                    ? Long.parseLong(time.get())
                    : Instant.parse(time.get()).getEpochSecond();
        } catch (DateTimeParseException | NumberFormatException e) {
            throw new UsageException(
                    "--time " + time.get() + ": expected Unix seconds or 2026-11-24T08:00:00Z");
        }
    }

    private void backUp(SnapshotBuilder builder, Source source) {
        switch (source.kind()) {
            case "pxar" -> tree(builder, source);
            case "img" -> {
                try (HostImage image = HostImage.open(source.path())) {
                    builder.image(source.archive(), new Counting(source.archive(), image));
                    files = files.plusRead(image.sizeBytes());
                    if (image.hasChanged()) {
                        warn(
                                source.path(),
                                "changed while it was read: the image is of no single moment");
                    }
                }
            }
            default -> {
                byte[] content = HostImage.blob(source.path());
                files = files.plusRead(content.length);
                builder.blob(source.archive(), content);
            }
        }
    }

    private void tree(SnapshotBuilder builder, Source source) {
        Optional<BaseArchive> base =
                changeDetection.equals("metadata")
                        ? builder.base(source.archive())
                        : Optional.empty();
        List<ExcludePattern> patterns = new ArrayList<>();
        for (String exclude : excludes) {
            try {
                patterns.add(ExcludePattern.parse(exclude));
            } catch (RuntimeException e) {
                throw new UsageException("--exclude " + exclude + ": " + e.getMessage());
            }
        }
        ScanListener warnings =
                new ScanListener() {
                    @Override
                    public void skipped(byte[] path, String reason) {
                        warn(path, "left out: " + reason);
                    }

                    @Override
                    public void incomplete(byte[] path, String reason) {
                        warn(path, reason);
                    }
                };
        ScanOptions options = new ScanOptions(allFileSystems, Set.of(), patterns);
        try (HostTree tree = HostTree.open(source.path(), options, base, warnings)) {
            expectedBytes =
                    base.map(b -> builder.totals().contentBytes() + b.payload().size())
                            .map(OptionalLong::of)
                            .orElse(OptionalLong.empty());
            builder.tree(source.archive(), tree.root(), base, tree.prelude(), new Listener());
            expectedBytes = OptionalLong.empty();
            skipped += tree.skipped() + tree.incomplete();
        }
    }

    private void warn(byte[] path, String what) {
        System.err.println("holdfast: warning: " + OsError.printable(path) + ": " + what);
    }

    private final class Listener implements ArchiveListener {
        @Override
        public void visited(SourceEntry entry) {
            entries.increment();
        }

        @Override
        public void placed(
                SourceEntry.File file, long filenameOffset, Body.Regular placed, boolean reused) {
            files = files.plus(file, reused);
        }
    }

    /** Counts what is read of an image. */
    private final class Counting implements SourceEntry.Content {
        private final String task;
        private final HostImage image;
        private final long totalBytes;
        private long doneBytes;

        Counting(String archive, HostImage image) {
            this.task = "backing up " + archive;
            this.image = image;
            this.totalBytes = image.sizeBytes();
        }

        @Override
        public int read(byte[] buffer, int offset, int length) {
            int n = image.read(buffer, offset, length);
            doneBytes += Math.max(0, n);
            BackupCommand.this.image =
                    Optional.of(ProgressState.bytes(task, doneBytes, totalBytes));
            return n;
        }

        @Override
        public void close() {
            BackupCommand.this.image = Optional.empty();
            image.close();
        }
    }

    private void report(SnapshotId snapshot, EncodePipeline.Totals totals, long millis) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("snapshot", snapshot.toString())
                .put("entries", entries.sum())
                .put("skipped", skipped);
        Summary.put(json, files);
        if (changeDetection.equals("data")) {
            Summary.removeComparison(json);
        }
        json.put("content-bytes", totals.contentBytes()).put("new-bytes", totals.newContentBytes());
        json.put("stored-bytes", totals.newBlobBytes())
                .put("chunks", totals.chunks())
                .put("new-chunks", totals.newChunks());
        json.put("seconds", millis / 1000.0);
        if (parent.options.json) {
            Output.json(json);
            return;
        }
        Output.line(snapshot.toString());
        Summary.lines(json).forEach(line -> Output.remark(parent.options, line));
        if (skipped > 0) {
            Output.remark(
                    parent.options, skipped + " entries are missing or incomplete, see above.");
        }
    }
}
