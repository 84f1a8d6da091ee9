package dev.holdfast.fuse;

import dev.holdfast.HoldfastException;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * Mounts a {@link MemoryFileSystem} from the command line, to try, measure and kill. Each line of
 * its input tries to detach.
 */
final class MemoryMount {
    private MemoryMount() {}

    public static void main(String[] args) throws Exception {
        long start = System.nanoTime();
        Mount mount =
                Mount.attach(
                        new MemoryFileSystem(), Path.of(args[0]), MountOptions.writable("memory"));
        System.out.println("ready after " + (System.nanoTime() - start) / 1_000_000 + " ms");
        Thread detacher = new Thread(() -> detachAtEachLine(mount));
        detacher.setDaemon(true);
        detacher.start();
        mount.awaitEnd();
        System.out.println("ended");
    }

    private static void detachAtEachLine(Mount mount) {
        try (BufferedReader lines =
                new BufferedReader(new InputStreamReader(System.in, StandardCharsets.UTF_8))) {
            while (lines.readLine() != null) {
                try {
                    mount.detach();
                } catch (HoldfastException e) {
                    System.out.println(e);
                }
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
