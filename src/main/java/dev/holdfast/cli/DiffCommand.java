package dev.holdfast.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.NotFound;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.search.Aspect;
import dev.holdfast.search.Contents;
import dev.holdfast.search.Diff;
import dev.holdfast.search.GroupIndex;
import dev.holdfast.search.IndexedSnapshot;
import dev.holdfast.search.Item;
import dev.holdfast.search.Kind;
import dev.holdfast.search.Likeness;
import dev.holdfast.search.Pages;
import dev.holdfast.search.Pair;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code holdfast diff}. */
@Command(
        name = "diff",
        description = {
            "Show what was added (+), removed (-) and changed (M) between two snapshots, and what of it changed.",
            "Only metadata is read; what has the same size and modification time counts as unchanged. 'content?' means: of the same size, modified at another time and stored in other"
                    + " chunks; whether the content differs, only reading it could tell."
        },
        footer = {
            "",
            "Examples:",
            "  holdfast diff host/web1/2026-11-23T08:00:00Z host/web1/latest",
            "  holdfast diff host/web1/2026-11-23T08:00:00Z host/web1/latest root.pxar/etc --json"
        })
final class DiffCommand implements Callable<Integer> {
    @ParentCommand Holdfast parent;

    @Mixin IndexOptions index;

    @Option(names = "--exit-code", description = "End with 1 if anything differs, as diff(1) does.")
    boolean exitCode;

    @Parameters(index = "0", paramLabel = "SNAPSHOT", description = "The older one.")
    String before;

    @Parameters(index = "1", paramLabel = "SNAPSHOT", description = "The newer one.")
    String after;

    @Parameters(
            index = "2",
            arity = "0..1",
            paramLabel = "ARCHIVE[/PATH]",
            description = "Only this archive, directory or file.")
    Optional<String> path = Optional.empty();

    private final ObjectNode json = JsonNodeFactory.instance.objectNode();
    private final ArrayNode added = json.putArray("added");
    private final ArrayNode removed = json.putArray("removed");
    private final ArrayNode changed = json.putArray("changed");
    private long addedCount;
    private long removedCount;
    private long changedCount;

    @Override
    public Integer call() {
        try (Session session = new Session(parent.options)) {
            SnapshotId first = session.snapshot(before);
            SnapshotId second = session.snapshot(after);
            try (GroupIndex one = index.open(session, parent.options, first.group())) {
                if (first.group().equals(second.group())) {
                    compare(one, one, first, second);
                } else {
                    compareGroups(session, one, first, second);
                }
            }
        }
        return exitCode && addedCount + removedCount + changedCount > 0
                ? ExitCode.FAILED
                : ExitCode.DONE;
    }

    private void compareGroups(
            Session session, GroupIndex one, SnapshotId first, SnapshotId second) {
        GroupId group = second.group();
        try (GroupIndex other = index.open(session, parent.options, group)) {
            compare(one, other, first, second);
        }
    }

    /** A comparison with something that cannot be read would be a lie. */
    private IndexedSnapshot snapshot(GroupIndex opened, SnapshotId id) {
        GroupIndex.Reading reading =
                IndexOptions.read(parent.options, opened, Optional.of(List.of(id)));
        if (!reading.problems().isEmpty()) {
            throw reading.problems().get(0).failure();
        }
        return reading.snapshots().get(0);
    }

    private void compare(
            GroupIndex one, GroupIndex other, SnapshotId firstId, SnapshotId secondId) {
        IndexedSnapshot first = snapshot(one, firstId);
        IndexedSnapshot second = snapshot(other, secondId);
        try (Contents old = one.contents(firstId);
                Contents fresh = other.contents(secondId)) {
            compare(
                    one == other ? one : one.or(other),
                    first,
                    second,
                    (names, pair) -> show(names, pair, old, fresh));
        }
        summary(firstId, secondId);
    }

    private void compare(
            Pages pages, IndexedSnapshot first, IndexedSnapshot second, Diff.Visitor visitor) {
        Diff diff = new Diff(pages);
        if (path.isEmpty()) {
            diff.compare(first, second, visitor);
        } else {
            List<byte[]> names = FoundItem.names(ArchivePath.parse(path.get()));
            Optional<Item> old = first.lookup(pages, names);
            Optional<Item> fresh = second.lookup(pages, names);
            if (old.isEmpty() && fresh.isEmpty()) {
                throw new NotFound(
                        "neither " + first.id() + " nor " + second.id() + " has " + path.get());
            }
            diff.compare(names, new Pair(old, fresh), visitor);
        }
    }

    /** Where size and time leave it open, the places of the contents may decide. */
    private static Pair placed(List<byte[]> names, Pair pair, Contents old, Contents fresh) {
        boolean open =
                pair.any().kind() == Kind.FILE
                        && names.size() > 1
                        && pair.likeness() == Likeness.LIKELY_DIFFERENT;
        return open ? pair.at(old.find(names), fresh.find(names)) : pair;
    }

    private boolean show(List<byte[]> names, Pair listed, Contents old, Contents fresh) {
        Pair pair = placed(names, listed, old, fresh);
        Item item = pair.any();
        if (pair.isAdded() || pair.isRemoved()) {
            addedCount += pair.isAdded() ? 1 : 0;
            removedCount += pair.isRemoved() ? 1 : 0;
            if (parent.options.json) {
                ObjectNode object = (pair.isAdded() ? added : removed).addObject();
                FoundItem.putPath(object, names);
                FoundItem.put(object, item);
            } else {
                Output.line((pair.isAdded() ? "+  " : "-  ") + FoundItem.path(names, item));
            }
            return true;
        }
        Set<Aspect> aspects = pair.changes(names.size() == 1);
        if (aspects.isEmpty()) {
            return true;
        }
        changedCount++;
        boolean certain = !aspects.contains(Aspect.CONTENT) || pair.likeness().isCertain();
        if (parent.options.json) {
            ObjectNode object = changed.addObject();
            FoundItem.putPath(object, names);
            ArrayNode what = object.putArray("changes");
            aspects.forEach(aspect -> what.add(aspect.text()));
            object.put("certain", certain);
            FoundItem.put(object.putObject("before"), pair.before().orElseThrow());
            FoundItem.put(object.putObject("after"), pair.after().orElseThrow());
        } else {
            String what =
                    aspects.stream()
                            .map(a -> a == Aspect.CONTENT && !certain ? "content?" : a.text())
                            .collect(Collectors.joining(", "));
            Output.line("M  " + FoundItem.path(names, item) + "  (" + what + ")");
        }
        return true;
    }

    private void summary(SnapshotId first, SnapshotId second) {
        if (parent.options.json) {
            json.put("from", first.toString()).put("to", second.toString());
            Output.json(json);
            return;
        }
        Output.remark(
                parent.options,
                addedCount + " added, " + removedCount + " removed, " + changedCount + " changed");
    }
}
