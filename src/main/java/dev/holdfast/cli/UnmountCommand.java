package dev.holdfast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.MissingNode;
import dev.holdfast.fuse.AttachedMounts;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code holdfast unmount}. */
@Command(
        name = "unmount",
        description = "Detach a mount cleanly; refused while somebody uses it.",
        footer = {"", "Example:", "  holdfast unmount /mnt/staging"})
final class UnmountCommand implements Callable<Integer> {
    @ParentCommand Holdfast parent;

    @Parameters(paramLabel = "MOUNTPOINT", description = "A mount of holdfast.")
    Path mountPoint;

    @Option(
            names = "--force",
            description = "Detach at once; who uses the mount may go on until done.")
    boolean force;

    @Override
    public Integer call() {
        if (AttachedMounts.isStale(mountPoint)) {
            AttachedMounts.removeStale(mountPoint);
            if (!parent.options.json) {
                Output.remark(
                        parent.options,
                        "Freed " + mountPoint + "; its driver had ended without detaching.");
            }
            return done();
        }
        JsonNode status = force ? MissingNode.getInstance() : MountStatus.read(mountPoint);
        if (status.path("commit-on-unmount").asBoolean() && status.path("changed").asBoolean()) {
            CommitCommand.commit(mountPoint, Optional.empty());
        }
        Optional<ProcessHandle> driver = MountStatus.driver(status);
        AttachedMounts.detach(mountPoint, force);
        // The driver flushes now; only when it has ended is the mount really over.
        driver.ifPresent(process -> process.onExit().join());
        return done();
    }

    private int done() {
        if (parent.options.json) {
            Output.json(
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("mountpoint", mountPoint.toAbsolutePath().normalize().toString()));
        }
        return ExitCode.DONE;
    }
}
