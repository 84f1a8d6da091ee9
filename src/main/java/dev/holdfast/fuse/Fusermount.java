package dev.holdfast.fuse;

import dev.holdfast.Busy;
import dev.holdfast.Refused;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The set-uid program through which users other than root unmount. */
final class Fusermount {
    private Fusermount() {}

    /** Unmounts; {@link Busy} while somebody uses the mount, {@link Refused} for other reasons. */
    static void unmount(byte[] mountPoint, boolean lazily) {
        List<String> command = new ArrayList<>(List.of("fusermount", "-u"));
        if (lazily) {
            command.add("-z");
        }
        command.add("--");
        command.add(
                new String(mountPoint, Charset.forName(System.getProperty("sun.jnu.encoding"))));
        try {
            ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true);
            builder.environment().put("LC_ALL", "C");
            Process process = builder.start();
            process.getOutputStream().close();
            String said =
                    new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8)
                            .strip();
            if (process.waitFor() != 0) {
                if (said.contains("busy")) {
                    throw new Busy(said);
                }
                throw new Refused("Cannot detach: " + said);
            }
        } catch (IOException e) {
            throw new Refused("Cannot run fusermount. Install the package fuse (or fuse3).", e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Refused("Interrupted while detaching.", e);
        }
    }
}
