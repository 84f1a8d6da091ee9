package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.fuse.Errno;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Set;
import java.util.stream.Collectors;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordingFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FlightRecordingTest {
    @TempDir Path temporary;

    private Path file() {
        return temporary.resolve("driver.jfr");
    }

    private static void refused(int errno, Runnable action) {
        assertThatThrownBy(action::run)
                .isInstanceOfSatisfying(Errno.class, e -> assertThat(e.number()).isEqualTo(errno));
    }

    @Test
    void recordsWhatThreadsDoAndNothingOfTheEnvironment() throws Exception {
        Files.write(file(), new FlightRecording().report("1"));
        Set<String> kinds =
                RecordingFile.readAllEvents(file()).stream()
                        .map(RecordedEvent::getEventType)
                        .map(type -> type.getName())
                        .collect(Collectors.toSet());
        assertThat(kinds).contains("jdk.CPULoad", "jdk.PhysicalMemory");
        assertThat(kinds)
                .doesNotContain(
                        "jdk.InitialEnvironmentVariable",
                        "jdk.InitialSystemProperty",
                        "jdk.JVMInformation",
                        "jdk.SystemProcess",
                        "jdk.JavaExceptionThrow",
                        "jdk.OldObjectSample");
        String raw = Files.readString(file(), StandardCharsets.ISO_8859_1);
        String path = System.getenv("PATH");
        assertThat(path).isNotEmpty();
        assertThat(raw).doesNotContain(path);
        assertThat(raw).doesNotContain(System.getProperty("java.class.path"));
    }

    @Test
    void takesWholeSecondsWithinReason() {
        FlightRecording recording = new FlightRecording();
        for (String line : new String[] {"", "x", "-1", "0", "3601", "1.5", "99999999999"}) {
            refused(Errno.EINVAL, () -> recording.report(line));
        }
    }

    @Test
    void recordsForOneAtATime() throws Exception {
        FlightRecording recording = new FlightRecording();
        Thread first = new Thread(() -> recording.report("2"));
        first.start();
        while (!recording.isRunning()) {
            Thread.onSpinWait();
        }
        refused(Errno.EBUSY, () -> recording.report("1"));
        first.join();
        assertThat(recording.report("1")).startsWith('F', 'L', 'R', 0);
    }
}
