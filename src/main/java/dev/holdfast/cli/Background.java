package dev.holdfast.cli;

import dev.holdfast.Unreachable;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.KeyLock;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.crypto.KeyStorage;
import dev.holdfast.format.Kdf;
import dev.holdfast.format.KeyFile;
import java.io.BufferedReader;
import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/**
 * Runs a mount in a process of its own. This process unlocks the keys, since it has the terminal,
 * starts the same command again as the driver, hands the keys over through a pipe, and ends when
 * the driver says that the mount answers, or has failed.
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
    static int start(KeyRing keys, String name) {
        Path log = RuntimeDirectory.get().resolve(name + ".log");
        try {
            Files.deleteIfExists(log);
            ProcessBuilder builder = new ProcessBuilder(command());
            builder.redirectError(log.toFile());
            Process driver = builder.start();
            handOver(keys, driver.getOutputStream());
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

    private static void handOver(KeyRing keys, OutputStream pipe) throws IOException {
        try (DataOutputStream out = new DataOutputStream(pipe)) {
            List<BackupKey> all = keys.all();
            out.writeInt(all.size());
            for (BackupKey key : all) {
                KeyFile open =
                        KeyLock.lock(
                                key,
                                new Kdf.None(),
                                new byte[0],
                                Instant.now().getEpochSecond(),
                                Optional.empty());
                byte[] json = open.encode(ZoneOffset.UTC);
                out.writeInt(json.length);
                out.write(json);
                Arrays.fill(json, (byte) 0);
                Arrays.fill(open.data(), (byte) 0);
            }
        }
    }

    /** In the driver: the keys that were handed over. */
    static KeyRing takeOver() {
        List<BackupKey> keys = new ArrayList<>();
        try (DataInputStream in = new DataInputStream(System.in)) {
            int count = in.readInt();
            for (int i = 0; i < count; i++) {
                byte[] json = in.readNBytes(in.readInt());
                keys.add(
                        KeyLock.unlock(
                                KeyStorage.parse(new ByteArrayInputStream(json), "handed over"),
                                "handed over",
                                () -> new byte[0]));
                Arrays.fill(json, (byte) 0);
            }
        } catch (IOException e) {
            throw new Unreachable("the keys were not handed over", e);
        }
        return new KeyRing(keys);
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
