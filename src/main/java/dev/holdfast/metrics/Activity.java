package dev.holdfast.metrics;

import java.util.EnumMap;
import java.util.Locale;
import java.util.Map;
import java.util.concurrent.atomic.LongAdder;

/**
 * What went through a mounted file system since it was mounted: content read and written, calls
 * that failed for a reason that an operator should know. Counting costs a few nanoseconds and no
 * memory. Thread-safe.
 */
public final class Activity {
    private final LongAdder readBytes = new LongAdder();
    private final LongAdder writtenBytes = new LongAdder();
    private final Map<Failure, LongAdder> failures = new EnumMap<>(Failure.class);

    /**
     * Why a call failed. What a caller may expect, as a name that is not there, is none of them.
     */
    public enum Failure {
        /** Stored data is missing or not what it should be. */
        DAMAGED,
        /** The repository did not answer. */
        UNREACHABLE,
        /** No key for it. */
        KEY,
        /** The repository, or a rule of safety, forbade it. */
        REFUSED,
        /** The disk or the memory below gave an error. */
        IO,
        /** There was no space for it. */
        FULL,
        /** An error in this program. */
        INTERNAL;

        /** As it is called in figures. */
        public String label() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    public Activity() {
        for (Failure failure : Failure.values()) {
            failures.put(failure, new LongAdder());
        }
    }

    /** Content was read. */
    public void read(long bytes) {
        readBytes.add(bytes);
    }

    /** Content was written. */
    public void wrote(long bytes) {
        writtenBytes.add(bytes);
    }

    /** A call failed. */
    public void failed(Failure failure) {
        failures.get(failure).increment();
    }

    /** Content read so far. */
    public long readBytes() {
        return readBytes.sum();
    }

    /** Content written so far. */
    public long writtenBytes() {
        return writtenBytes.sum();
    }

    /** Calls that failed so far for that reason. */
    public long failures(Failure failure) {
        return failures.get(failure).sum();
    }
}
