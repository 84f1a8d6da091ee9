package dev.holdfast.cli;

import java.util.Locale;

/** How long a command takes; runs from its construction on. */
final class Stopwatch {
    private static final double NANOS = 1e9;

    private final long startNanos = System.nanoTime();

    /** Like {@code 12.3 s, 85.0 MiB/s}; without the rate of what is too short to have one. */
    String secondsAndRate(long bytes) {
        double seconds = (System.nanoTime() - startNanos) / NANOS;
        String time = String.format(Locale.ROOT, "%.1f s", seconds);
        return seconds < 1 || bytes == 0
                ? time
                : time + ", " + Output.bytes((long) (bytes / seconds)) + "/s";
    }
}
