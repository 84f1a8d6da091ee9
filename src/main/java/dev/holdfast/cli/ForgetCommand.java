package dev.holdfast.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.store.Repository;
import dev.holdfast.store.SnapshotEntry;
import dev.holdfast.upkeep.Verification;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code holdfast forget}. */
@Command(
        name = "forget",
        description = {
            "Remove a snapshot, a group, or (with --namespace) all of the namespace that --ns names. Protected snapshots are"
                    + " refused. Disk space is freed by a later gc."
        },
        footer = {
            "",
            "Examples:",
            "  holdfast forget host/web1/2026-01-02T03:04:05Z",
            "  holdfast forget host/web1 --group",
            "  holdfast forget --ns old --namespace --with-groups"
        })
final class ForgetCommand implements Callable<Integer> {
    @ParentCommand Holdfast parent;

    @Parameters(
            arity = "0..1",
            paramLabel = "SNAPSHOT",
            description = "TYPE/ID/TIME or TYPE/ID/latest; TYPE/ID with --group.")
    Optional<String> what = Optional.empty();

    @Option(names = "--group", description = "Remove a whole group.")
    boolean wholeGroup;

    @Option(names = "--namespace", description = "Remove the namespace of --ns and all below it.")
    boolean wholeNamespace;

    @Option(
            names = "--with-groups",
            description = "With --namespace: also if there are groups in it.")
    boolean withGroups;

    @Option(
            names = "--ledger",
            paramLabel = "FILE",
            description = "Note the removals in this snapshot ledger.")
    Optional<Path> ledger = Optional.empty();

    private final ArrayNode json = JsonNodeFactory.instance.arrayNode();

    @Override
    public Integer call() {
        if (what.isPresent() == wholeNamespace || (wholeNamespace && wholeGroup)) {
            throw new UsageException("name one SNAPSHOT, a GROUP with --group, or say --namespace");
        }
        Namespace namespace = parent.options.namespace;
        if (wholeNamespace && namespace.isRoot()) {
            throw new UsageException("--namespace needs the name of a namespace: --ns NS");
        }
        try (Session session = new Session(parent.options);
                LedgerOption notes = new LedgerOption(ledger, session, parent.options)) {
            Repository repository = session.repository();
            if (wholeNamespace) {
                List<Verification.Target> all =
                        notes.isPresent() || parent.options.json
                                ? Verification.all(repository, namespace)
                                : List.of();
                repository.deleteNamespace(namespace, withGroups);
                all.forEach(one -> removed(notes, one.namespace(), one.snapshot()));
            } else if (wholeGroup) {
                GroupId group = Session.group(what.get());
                List<SnapshotEntry> all = repository.snapshots(namespace, group);
                repository.forgetGroup(namespace, group);
                all.forEach(one -> removed(notes, namespace, one.id()));
            } else {
                SnapshotId snapshot = session.snapshot(what.get());
                repository.forget(namespace, snapshot);
                removed(notes, namespace, snapshot);
                if (!parent.options.json) {
                    Output.remark(parent.options, "Removed snapshot " + snapshot + ".");
                }
            }
        }
        if (parent.options.json) {
            Output.json(JsonNodeFactory.instance.objectNode().set("removed", json));
        }
        return ExitCode.DONE;
    }

    private void removed(LedgerOption notes, Namespace namespace, SnapshotId snapshot) {
        notes.forgotten(namespace, snapshot);
        json.addObject().put("ns", namespace.toString()).put("snapshot", snapshot.toString());
    }
}
