package dev.holdfast.store;

import java.time.Duration;

/**
 * How garbage is collected.
 *
 * @param cutoff chunks used or stored within this time before the start are kept whether or not
 *     anything refers to them; 1 minute to 2 days
 * @param checkAccessTimes whether to try first that the file system keeps access times
 * @param dryRun whether to mark and count only
 */
public record GarbageOptions(Duration cutoff, boolean checkAccessTimes, boolean dryRun) {
    /** A day, as {@code relatime} mounts may delay access times by one, and five minutes. */
    public static final Duration DEFAULT_CUTOFF = Duration.ofMinutes(1445);

    private static final Duration SHORTEST = Duration.ofMinutes(1);
    private static final Duration LONGEST = Duration.ofDays(2);

    public GarbageOptions {
        if (cutoff.compareTo(SHORTEST) < 0 || cutoff.compareTo(LONGEST) > 0) {
            throw new IllegalArgumentException(
                    "the cut-off of garbage collection must be between 1m and 2d");
        }
    }

    /** What a server does. */
    public static GarbageOptions standard() {
        return new GarbageOptions(DEFAULT_CUTOFF, true, false);
    }
}
