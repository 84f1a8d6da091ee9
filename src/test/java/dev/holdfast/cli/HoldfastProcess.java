package dev.holdfast.cli;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Runs the command line in a process of its own, with an environment of its own. */
final class HoldfastProcess {
    /**
     * In a file, since a command line of more than a page could not be read by a process that
     * starts itself again.
     */
    private static final Path OPTIONS = options();

    private final Path directory;
    private final Map<String, String> environment = new HashMap<>();

    /** Runs in {@code directory}, which is also the home. */
    HoldfastProcess(Path directory) {
        this.directory = directory;
        environment.put("HOME", directory.toString());
        environment.put("XDG_CONFIG_DIRS", directory.resolve("etc").toString());
        environment.put("PATH", System.getenv("PATH"));
        environment.put("LC_ALL", "C.UTF-8");
        environment.put("TZ", "UTC");
    }

    /** A fresh directory in memory if that can be: a datastore has 65536 directories. */
    static Path freshDirectory(String name) throws IOException {
        Path memory = Path.of("/dev/shm");
        return Files.isWritable(memory)
                ? Files.createTempDirectory(memory, name)
                : Files.createTempDirectory(name);
    }

    private static Path options() {
        try {
            Path file = Files.createTempFile("holdfast", ".options");
            file.toFile().deleteOnExit();
            return Files.write(
                    file,
                    List.of(
                            "-XX:TieredStopAtLevel=1",
                            "-XX:+UseSerialGC",
                            "-Xshare:auto",
                            "-Dfile.encoding=UTF-8",
                            "-cp",
                            '"' + System.getProperty("java.class.path") + '"'));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    HoldfastProcess with(String variable, String value) {
        environment.put(variable, value);
        return this;
    }

    HoldfastProcess without(String variable) {
        environment.remove(variable);
        return this;
    }

    /** How a command ended. */
    record Result(int code, String out, String err) {}

    Result run(Object... arguments) {
        return run(Holdfast.class, arguments);
    }

    /** The same with another main class. */
    Result run(Class<?> main, Object... arguments) {
        List<String> command =
                new ArrayList<>(
                        List.of(
                                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                                "@" + OPTIONS,
                                main.getName()));
        for (Object argument : arguments) {
            command.add(argument.toString());
        }
        return start(command);
    }

    private Result start(List<String> command) {
        try {
            Path err = Files.createTempFile("holdfast", ".err");
            ProcessBuilder builder =
                    new ProcessBuilder(command)
                            .directory(directory.toFile())
                            .redirectInput(Path.of("/dev/null").toFile())
                            .redirectError(err.toFile());
            builder.environment().clear();
            builder.environment().putAll(environment);
            Process process = builder.start();
            String out;
            try (InputStream in = process.getInputStream()) {
                out = new String(in.readAllBytes(), StandardCharsets.UTF_8);
            }
            int code = process.waitFor();
            String messages = Files.readString(err);
            Files.delete(err);
            return new Result(code, out, messages);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
