package dev.holdfast.upkeep;

import dev.holdfast.chunk.DigestTable;
import dev.holdfast.format.Digest;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;

/**
 * What a run knows of chunks: which are right, with which length and kind, and which are damaged.
 * Also tells the ledger. Thread-safe.
 */
final class CheckedChunks {
    /** How a chunk stands. */
    enum State {
        UNKNOWN,
        PENDING,
        DAMAGED,
        RIGHT
    }

    private static final long PENDING = -2;
    private static final long DAMAGED = -1;

    private final ChunkLedger ledger;

    /** {@link #PENDING}, {@link #DAMAGED}, or length · 4 + 2 if encrypted + 1 if complete. */
    private final DigestTable states = new DigestTable();

    private final List<Digest> damaged = new ArrayList<>();
    private long count;
    private long contentBytes;

    CheckedChunks(ChunkLedger ledger) {
        this.ledger = ledger;
    }

    synchronized State state(Digest digest) {
        long state = states.get(digest);
        return state == DigestTable.ABSENT
                ? State.UNKNOWN
                : state == PENDING ? State.PENDING : state == DAMAGED ? State.DAMAGED : State.RIGHT;
    }

    /** Whether a chunk that is right was looked at as closely as can be. */
    synchronized boolean isComplete(Digest digest) {
        long state = states.get(digest);
        return state > 0 && (state & 1) == 1;
    }

    /** Claims a chunk for checking; one that is known stays what it is. */
    synchronized void begin(Digest digest) {
        if (states.get(digest) == DigestTable.ABSENT) {
            states.put(digest, PENDING);
        }
    }

    synchronized void right(Digest digest, int bytes, boolean encrypted, boolean complete) {
        long before = states.put(digest, 4L * bytes + (encrypted ? 2 : 0) + (complete ? 1 : 0));
        if (before <= 0) {
            count++;
            contentBytes += bytes;
        }
        ledger.checked(digest, bytes, Instant.now(), complete);
    }

    synchronized void damaged(Digest digest, int bytes) {
        if (states.put(digest, DAMAGED) != DAMAGED) {
            damaged.add(digest);
            count++;
            contentBytes += bytes;
        }
        ledger.damaged(digest, bytes);
    }

    /** Gives a claim back: the chunk could not be judged. */
    synchronized void undecided(Digest digest, int bytes, boolean encrypted) {
        states.put(digest, 4L * bytes + (encrypted ? 2 : 0));
    }

    /** Whether a chunk that was found right is so for an index that describes it like this. */
    synchronized boolean fits(Digest digest, int bytes, boolean encrypted) {
        long state = states.get(digest);
        return state <= 0 || state >> 1 == 2L * bytes + (encrypted ? 1 : 0);
    }

    synchronized List<Digest> damaged() {
        return List.copyOf(damaged);
    }

    synchronized long count() {
        return count;
    }

    synchronized long contentBytes() {
        return contentBytes;
    }
}
