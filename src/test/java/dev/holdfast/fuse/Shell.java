package dev.holdfast.fuse;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;

/**
 * Runs commands against a mount in processes of their own: the process that answers for a mount
 * must not use it. The mount point is {@code $M}.
 */
final class Shell {
    private final Path mountPoint;

    Shell(Path mountPoint) {
        this.mountPoint = mountPoint;
    }

    record Outcome(int exitCode, String output) {}

    /** The outcome of a script, its two outputs together. */
    Outcome run(String script) throws IOException, InterruptedException {
        Process process = start(script);
        String output =
                new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
        assertThat(process.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return new Outcome(process.exitValue(), output);
    }

    /** The output of a script of which every command must succeed. */
    String succeed(String script) throws IOException, InterruptedException {
        Outcome outcome = run("set -e\n" + script);
        assertThat(outcome.exitCode()).as("%s%n%s", script, outcome.output()).isZero();
        return outcome.output();
    }

    /** Starts a script and does not wait for it. */
    Process start(String script) throws IOException {
        ProcessBuilder builder = new ProcessBuilder("bash", "-c", script).redirectErrorStream(true);
        builder.environment().put("M", mountPoint.toString());
        builder.environment().put("LC_ALL", "C");
        return builder.start();
    }
}
