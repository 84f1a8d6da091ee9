package dev.holdfast.mount;

import dev.holdfast.format.SnapshotId;
import java.time.DateTimeException;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * How the directories of snapshots are called: their own names ({@code 2026-11-24T08:00:00Z}), or a
 * pattern for those who cannot have colons in names. Times are always UTC, which has no hour twice.
 */
public final class TimeNames {
    /** The name of the link to the newest snapshot, which no snapshot may have. */
    static final String LATEST = "latest";

    /** The snapshots' own names. */
    public static final TimeNames OWN = new TimeNames(Optional.empty());

    /** Seconds, months and halves of days apart: a pattern that can tell these can tell all. */
    private static final List<Instant> SAMPLES =
            List.of(
                    Instant.parse("1999-12-31T23:59:59Z"),
                    Instant.parse("2026-01-02T03:04:05Z"),
                    Instant.parse("2026-01-02T15:04:05Z"),
                    Instant.parse("2026-02-01T03:04:06Z"),
                    Instant.parse("2126-02-01T03:14:06Z"));

    private final Optional<DateTimeFormatter> formatter;

    private TimeNames(Optional<DateTimeFormatter> formatter) {
        this.formatter = formatter;
    }

    /**
     * Names by a pattern of {@link DateTimeFormatter}, such as {@code yyyy-MM-dd_HH.mm.ss}.
     *
     * @throws IllegalArgumentException if it is no pattern, makes no file names, or would give two
     *     times one name
     */
    public static TimeNames ofPattern(String pattern) {
        DateTimeFormatter formatter = formatter(pattern);
        try {
            for (Instant sample : SAMPLES) {
                check(pattern, formatter, sample);
            }
        } catch (DateTimeException e) {
            throw useless(pattern, e);
        }
        return new TimeNames(Optional.of(formatter));
    }

    private static DateTimeFormatter formatter(String pattern) {
        try {
            return DateTimeFormatter.ofPattern(pattern, Locale.ENGLISH).withZone(ZoneOffset.UTC);
        } catch (IllegalArgumentException e) {
            throw useless(pattern, e);
        }
    }

    private static IllegalArgumentException useless(String pattern, RuntimeException e) {
        return new IllegalArgumentException(
                "time format '" + pattern + "' cannot name a time: " + e.getMessage(), e);
    }

    private static void check(String pattern, DateTimeFormatter formatter, Instant sample) {
        String name = formatter.format(sample);
        if (name.isEmpty()
                || name.startsWith(".")
                || name.equals(LATEST)
                || name.indexOf('/') >= 0
                || name.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    "time format '" + pattern + "' makes no file name: '" + name + "'");
        }
        LocalDateTime read;
        try {
            read = LocalDateTime.from(formatter.parse(name));
        } catch (DateTimeException e) {
            throw ambiguous(pattern, e);
        }
        if (!read.toInstant(ZoneOffset.UTC).equals(sample)) {
            throw ambiguous(pattern, null);
        }
    }

    private static IllegalArgumentException ambiguous(String pattern, Throwable cause) {
        return new IllegalArgumentException(
                "time format '"
                        + pattern
                        + "' would give several times one name; it needs year, month, day, hour"
                        + " (0-23), minute and second, such as yyyy-MM-dd_HH.mm.ss",
                cause);
    }

    /** The name of a snapshot's directory. */
    String name(SnapshotId snapshot) {
        return formatter
                .map(f -> f.format(Instant.ofEpochSecond(snapshot.epochSeconds())))
                .orElseGet(snapshot::timeText);
    }
}
