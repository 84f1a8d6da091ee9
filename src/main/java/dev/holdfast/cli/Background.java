package dev.holdfast.cli;

import dev.holdfast.Unreachable;
import java.io.BufferedReader;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Runs a mount in a process of its own, the driver. This process unlocks the keys and asks for
 * passwords, since it has the terminal, while the same command starts again as the driver; hands
 * over through a pipe what it has, and ends when the driver says that the mount answers, or has
 * failed.
 */
final class Background implements AutoCloseable {
    /** Tells the driver that it is one. */
    static final String DRIVER_OPTION = "--driver";

    /** How the JVM of the driver is to run, where that differs: arguments, by spaces. */
    private static final String DRIVER_FLAGS = "-Dholdfast.driver.flags=";

    /**
     * How a line of the driver's begins that answers, and not its JVM, with READY or the exit code.
     */
    private static final String ANSWER = "driver:";

    private static final int READY = -1;

    /**
     * Starts the driver in a session of its own, so that closing the terminal does not reach it,
     * and ends with its answer. That the child of this process ends matters: a JVM with a thread
     * that waits for a child takes 0.3 s longer to exit.
     */
    private static final String STARTER =
            """
            exec 3<&0
            { setsid "$@" <&3 3<&- & } | {
                exec 3<&-
                while read -r line; do
                    case $line in
                        %s*) printf '%%s\\n' "${line#*:}"; break ;;
                        *) printf '%%s\\n' "$line" >&2 ;;
                    esac
                done
            }
            """
                    .formatted(ANSWER);

    /** In the driver: the process that started it waits for the answer. */
    private static volatile boolean awaited;

    private final Process starter;
    private final Path log;

    /** Where the driver writes until it is ready: another may serve this mount, and has the log. */
    private final Path starting;

    private boolean handedOver;

    private Background(Process starter, Path log, Path starting) {
        this.starter = starter;
        this.log = log;
        this.starting = starting;
    }

    /**
     * Begins to start the driver. If this is closed before anything was handed over, it is ended.
     *
     * @param kind what is mounted, for the name of the log file
     */
    static Background begin(String kind, Path mountPoint) {
        String name = kind + "-" + Integer.toHexString(mountPoint.hashCode());
        Path directory = RuntimeDirectory.get();
        Path starting = directory.resolve(name + "." + ProcessHandle.current().pid());
        try {
            Process starter =
                    new ProcessBuilder(command()).redirectError(starting.toFile()).start();
            return new Background(starter, directory.resolve(name + ".log"), starting);
        } catch (IOException e) {
            throw new Unreachable("cannot start the background process: " + e.getMessage(), e);
        }
    }

    /**
     * Gives the driver what it needs, and waits until it is ready.
     *
     * @return the exit code of this process
     */
    int handOver(HandOver what) {
        handedOver = true;
        try {
            try (DataOutputStream pipe = new DataOutputStream(starter.getOutputStream())) {
                what.write(pipe);
            }
            BufferedReader driver =
                    new BufferedReader(
                            new InputStreamReader(
                                    starter.getInputStream(), StandardCharsets.UTF_8));
            String line = driver.readLine();
            starter.waitFor();
            printLog();
            // Nothing: it was killed. DONE: it ended well, and so does not serve.
            int answer = line == null ? ExitCode.FAILED : Integer.parseInt(line);
            if (answer == READY) {
                Files.move(starting, log, StandardCopyOption.REPLACE_EXISTING);
                return ExitCode.DONE;
            }
            Files.deleteIfExists(starting);
            return answer == ExitCode.DONE ? ExitCode.FAILED : answer;
        } catch (IOException e) {
            throw new Unreachable("cannot start the background process: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitCode.FAILED;
        }
    }

    @Override
    public void close() {
        if (handedOver) {
            return;
        }
        // The driver ends, since nobody hands over to it.
        starter.destroyForcibly();
        try {
            Files.deleteIfExists(starting);
        } catch (IOException e) {
            // An empty file in memory is left.
        }
    }

    /**
     * This command again. The JDK gives no arguments where they are longer than a page, so they are
     * asked for directly.
     */
    private static List<String> command() throws IOException {
        String java =
                ProcessHandle.current()
                        .info()
                        .command()
                        .orElseThrow(
                                () ->
                                        new Unreachable(
                                                "cannot find out how this process was started; use --foreground"));
        byte[] line = Files.readAllBytes(Path.of("/proc/self/cmdline"));
        String[] self = new String(line, StandardCharsets.UTF_8).split("\0", -1);
        List<String> command = new ArrayList<>(List.of("sh", "-c", STARTER, "sh", java));
        for (String argument : List.of(self).subList(1, self.length - 1)) {
            if (argument.startsWith(DRIVER_FLAGS)) {
                command.addAll(List.of(argument.substring(DRIVER_FLAGS.length()).split(" ")));
            } else {
                command.add(argument);
            }
        }
        command.add(DRIVER_OPTION);
        return command;
    }

    /** In the driver: what was handed over. */
    static HandOver takeOver() {
        awaited = true;
        try (DataInputStream in = new DataInputStream(System.in)) {
            return HandOver.read(in);
        } catch (IOException e) {
            throw new Unreachable("the keys were not handed over", e);
        }
    }

    /** In the driver: the mount answers. */
    static void ready() {
        answer(READY);
    }

    /** In any process: it ends. */
    static void ended(int code) {
        if (awaited) {
            answer(code);
        }
    }

    private static void answer(int number) {
        awaited = false;
        System.out.println(ANSWER + number);
        System.out.close();
    }

    private void printLog() throws IOException {
        String text = Files.readString(starting);
        if (!text.isBlank()) {
            System.err.print(text);
        }
    }
}
