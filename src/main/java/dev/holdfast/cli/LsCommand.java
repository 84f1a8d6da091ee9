package dev.holdfast.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.format.pxar.Stat;
import dev.holdfast.os.OsError;
import dev.holdfast.snapshot.ArchiveReader;
import dev.holdfast.snapshot.DirectoryListing;
import dev.holdfast.snapshot.Snapshot;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code holdfast ls}. */
@Command(
        name = "ls",
        description = "List a directory of an archive.",
        footer = {"", "Example:", "  holdfast ls host/web1/latest root.pxar/etc"})
final class LsCommand implements Callable<Integer> {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd HH:mm:ss");

    @ParentCommand Holdfast parent;

    @Parameters(
            index = "0",
            paramLabel = "SNAPSHOT",
            description = "TYPE/ID/TIME or TYPE/ID/latest.")
    String snapshot;

    @Parameters(
            index = "1",
            paramLabel = "ARCHIVE[/PATH]",
            description = "root.pxar/etc, disk.img, …")
    String path;

    @Override
    public Integer call() {
        try (Session session = new Session(parent.options);
                Snapshot open = session.open(session.snapshot(snapshot))) {
            ArchivePath wanted = ArchivePath.parse(path);
            ArrayNode json = JsonNodeFactory.instance.arrayNode();
            if (!Archives.isTree(wanted.archive())) {
                ManifestFile file = Archives.file(open, wanted);
                if (parent.options.json) {
                    json.addObject().put("name", wanted.archive()).put("size", file.sizeBytes());
                } else {
                    Output.line(String.format("%12d %s", file.sizeBytes(), wanted.archive()));
                }
            } else {
                ArchiveReader archive = open.archive(wanted.archive());
                Entry entry = Archives.entry(open, archive, wanted);
                if (entry.isDirectory()) {
                    for (DirectoryListing listing = archive.open(entry).list();
                            listing.hasNext(); ) {
                        show(listing.next(), json);
                    }
                } else {
                    show(entry, json);
                }
            }
            if (parent.options.json) {
                Output.json(json);
            }
        }
        return ExitCode.DONE;
    }

    private void show(Entry entry, ArrayNode json) {
        Stat stat = entry.metadata().stat();
        String name = OsError.printable(entry.name());
        String target =
                entry.body() instanceof Body.Symlink link ? OsError.printable(link.target()) : "";
        long size = entry.body() instanceof Body.Regular file ? file.sizeBytes() : 0;
        if (parent.options.json) {
            ObjectNode object = json.addObject();
            object.put("name", name).put("mode", entry.mode());
            object.put("uid", Integer.toUnsignedLong(stat.uid()))
                    .put("gid", Integer.toUnsignedLong(stat.gid()));
            object.put("mtime", stat.mtimeSeconds())
                    .put("mtime-nsec", stat.mtimeNanos())
                    .put("size", size);
            if (!target.isEmpty()) {
                object.put("target", target);
            }
            return;
        }
        String time =
                TIME.format(
                        Instant.ofEpochSecond(stat.mtimeSeconds()).atZone(ZoneId.systemDefault()));
        Output.line(
                String.format(
                        "%s %5d %5d %12d %s %s%s",
                        ModeText.of(entry.mode()),
                        Integer.toUnsignedLong(stat.uid()),
                        Integer.toUnsignedLong(stat.gid()),
                        size,
                        time,
                        name,
                        target.isEmpty() ? "" : " -> " + target));
    }
}
