package dev.holdfast;

import static org.junit.jupiter.api.Assumptions.assumeTrue;

import com.github.luben.zstd.ZstdInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/**
 * The data that the official client and server made, which tests compare with.
 *
 * <p>It is looked for in the directory that the system property {@code holdfast.shared} or the
 * environment variable {@code HOLDFAST_SHARED} names, else in {@code ../shared}. A test that asks
 * for it where it is absent is skipped, and says so. What is unpacked here is shared by all tests
 * of the run: copy before changing it.
 */
public final class Golden {
    private static Path store;
    private static Path streams;

    private Golden() {}

    /** The directory {@code golden}, as its {@code README.md} describes it. */
    public static Path dir() {
        Path dir = shared().resolve("golden").toAbsolutePath().normalize();
        assumeTrue(
                Files.isDirectory(dir), () -> "no golden data at " + dir + " (-Dholdfast.shared)");
        return dir;
    }

    /** The root of the golden datastore: {@code .chunks}, {@code host}, {@code ns}, … */
    public static synchronized Path store() {
        if (store == null) {
            store = unpack(dir().resolve("store.tar.zst"), Path.of("target", "golden-store"));
        }
        return store;
    }

    /**
     * The decoded streams smaller than 3 MB, one file each: {@code host_full_2026-01-01T000000Z_…},
     * slashes of the snapshot as {@code _}.
     */
    public static synchronized Path decodedStreams() {
        if (streams == null) {
            Path tar = dir().resolve("decoded").resolve("streams.tar.zst");
            streams = unpack(tar, Path.of("target", "golden-streams")).resolve("streams");
        }
        return streams;
    }

    /** The decompressed content of a {@code .zst} file. */
    public static byte[] gunzstd(Path file) {
        try (InputStream in = new ZstdInputStream(Files.newInputStream(file))) {
            return in.readAllBytes();
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static Path shared() {
        String dir = System.getProperty("holdfast.shared", System.getenv("HOLDFAST_SHARED"));
        return dir == null ? Path.of("..", "shared") : Path.of(dir);
    }

    private static Path unpack(Path tar, Path into) {
        Path dir = into.toAbsolutePath();
        try {
            deleteTree(dir);
            Files.createDirectories(dir);
            Process process =
                    new ProcessBuilder(
                                    List.of(
                                            "tar",
                                            "--zstd",
                                            "--no-same-owner",
                                            "-xf",
                                            tar.toString(),
                                            "-C",
                                            dir.toString()))
                            .inheritIO()
                            .start();
            if (process.waitFor() != 0) {
                throw new IllegalStateException("tar could not unpack " + tar);
            }
            return dir;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException("interrupted while unpacking " + tar, e);
        }
    }

    private static void deleteTree(Path dir) throws IOException {
        if (!Files.exists(dir)) {
            return;
        }
        try (Stream<Path> all = Files.walk(dir)) {
            for (Path p : all.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(p);
            }
        }
    }
}
