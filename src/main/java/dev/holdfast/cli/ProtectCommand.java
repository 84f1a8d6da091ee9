package dev.holdfast.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.holdfast.format.SnapshotId;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code holdfast protect}. */
@Command(
        name = "protect",
        description = "Protect a snapshot from prune and forget, or end that.",
        footer = {
            "",
            "Examples:",
            "  holdfast protect host/web1/latest",
            "  holdfast protect host/web1/2026-01-02T03:04:05Z --off"
        })
final class ProtectCommand implements Callable<Integer> {
    @ParentCommand Holdfast parent;

    @Parameters(paramLabel = "SNAPSHOT", description = "TYPE/ID/TIME or TYPE/ID/latest.")
    String snapshot;

    @Option(names = "--off", description = "End the protection.")
    boolean off;

    @Override
    public Integer call() {
        try (Session session = new Session(parent.options)) {
            SnapshotId id = session.snapshot(snapshot);
            session.repository().protect(parent.options.namespace, id, !off);
            if (parent.options.json) {
                Output.json(
                        JsonNodeFactory.instance
                                .objectNode()
                                .put("snapshot", id.toString())
                                .put("protected", !off));
                return ExitCode.DONE;
            }
            Output.remark(
                    parent.options,
                    "Snapshot " + id + (off ? " is no longer protected." : " is protected."));
        }
        return ExitCode.DONE;
    }
}
