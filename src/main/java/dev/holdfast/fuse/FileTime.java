package dev.holdfast.fuse;

/**
 * A point in time as the kernel counts it.
 *
 * @param seconds since the epoch, rounded down; may be negative
 * @param nanos 0 to 999,999,999, always added
 */
public record FileTime(long seconds, int nanos) implements Comparable<FileTime> {
    public FileTime {
        if (nanos < 0 || nanos > 999_999_999) {
            throw new IllegalArgumentException("nanoseconds out of range: " + nanos);
        }
    }

    /** The current time. */
    public static FileTime now() {
        java.time.Instant now = java.time.Instant.now();
        return new FileTime(now.getEpochSecond(), now.getNano());
    }

    @Override
    public int compareTo(FileTime other) {
        int bySeconds = Long.compare(seconds, other.seconds);
        return bySeconds != 0 ? bySeconds : Integer.compare(nanos, other.nanos);
    }
}
