package dev.holdfast.cli;

import dev.holdfast.fuse.Errno;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.concurrent.TimeUnit;
import jdk.jfr.Recording;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A recording of what a driver does, by Java's own flight recorder, on demand: where time and
 * memory go. It holds no names of files in a backup, and nothing of the environment, in which
 * passphrases may be: only the events listed here are recorded, none of which carries data. The
 * recorder's own presets record the environment and the command line, so they are not used.
 */
final class FlightRecording {
    private static final Logger LOG = LoggerFactory.getLogger(FlightRecording.class);

    /** What a line in {@code .holdfast/} is written to. */
    static final String COMMAND = "jfr";

    static final int MAX_SECONDS = 3600;
    private static final long MAX_BYTES = 64L << 20;
    private static final Duration SAMPLING = Duration.ofMillis(10);

    private static final String[] SAMPLED = {"jdk.ExecutionSample", "jdk.NativeMethodSample"};
    private static final String[] TIMED = {
        "jdk.JavaMonitorEnter",
        "jdk.JavaMonitorWait",
        "jdk.ThreadPark",
        "jdk.FileRead",
        "jdk.FileWrite",
        "jdk.FileForce",
        "jdk.SocketRead",
        "jdk.SocketWrite",
    };
    private static final String[] PLAIN = {
        "jdk.ObjectAllocationSample",
        "jdk.GarbageCollection",
        "jdk.GCPhasePause",
        "jdk.GCHeapSummary",
        "jdk.CPUInformation",
        "jdk.CPULoad",
        "jdk.ThreadCPULoad",
        "jdk.ThreadStart",
        "jdk.ThreadEnd",
        "jdk.PhysicalMemory",
        "jdk.ClassLoadingStatistics",
        "jdk.CompilerStatistics",
    };

    private final Path file;
    private boolean running;

    /**
     * @param file where a recording is left; in memory-backed file systems only
     */
    FlightRecording(Path file) {
        this.file = file;
    }

    /** A recording of the driver of that mount. */
    static FlightRecording of(Path mountPoint) {
        String name = "recording-" + Integer.toHexString(mountPoint.hashCode()) + ".jfr";
        return new FlightRecording(RuntimeDirectory.get().resolve(name));
    }

    /** Where a recording is left. */
    Path file() {
        return file;
    }

    /**
     * A line was written to the control directory: records for so many seconds.
     *
     * @throws Errno {@code EINVAL} if it is no number, {@code EBUSY} while somebody else records
     */
    void carryOut(String line) {
        int seconds = seconds(line.strip());
        synchronized (this) {
            if (running) {
                throw new Errno(Errno.EBUSY);
            }
            running = true;
        }
        try {
            record(seconds);
        } catch (IOException | RuntimeException | LinkageError e) {
            LOG.error("cannot record: {}", e.toString());
            throw new Errno(Errno.EIO);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Errno(Errno.EIO);
        } finally {
            synchronized (this) {
                running = false;
            }
        }
    }

    private static int seconds(String text) {
        try {
            int seconds = Integer.parseInt(text);
            if (seconds >= 1 && seconds <= MAX_SECONDS) {
                return seconds;
            }
        } catch (NumberFormatException e) {
            LOG.debug("'{}' is no number", text);
        }
        throw new Errno(Errno.EINVAL);
    }

    private void record(int seconds) throws IOException, InterruptedException {
        Files.deleteIfExists(file);
        Files.createFile(
                file,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
        try (Recording recording = new Recording()) {
            recording.setToDisk(true);
            recording.setMaxSize(MAX_BYTES);
            for (String event : SAMPLED) {
                recording.enable(event).withPeriod(SAMPLING);
            }
            for (String event : TIMED) {
                recording.enable(event).withThreshold(SAMPLING).withStackTrace();
            }
            for (String event : PLAIN) {
                recording.enable(event);
            }
            recording.start();
            TimeUnit.SECONDS.sleep(seconds);
            recording.stop();
            recording.dump(file);
        }
    }
}
