package dev.holdfast.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.search.GroupIndex;
import dev.holdfast.search.Item;
import dev.holdfast.search.Search;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code holdfast find}. */
@Command(
        name = "find",
        description = {
            "Find files by name in all snapshots of a group, or of all groups.",
            "Only metadata is read. What was read once is kept in an encrypted index in"
                    + " $XDG_CACHE_HOME/holdfast/search, so that later searches take a moment."
        },
        footer = {
            "",
            "Examples:",
            "  holdfast find host/web1 '*.conf'",
            "  holdfast find host/web1 /etc/nginx/**/*.conf --type f",
            "  holdfast find 'invoice-2026-*' -i --newer 30d --size +1M",
            "  holdfast find host/web1 'root.pxar/srv/*' --latest --json"
        })
final class FindCommand implements Callable<Integer> {
    private static final String ROW = "%-20s  %-20s  %5s  %12s  %-19s  %s";

    @ParentCommand Holdfast parent;

    @Mixin FindFilter filter;

    @Mixin IndexOptions index;

    @Option(names = "--latest", description = "Only in the newest snapshot of each group.")
    boolean latest;

    @Parameters(
            arity = "1..2",
            paramLabel = "[GROUP] PATTERN",
            description =
                    "TYPE/ID, and a glob: of a name; with a slash, of the end of a path; with a leading slash, of"
                            + " a path from the root of an archive. '**' is any number of names.")
    List<String> words;

    private final ArrayNode json = JsonNodeFactory.instance.arrayNode();

    @Override
    public Integer call() {
        Search.Matcher matcher = filter.matcher(words.get(words.size() - 1));
        int code = ExitCode.DONE;
        try (Session session = new Session(parent.options)) {
            for (GroupId group : groups(session)) {
                int of = search(session, group, matcher);
                code = code == ExitCode.DONE ? of : code;
            }
        }
        if (parent.options.json) {
            Output.json(json);
        } else if (json.isEmpty()) {
            Output.remark(parent.options, "nothing found");
        }
        return code;
    }

    private List<GroupId> groups(Session session) {
        return words.size() == 2
                ? List.of(Session.group(words.get(0)))
                : session.repository().groups(parent.options.namespace).stream()
                        .filter(
                                group ->
                                        session
                                                .repository()
                                                .snapshots(parent.options.namespace, group)
                                                .stream()
                                                .anyMatch(s -> s.finished()))
                        .toList();
    }

    private int search(Session session, GroupId group, Search.Matcher matcher) {
        try (GroupIndex opened = index.open(session, parent.options, group)) {
            Optional<List<SnapshotId>> some =
                    latest ? Optional.of(newest(opened.list())) : Optional.empty();
            GroupIndex.Reading reading = IndexOptions.read(parent.options, opened, some);
            int before = json.size();
            new Search(opened, reading.snapshots(), matcher)
                    .run(hit -> show(group, hit, json.size() == before));
            return IndexOptions.report(reading);
        }
    }

    private static List<SnapshotId> newest(List<SnapshotId> all) {
        return all.subList(all.size() - 1, all.size());
    }

    private void show(GroupId group, Search.Hit hit, boolean isFirst) {
        List<SnapshotId> in = hit.snapshots();
        Item item = hit.item();
        SnapshotId first = in.get(0);
        SnapshotId last = in.get(in.size() - 1);
        if (!parent.options.json) {
            json.add(1); // only counted
            if (isFirst) {
                Output.line(group + ":");
                Output.line(
                        String.format(ROW, "FIRST", "LAST", "COUNT", "SIZE", "MODIFIED", "PATH"));
            }
            Output.line(
                    String.format(
                            ROW,
                            first.timeText(),
                            last.timeText(),
                            in.size(),
                            FoundItem.size(item),
                            FoundItem.time(item),
                            FoundItem.path(hit.path(), item)));
            return;
        }
        ObjectNode object = json.addObject();
        object.put("group", group.toString());
        FoundItem.putPath(object, hit.path());
        FoundItem.put(object, item);
        object.put("first", first.toString()).put("last", last.toString());
        ArrayNode snapshots = object.putArray("snapshots");
        in.forEach(id -> snapshots.add(id.toString()));
    }
}
