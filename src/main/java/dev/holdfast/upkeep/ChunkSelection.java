package dev.holdfast.upkeep;

import dev.holdfast.chunk.DigestTable;
import dev.holdfast.format.ChunkIndex;
import dev.holdfast.format.Digest;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Which of the chunks of the chosen snapshots are checked in this run: all, those that were not
 * checked for some time, or a sample of those that were checked longest ago – so that checking 5 %
 * every day checks everything every 20 days. Complete once all indexes were added.
 */
final class ChunkSelection {
    /** Chunks of the same age are told apart by bits of their digest, differently in every run. */
    private static final int TIE_BITS = 20;

    private static final long TIE_MASK = (1L << TIE_BITS) - 1;

    private final ChunkLedger ledger;
    private final Optional<Instant> checkedBefore;
    private final double sample;
    private final long salt = ThreadLocalRandom.current().nextLong();

    /** Content length by digest, and whether the digest can be compared: · 2 + 1. */
    private final DigestTable chunks = new DigestTable();

    private long threshold = Long.MAX_VALUE;
    private long totalBytes;

    /**
     * A selection.
     *
     * @param checkedBefore only chunks last checked before this time
     */
    ChunkSelection(ChunkLedger ledger, Optional<Instant> checkedBefore, double sample) {
        this.ledger = ledger;
        this.checkedBefore = checkedBefore;
        this.sample = sample;
    }

    /** Adds the chunks of an archive. */
    void add(ChunkIndex index, boolean complete) {
        for (int i = 0; i < index.chunkCount(); i++) {
            chunks.put(index.digest(i), 2L * index.chunkBytes(i) + (complete ? 1 : 0));
        }
    }

    /** Says that all archives were added. */
    void complete() {
        if (sample < 1 && chunks.size() > 0) {
            long[] keys = new long[chunks.size()];
            int[] n = {0};
            chunks.forEach((digest, value) -> keys[n[0]++] = key(digest, (value & 1) == 1));
            Arrays.sort(keys);
            int wanted = (int) Math.ceil(sample * keys.length);
            threshold = keys[Math.max(1, wanted) - 1];
        }
        chunks.forEach(
                (digest, value) -> {
                    if (wants(digest, (value & 1) == 1)) {
                        totalBytes += value >> 1;
                    }
                });
    }

    private long key(Digest digest, boolean complete) {
        long tie = ((digest.d() ^ salt) * 0x9e37_79b9_7f4a_7c15L) >>> (Long.SIZE - TIE_BITS);
        return ledger.checkedSeconds(digest, complete) << TIE_BITS | (tie & TIE_MASK);
    }

    /**
     * Tells the ledger which chunks there are.
     *
     * @param everything when the chunks added were all of the repository; empty if they are not
     */
    void list(Optional<Instant> everything) {
        chunks.forEach((digest, value) -> ledger.known(digest, (int) (value >> 1)));
        everything.ifPresent(
                when -> ledger.retain(digest -> chunks.get(digest) != DigestTable.ABSENT, when));
    }

    /** Whether a chunk is checked in this run, as closely as {@code complete} says. */
    boolean wants(Digest digest, boolean complete) {
        if (checkedBefore.isPresent()
                && ledger.checkedSeconds(digest, complete)
                        >= checkedBefore.get().getEpochSecond()) {
            return false;
        }
        return threshold == Long.MAX_VALUE || key(digest, complete) <= threshold;
    }

    /** Content of all selected chunks. */
    long totalBytes() {
        return totalBytes;
    }

    /** The time since which every chunk added has been checked; empty if some never was. */
    Optional<Instant> checkedSince() {
        long[] oldest = {Long.MAX_VALUE};
        chunks.forEach(
                (digest, value) ->
                        oldest[0] =
                                Math.min(
                                        oldest[0],
                                        ledger.checkedSeconds(digest, (value & 1) == 1)));
        return oldest[0] == 0 || oldest[0] == Long.MAX_VALUE
                ? Optional.empty()
                : Optional.of(Instant.ofEpochSecond(oldest[0]));
    }
}
