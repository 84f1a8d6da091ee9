package dev.holdfast.backup;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import dev.holdfast.Golden;
import dev.holdfast.os.Kernel;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** Programs outside ours: the tree generator, the lister of trees, the independent checker. */
final class TestTools {
    private TestTools() {}

    /** What a program wrote to both outputs; it must end well. */
    static String run(String... command) {
        Result result = tryRun(List.of(command));
        assertThat(result.status()).as("%s%n%s", List.of(command), result.output()).isZero();
        return result.output();
    }

    record Result(int status, String output) {}

    static Result tryRun(List<String> command) {
        try {
            Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
            process.getOutputStream().close();
            byte[] output = process.getInputStream().readAllBytes();
            return new Result(process.waitFor(), new String(output, StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }

    /**
     * An empty directory for a test. It is emptied by the next run: the ones of JUnit take longer
     * to remove than the test takes.
     */
    static Path freshDirectory(String name) {
        Path directory = Path.of("target", "backup-test-tmp", name).toAbsolutePath();
        tryRun(List.of("chattr", "-R", "-f", "-a", "-i", directory.toString()));
        run("rm", "-rf", directory.toString());
        try {
            return Files.createDirectories(directory);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** Makes the tree of that kind, or changes an existing one to it. */
    static void makeTree(Path directory, String kind) {
        assumeRoot();
        run("python3", tool("mktree.py"), directory.toString(), kind);
    }

    /** One line of JSON per path: everything that the golden manifests say. */
    static List<String> manifest(Path directory) {
        return List.of(run("python3", tool("manifest.py"), directory.toString()).split("\n"));
    }

    private static String tool(String name) {
        return Golden.dir().resolve("tools").resolve(name).toString();
    }

    static void assumeRoot() {
        assumeTrue(Kernel.effectiveUser() == 0, "needs root");
    }

    /** Asserts that the checker sees no difference between two trees on disk. */
    static void assertSameTree(Path expected, Path actual, String... options) {
        List<String> command = new ArrayList<>(List.of("python3", checker(), "diff-tree"));
        command.addAll(List.of(options));
        command.addAll(List.of(expected.toString(), actual.toString()));
        Result result = tryRun(command);
        assertThat(result.status()).as(result.output()).isZero();
    }

    /** Asserts that the checker finds no violation in a datastore; needs its packages. */
    static void assertClean(Path store, String... options) {
        Path python = Path.of("target", "venv", "bin", "python").toAbsolutePath();
        assumeTrue(Files.exists(python), () -> "no " + python + " with the checker's packages");
        List<String> command =
                new ArrayList<>(List.of(python.toString(), checker(), "verify", store.toString()));
        command.addAll(List.of(options));
        Result result = tryRun(command);
        assertThat(result.output()).contains("dscheck verify: OK");
        assertThat(result.output()).doesNotContain("WARNING pxar");
        assertThat(result.status()).isZero();
    }

    private static String checker() {
        Path checker = Golden.dir().resolveSibling("tools").resolve("dscheck").resolve("dscheck");
        assumeTrue(Files.exists(checker), () -> "no checker at " + checker);
        return checker.toString();
    }
}
