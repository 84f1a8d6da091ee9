package dev.holdfast.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.holdfast.backup.RestoreListener;
import dev.holdfast.backup.RestoreOptions;
import dev.holdfast.backup.RestoreReport;
import dev.holdfast.backup.Restorer;
import dev.holdfast.backup.StreamRestorer;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.os.OsError;
import dev.holdfast.snapshot.ChunkedSource;
import dev.holdfast.snapshot.Snapshot;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.LongAdder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code holdfast restore}. */
@Command(
        name = "restore",
        description = "Bring back a tree, a file, an image or a blob.",
        footer = {
            "",
            "Examples:",
            "  holdfast restore host/web1/latest root.pxar /tmp/restored",
            "  holdfast restore host/web1/latest root.pxar/etc /tmp/etc",
            "  holdfast restore vm/100/latest drive-scsi0.img /dev/vg/new --overwrite"
        })
final class RestoreCommand implements Callable<Integer> {
    @ParentCommand Holdfast parent;

    @Parameters(
            index = "0",
            paramLabel = "SNAPSHOT",
            description = "TYPE/ID/TIME or TYPE/ID/latest.")
    String snapshot;

    @Parameters(
            index = "1",
            paramLabel = "ARCHIVE[/PATH]",
            description = "root.pxar/etc, disk.img, fw.conf, …")
    String path;

    @Parameters(
            index = "2",
            paramLabel = "TARGET",
            description = "A new or empty directory; a file or device; - for standard output.")
    String target;

    @Option(names = "--overwrite", description = "Replace what is there.")
    boolean overwrite;

    private final LongAdder entries = new LongAdder();
    private final LongAdder bytes = new LongAdder();

    @Override
    public Integer call() {
        ArchivePath wanted = ArchivePath.parse(path);
        try (Session session = new Session(parent.options);
                Snapshot open = session.open(session.snapshot(snapshot))) {
            return Archives.isTree(wanted.archive()) ? tree(open, wanted) : stream(open, wanted);
        }
    }

    private byte[] rawTarget() {
        return target.getBytes(StandardCharsets.UTF_8);
    }

    private int tree(Snapshot open, ArchivePath wanted) {
        if (target.equals("-")) {
            throw new UsageException(
                    "a tree cannot be written to standard output; use cat for one file");
        }
        RestoreOptions options = RestoreOptions.standard();
        OptionalLong expected =
                wanted.isRoot()
                        ? OptionalLong.of(open.content(wanted.archive()).size())
                        : OptionalLong.empty();
        RestoreReport report;
        try (Progress progress =
                Progress.of(
                        parent.options,
                        () ->
                                ProgressState.entries(
                                        "restoring", entries.sum(), bytes.sum(), expected))) {
            report =
                    new Restorer(
                                    open,
                                    wanted.archive(),
                                    overwrite ? options.overwriting() : options,
                                    new Listener())
                            .restore(wanted.path(), rawTarget());
            progress.done();
        }
        report(report.entries(), report.contentBytes(), report.failures(), report.warnings());
        return report.isComplete() ? ExitCode.DONE : ExitCode.FAILED;
    }

    private int stream(Snapshot open, ArchivePath wanted) {
        ManifestFile file = Archives.file(open, wanted);
        StreamRestorer restorer = new StreamRestorer(overwrite, bytes::add);
        boolean toOutput = target.equals("-");
        if (file.name().endsWith(".blob")) {
            byte[] content = open.blob(file);
            if (toOutput) {
                Output.bytes(content, 0, content.length);
                Output.flush();
                return ExitCode.DONE;
            }
            restorer.toFile(content, rawTarget());
        } else {
            ChunkedSource source = open.source(file);
            try (Progress progress =
                    Progress.of(
                            parent.options,
                            () -> ProgressState.bytes("restoring", bytes.sum(), source.size()))) {
                if (toOutput) {
                    restorer.toOutput(source, new FileOutputStream(FileDescriptor.out));
                    return ExitCode.DONE;
                }
                restorer.toFile(source, rawTarget());
                progress.done();
            }
        }
        report(1, bytes.sum(), 0, 0);
        return ExitCode.DONE;
    }

    private void report(long restored, long contentBytes, long failures, long warnings) {
        if (parent.options.json) {
            Output.json(
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("entries", restored)
                            .put("content-bytes", contentBytes)
                            .put("failures", failures)
                            .put("warnings", warnings));
            return;
        }
        Output.remark(
                parent.options,
                String.format("Restored %d entries, %s.", restored, Output.bytes(contentBytes))
                        + (failures > 0
                                ? " " + failures + " entries could not be restored, see above."
                                : ""));
    }

    private final class Listener implements RestoreListener {
        @Override
        public void restored(byte[] restoredPath) {
            entries.increment();
        }

        @Override
        public void bytes(long count) {
            bytes.add(count);
        }

        @Override
        public void failed(byte[] failedPath, String reason) {
            System.err.println("holdfast: " + OsError.printable(failedPath) + ": " + reason);
        }

        @Override
        public void warned(byte[] warnedPath, String reason) {
            System.err.println(
                    "holdfast: warning: " + OsError.printable(warnedPath) + ": " + reason);
        }
    }
}
