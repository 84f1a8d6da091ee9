package dev.holdfast.format;

import java.time.DateTimeException;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * A snapshot: a group and the time of the backup.
 *
 * @param epochSeconds Unix time, at least 1
 */
public record SnapshotId(GroupId group, long epochSeconds) implements Comparable<SnapshotId> {
    private static final DateTimeFormatter TIME =
            DateTimeFormatter.ofPattern("uuuu-MM-dd'T'HH:mm:ss'Z'").withZone(ZoneOffset.UTC);
    private static final Pattern TIME_PATTERN =
            Pattern.compile("[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9]{2}:[0-9]{2}:[0-9]{2}Z");
    private static final long LAST = 253_402_300_799L; // 9999-12-31T23:59:59Z

    public SnapshotId {
        if (epochSeconds < 1 || epochSeconds > LAST) {
            throw new IllegalArgumentException("backup time out of range: " + epochSeconds);
        }
    }

    /** Reads {@code TYPE/ID/TIME}. */
    public static SnapshotId parse(String text) {
        int slash = text.lastIndexOf('/');
        if (slash > 0) {
            Optional<GroupId> group = GroupId.tryParse(text.substring(0, slash));
            Optional<Long> time = parseTime(text.substring(slash + 1));
            if (group.isPresent() && time.isPresent()) {
                return group.get().at(time.get());
            }
        }
        throw new IllegalArgumentException(
                "'" + text + "' is no snapshot; expected TYPE/ID/YYYY-MM-DDTHH:MM:SSZ");
    }

    /** Reads a snapshot directory's name. */
    public static Optional<Long> parseTime(String text) {
        if (!TIME_PATTERN.matcher(text).matches()) {
            return Optional.empty();
        }
        try {
            Instant time = Instant.parse(text);
            // 24:00:00 and leap seconds are other ways to write another time, whose name differs.
            return time.getEpochSecond() >= 1 && TIME.format(time).equals(text)
                    ? Optional.of(time.getEpochSecond())
                    : Optional.empty();
        } catch (DateTimeException e) {
            return Optional.empty();
        }
    }

    /** The directory name, {@code YYYY-MM-DDTHH:MM:SSZ}, always UTC. */
    public String timeText() {
        return TIME.format(Instant.ofEpochSecond(epochSeconds));
    }

    /** {@code TYPE/ID/TIME}. */
    @Override
    public String toString() {
        return group + "/" + timeText();
    }

    @Override
    public int compareTo(SnapshotId other) {
        int byGroup = group.compareTo(other.group);
        return byGroup != 0 ? byGroup : Long.compare(epochSeconds, other.epochSeconds);
    }
}
