package dev.holdfast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import dev.holdfast.Busy;
import dev.holdfast.HoldfastException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code holdfast commit}. */
@Command(
        name = "commit",
        description =
                "Make a snapshot of what is in a staging mount, and wait until it is in the repository.",
        footer = {
            "",
            "Examples:",
            "  holdfast commit /mnt/staging --notes 'before the upgrade'",
            "  timeout 2h holdfast commit /mnt/staging --wait"
        })
final class CommitCommand implements Callable<Integer> {
    @ParentCommand Holdfast parent;

    @Parameters(paramLabel = "MOUNTPOINT", description = "A staging mount.")
    Path mountPoint;

    @Option(names = "--notes", paramLabel = "T", description = "Notes of the snapshot.")
    Optional<String> notes = Optional.empty();

    @Option(
            names = "--wait",
            description =
                    "While the server is away or somebody else writes into the group, try again until the snapshot is made.")
    boolean untilDone;

    @Override
    public Integer call() {
        JsonNode status;
        try (Progress progress = Progress.of(parent.options, this::committing)) {
            status =
                    untilDone
                            ? patience().untilDone(() -> commit(mountPoint, notes))
                            : commit(mountPoint, notes);
            progress.done();
        }
        JsonNode last = status.path("last-commit");
        if (parent.options.json) {
            Output.json(last);
        } else {
            Output.line(last.path("snapshot").asText());
            Summary.lines(last).forEach(line -> Output.remark(parent.options, line));
        }
        return ExitCode.DONE;
    }

    private Retry patience() {
        return new Retry(
                e -> e instanceof DriverFailure failure && failure.passes(),
                why -> Output.remark(parent.options, "Waiting, since " + why),
                CommitCommand::sleep);
    }

    private static void sleep(Duration time) {
        try {
            Thread.sleep(time.toMillis());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Busy("interrupted while waiting to try again", e);
        }
    }

    /** How far the driver is, as the mount says; asked for as long as the commit takes. */
    private ProgressState committing() {
        long entries = 0;
        try {
            entries = MountStatus.read(mountPoint).path("committing-entries").asLong();
        } catch (HoldfastException e) {
            // The commit itself says what is wrong.
        }
        return ProgressState.things("committing", entries, 0, "entries");
    }

    /**
     * Commits and returns the status afterwards.
     *
     * @throws DriverFailure if the driver says that it failed
     */
    static JsonNode commit(Path mountPoint, Optional<String> notes) {
        JsonNode before = MountStatus.read(mountPoint);
        if (!before.path("kind").asText().equals("stage")) {
            throw new UsageException(
                    mountPoint + " is a read-only mount; only staging mounts can be committed");
        }
        String line = notes.orElse("").replace('\n', ' ').strip() + "\n";
        try {
            Files.write(
                    MountStatus.control(mountPoint, "commit"),
                    line.getBytes(StandardCharsets.UTF_8),
                    StandardOpenOption.WRITE);
        } catch (IOException e) {
            JsonNode error = MountStatus.read(mountPoint).path("last-error");
            throw new DriverFailure(
                    error.path("message").asText("the commit failed: " + e.getMessage()),
                    error.path("exit-code").asInt(ExitCode.FAILED),
                    error.path("passes").asBoolean());
        }
        return MountStatus.read(mountPoint);
    }

    /** What went wrong in the driver, with the exit code that it would have had here. */
    static final class DriverFailure extends HoldfastException {
        private static final long serialVersionUID = 1L;
        private final int exitCode;
        private final boolean passes;

        DriverFailure(String message, int exitCode, boolean passes) {
            super(message);
            this.exitCode = exitCode;
            this.passes = passes;
        }

        /** Whether it is worth trying again. */
        boolean passes() {
            return passes;
        }

        int exitCode() {
            return exitCode;
        }
    }
}
