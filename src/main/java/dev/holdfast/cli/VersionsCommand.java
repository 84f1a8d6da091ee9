package dev.holdfast.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.NotFound;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.search.Contents;
import dev.holdfast.search.GroupIndex;
import dev.holdfast.search.Likeness;
import dev.holdfast.search.Versions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code holdfast versions}. */
@Command(
        name = "versions",
        description = {
            "Show the distinct versions of a file or directory in all snapshots of a group.",
            "Contents are compared without reading them. 'same chunks': certainly one content, as it is at the same place"
                    + " of the same chunks; 'size and time': stored in other chunks meanwhile, but of the same size and"
                    + " modification time, so very likely one content. Directories count as the same if all names, sizes,"
                    + " times and attributes below are."
        },
        footer = {
            "",
            "Examples:",
            "  holdfast versions host/web1/latest root.pxar/etc/passwd",
            "  holdfast versions host/web1/latest root.pxar/srv/www --json"
        })
final class VersionsCommand implements Callable<Integer> {
    @ParentCommand Holdfast parent;

    @Mixin IndexOptions index;

    @Parameters(
            index = "0",
            paramLabel = "SNAPSHOT",
            description =
                    "TYPE/ID/TIME or TYPE/ID/latest: its group is searched, and its version is marked.")
    String snapshot;

    @Parameters(
            index = "1",
            paramLabel = "ARCHIVE/PATH",
            description = "root.pxar/etc/passwd, root.pxar/etc, disk.img, …")
    String path;

    @Override
    public Integer call() {
        ArchivePath wanted = ArchivePath.parse(path);
        try (Session session = new Session(parent.options)) {
            SnapshotId marked = session.snapshot(snapshot);
            try (GroupIndex opened = index.open(session, parent.options, marked.group())) {
                GroupIndex.Reading reading =
                        IndexOptions.read(parent.options, opened, Optional.empty());
                int code = IndexOptions.report(reading);
                List<byte[]> names = FoundItem.names(wanted);
                List<Versions.Version> versions =
                        Versions.of(opened, reading.snapshots(), names, places(opened, names));
                if (versions.isEmpty()) {
                    throw new NotFound("no snapshot of " + marked.group() + " has " + wanted);
                }
                show(versions, marked);
                return code;
            }
        }
    }

    private static Versions.Places places(GroupIndex index, List<byte[]> path) {
        return id -> {
            try (Contents contents = index.contents(id)) {
                return contents.find(path);
            }
        };
    }

    private void show(List<Versions.Version> versions, SnapshotId marked) {
        ArrayNode json = JsonNodeFactory.instance.arrayNode();
        List<String[]> rows = new ArrayList<>();
        rows.add(
                new String[] {
                    "VERSION", "FIRST", "LAST", "COUNT", "TYPE", "SIZE", "MODIFIED", "EQUAL BY"
                });
        for (Versions.Version version : versions) {
            boolean certain = version.likeness() == Likeness.SAME;
            boolean isMarked = version.snapshots().contains(marked);
            int count = version.snapshots().size();
            rows.add(
                    new String[] {
                        rows.size() + (isMarked ? " *" : ""),
                        version.first().timeText(),
                        version.last().timeText(),
                        Integer.toString(count),
                        version.item().kind().text(),
                        FoundItem.size(version.item()),
                        FoundItem.time(version.item()),
                        count == 1 ? "" : certain ? "same chunks" : "size and time"
                    });
            ObjectNode object = json.addObject();
            FoundItem.put(object, version.item());
            object.put("first", version.first().toString());
            object.put("last", version.last().toString());
            object.put("certain", certain).put("marked", isMarked);
            ArrayNode snapshots = object.putArray("snapshots");
            version.snapshots().forEach(id -> snapshots.add(id.toString()));
        }
        if (parent.options.json) {
            Output.json(json);
        } else {
            Output.table(rows);
        }
    }
}
