package dev.holdfast.upkeep;

import dev.holdfast.format.Digest;

/**
 * Facts of the form <em>in this chunk, at this offset, begins a content of this size</em>, as
 * 64-bit hashes. They take at most an eighth of the memory: 4 million of them, 64 MB, in the 512 MB
 * that the launcher gives. What does not fit is proved again when needed. Thread-safe.
 */
final class ProvenHeaders {
    private static final int FEWEST_SLOTS = 1 << 10;
    private static final int SLOTS =
            (int)
                    Math.max(
                            FEWEST_SLOTS,
                            Math.min(
                                    1 << 28,
                                    Long.highestOneBit(
                                            Runtime.getRuntime().maxMemory() / 8 / Long.BYTES)));
    private static final int MOST = SLOTS / 2;
    private static final long MULTIPLIER = 0x9e37_79b9_7f4a_7c15L;

    private long[] slots = new long[FEWEST_SLOTS];
    private int size;

    static long key(Digest digest, long offset, long sizeBytes) {
        long hash = mix(digest.a() ^ mix(digest.c()));
        hash = mix(hash + offset);
        hash = mix(hash + sizeBytes);
        return hash == 0 ? 1 : hash;
    }

    private static long mix(long value) {
        long hash = value * MULTIPLIER;
        hash = (hash ^ (hash >>> 32)) * MULTIPLIER;
        return hash ^ (hash >>> 29);
    }

    synchronized boolean contains(long key) {
        return slots[slot(key)] == key;
    }

    synchronized void add(long key) {
        int at = slot(key);
        if (slots[at] == key || size >= MOST) {
            return;
        }
        slots[at] = key;
        size++;
        if (size > slots.length / 2 && slots.length < SLOTS) {
            long[] before = slots;
            slots = new long[2 * before.length];
            for (long one : before) {
                if (one != 0) {
                    slots[slot(one)] = one;
                }
            }
        }
    }

    private int slot(long key) {
        int mask = slots.length - 1;
        int at = (int) key & mask;
        while (slots[at] != 0 && slots[at] != key) {
            at = (at + 1) & mask;
        }
        return at;
    }
}
