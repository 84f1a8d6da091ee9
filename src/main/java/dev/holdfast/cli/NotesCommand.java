package dev.holdfast.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.snapshot.Snapshot;
import dev.holdfast.store.Repository;
import dev.holdfast.store.SnapshotReader;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code holdfast notes}. */
@Command(
        name = "notes",
        description = {
            "Show or set the notes of a snapshot or group, or set the owner of a group. Notes are not encrypted."
        },
        footer = {
            "",
            "Examples:",
            "  holdfast notes host/web1/latest",
            "  holdfast notes host/web1/latest --set 'before the upgrade'",
            "  holdfast notes host/web1 --owner backup@pbs"
        })
final class NotesCommand implements Callable<Integer> {
    @ParentCommand Holdfast parent;

    @Parameters(paramLabel = "WHAT", description = "TYPE/ID, TYPE/ID/TIME or TYPE/ID/latest.")
    String what;

    @Option(
            names = "--set",
            paramLabel = "TEXT",
            description = "The new notes; an empty text removes them.")
    Optional<String> text = Optional.empty();

    @Option(
            names = "--owner",
            paramLabel = "USER",
            description = "The new owner of the group: USER@REALM or USER@REALM!TOKEN.")
    Optional<String> owner = Optional.empty();

    @Override
    public Integer call() {
        Optional<GroupId> group = GroupId.tryParse(what);
        if (owner.isPresent() && group.isEmpty()) {
            throw new UsageException("only a GROUP has an owner");
        }
        Namespace namespace = parent.options.namespace;
        try (Session session = new Session(parent.options)) {
            Repository repository = session.repository();
            if (group.isPresent()) {
                owner.ifPresent(name -> repository.setOwner(namespace, group.get(), name));
                text.ifPresent(notes -> repository.setGroupNotes(namespace, group.get(), notes));
                if (parent.options.json || (owner.isEmpty() && text.isEmpty())) {
                    print(repository.groupNotes(namespace, group.get()));
                }
            } else {
                SnapshotId id = session.snapshot(what);
                if (text.isPresent()) {
                    repository.setNotes(namespace, id, text.get());
                }
                if (parent.options.json || text.isEmpty()) {
                    try (SnapshotReader reader = repository.open(namespace, id)) {
                        print(Snapshot.decodeManifest(reader.manifestBlob(), id).notes());
                    }
                }
            }
        }
        return ExitCode.DONE;
    }

    private void print(Optional<String> notes) {
        if (parent.options.json) {
            Output.json(JsonNodeFactory.instance.objectNode().put("notes", notes.orElse(null)));
        } else {
            notes.ifPresent(Output::line);
        }
    }
}
