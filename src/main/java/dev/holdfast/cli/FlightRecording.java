package dev.holdfast.cli;

import dev.holdfast.fuse.Errno;
import java.io.IOException;
import java.io.InputStream;
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

    /** A recording of N seconds is the file {@code .holdfast/jfr-N}. */
    static final String NAME = "jfr";

    static final int MAX_SECONDS = 3600;
    private static final long MAX_BYTES = 32L << 20;
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

    private boolean running;

    /**
     * A report of the control directory was opened: records for so many seconds.
     *
     * @return the recording, as a file of it would be
     * @throws Errno {@code EINVAL} if that is no number, {@code EBUSY} while somebody else records
     */
    byte[] report(String argument) {
        int seconds = seconds(argument);
        synchronized (this) {
            if (running) {
                throw new Errno(Errno.EBUSY);
            }
            running = true;
        }
        try {
            return record(seconds);
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

    /** For tests: whether somebody records. */
    synchronized boolean isRunning() {
        return running;
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

    private static byte[] record(int seconds) throws IOException, InterruptedException {
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
            try (InputStream stream = recording.getStream(null, null)) {
                return bounded(stream);
            }
        }
    }

    private static byte[] bounded(InputStream stream) throws IOException {
        if (stream == null) {
            throw new IOException("nothing was recorded");
        }
        // The recorder keeps to its limit in steps of 12 MB.
        byte[] bytes = stream.readNBytes((int) (2 * MAX_BYTES));
        if (stream.read() >= 0) {
            throw new IOException("the recording is too long");
        }
        return bytes;
    }
}
