package dev.holdfast.cli;

import dev.holdfast.Refused;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.snapshot.ArchiveReader;
import dev.holdfast.snapshot.ByteSource;
import dev.holdfast.snapshot.Snapshot;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code holdfast cat}. */
@Command(
        name = "cat",
        description = "Write one file, image or blob to standard output.",
        footer = {"", "Example:", "  holdfast cat host/web1/latest root.pxar/etc/fstab"})
final class CatCommand implements Callable<Integer> {
    private static final int COPY_BYTES = 1 << 20;

    @ParentCommand Holdfast parent;

    @Parameters(
            index = "0",
            paramLabel = "SNAPSHOT",
            description = "TYPE/ID/TIME or TYPE/ID/latest.")
    String snapshot;

    @Parameters(
            index = "1",
            paramLabel = "ARCHIVE/PATH",
            description = "root.pxar/etc/fstab, disk.img, fw.conf, …")
    String path;

    @Override
    public Integer call() {
        if (parent.options.json) {
            throw new UsageException("cat writes the bytes of a file; leave out --json");
        }
        try (Session session = new Session(parent.options);
                Snapshot open = session.open(session.snapshot(snapshot))) {
            copy(content(open, ArchivePath.parse(path)));
        }
        return ExitCode.DONE;
    }

    private static ByteSource content(Snapshot snapshot, ArchivePath path) {
        if (Archives.isTree(path.archive())) {
            ArchiveReader archive = snapshot.archive(path.archive());
            Entry entry = Archives.entry(snapshot, archive, path);
            if (!(entry.body() instanceof Body.Regular)) {
                throw new Refused(
                        path
                                + " is no regular file; "
                                + (entry.isDirectory() ? "list it with ls" : "it has no content"));
            }
            return archive.content(entry);
        }
        ManifestFile file = Archives.file(snapshot, path);
        return file.name().endsWith(".blob")
                ? ByteSource.of(snapshot.blob(file))
                : snapshot.source(file);
    }

    private static void copy(ByteSource source) {
        byte[] buffer = new byte[COPY_BYTES];
        for (long at = 0; at < source.size(); at += COPY_BYTES) {
            int n = (int) Math.min(COPY_BYTES, source.size() - at);
            source.read(at, buffer, 0, n);
            Output.bytes(buffer, 0, n);
            if (Output.flush()) {
                return;
            }
        }
        Output.flush();
    }
}
