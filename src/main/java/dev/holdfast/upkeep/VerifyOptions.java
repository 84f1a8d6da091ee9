package dev.holdfast.upkeep;

import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.OptionalLong;

/**
 * How to verify.
 *
 * @param threads how many chunks are checked at once
 * @param quarantine whether damaged chunks are moved aside
 * @param newerThan only snapshots made after this
 * @param unverifiedSince only chunks not checked within this time; without a key, also only
 *     snapshots not found right within it
 * @param sample the fraction of the chunks to check, in (0, 1]: those that were checked longest ago
 * @param bytesPerSecond how fast to read at most
 * @param record whether the result is written into manifests, where the repository allows it
 */
public record VerifyOptions(
        int threads,
        boolean quarantine,
        Optional<Instant> newerThan,
        Optional<Duration> unverifiedSince,
        double sample,
        OptionalLong bytesPerSecond,
        boolean record) {

    public VerifyOptions {
        if (threads < 1) {
            throw new IllegalArgumentException("threads: " + threads);
        }
        if (!(sample > 0 && sample <= 1)) {
            throw new IllegalArgumentException("a sample must be more than 0 % and at most 100 %");
        }
        if (bytesPerSecond.isPresent() && bytesPerSecond.getAsLong() < 1) {
            throw new IllegalArgumentException("rate: " + bytesPerSecond.getAsLong());
        }
    }

    /** Everything, on two threads, recording the result. */
    public static VerifyOptions everything() {
        return new VerifyOptions(
                2, false, Optional.empty(), Optional.empty(), 1, OptionalLong.empty(), true);
    }

    /** The same, moving damaged chunks aside. */
    public VerifyOptions quarantining() {
        return new VerifyOptions(
                threads, true, newerThan, unverifiedSince, sample, bytesPerSecond, record);
    }

    /** The same for a fraction of the chunks. */
    public VerifyOptions sampling(double fraction) {
        return new VerifyOptions(
                threads, quarantine, newerThan, unverifiedSince, fraction, bytesPerSecond, record);
    }

    /** The same for chunks that were not checked for so long. */
    public VerifyOptions notCheckedFor(Duration age) {
        return new VerifyOptions(
                threads, quarantine, newerThan, Optional.of(age), sample, bytesPerSecond, record);
    }
}
