package dev.holdfast.cli;

import static java.util.Objects.requireNonNull;

import java.util.OptionalLong;

/**
 * How far something is.
 *
 * @param task what is being done; the rate is counted anew when it changes
 * @param entries things done, 0 if they are not counted
 * @param done bytes done, or things of {@code unit}
 * @param total what it will be at the end, if known
 * @param unit plural of what is counted; empty for bytes
 */
record ProgressState(String task, long entries, long done, OptionalLong total, String unit) {
    ProgressState {
        requireNonNull(task);
        requireNonNull(total);
        requireNonNull(unit);
    }

    /** Bytes of which the total is known. */
    static ProgressState bytes(String task, long done, long total) {
        return new ProgressState(task, 0, done, OptionalLong.of(total), "");
    }

    /** Entries with so many bytes; how many there will be is not known. */
    static ProgressState entries(String task, long entries, long bytes) {
        return new ProgressState(task, entries, bytes, OptionalLong.empty(), "");
    }

    /** Entries with so many bytes, of which there will be about {@code total} if it is known. */
    static ProgressState entries(String task, long entries, long bytes, OptionalLong total) {
        return new ProgressState(task, entries, bytes, total, "");
    }

    /** Things that are not bytes. */
    static ProgressState things(String task, long done, long total, String unit) {
        return new ProgressState(task, 0, done, OptionalLong.of(total), unit);
    }
}
