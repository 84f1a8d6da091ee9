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
import java.util.ArrayList;
import java.util.List;

/**
 * Runs a mount in a process of its own. This process unlocks the keys and asks for passwords, since
 * it has the terminal, starts the same command again as the driver, hands over through a pipe what
 * it has, and ends when the driver says that the mount answers, or has failed.
 */
final class Background {
    /** Tells the driver that it is one. */
    static final String DRIVER_OPTION = "--driver";

    private static final String READY = "ready";

    private Background() {}

    /**
     * Starts the driver and waits until it is ready.
     *
     * @param name what the log file is called after
     * @return the exit code of this process
     */
    static int start(HandOver handOver, String name) {
        Path log = RuntimeDirectory.get().resolve(name + ".log");
        try {
            Files.deleteIfExists(log);
            ProcessBuilder builder = new ProcessBuilder(command());
            builder.redirectError(log.toFile());
            Process driver = builder.start();
            try (DataOutputStream pipe = new DataOutputStream(driver.getOutputStream())) {
                handOver.write(pipe);
            }
            BufferedReader answer =
                    new BufferedReader(
                            new InputStreamReader(driver.getInputStream(), StandardCharsets.UTF_8));
            if (READY.equals(answer.readLine())) {
                printLog(log);
                return ExitCode.DONE;
            }
            int code = driver.waitFor();
            printLog(log);
            Files.deleteIfExists(log);
            return code == 0 ? ExitCode.FAILED : code;
        } catch (IOException e) {
            throw new Unreachable("cannot start the background process: " + e.getMessage(), e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return ExitCode.FAILED;
        }
    }

    /**
     * This command again, in a session of its own, so that closing the terminal does not reach it.
     */
    private static List<String> command() {
        ProcessHandle.Info self = ProcessHandle.current().info();
        List<String> command = new ArrayList<>();
        command.add("setsid");
        command.add(
                self.command()
                        .orElseThrow(
                                () ->
                                        new Unreachable(
                                                "cannot find out how this process was started; use --foreground")));
        command.addAll(List.of(self.arguments().orElse(new String[0])));
        command.add(DRIVER_OPTION);
        return command;
    }

    /** In the driver: what was handed over. */
    static HandOver takeOver() {
        try (DataInputStream in = new DataInputStream(System.in)) {
            return HandOver.read(in);
        } catch (IOException e) {
            throw new Unreachable("the keys were not handed over", e);
        }
    }

    /** In the driver: the mount answers. */
    static void ready() {
        System.out.println(READY);
        System.out.close();
    }

    private static void printLog(Path log) throws IOException {
        String text = Files.readString(log);
        if (!text.isBlank()) {
            System.err.print(text);
        }
    }
}
