package dev.holdfast.upkeep;

import dev.holdfast.format.Digest;

/**
 * Facts of the form <em>in this chunk, at this offset, begins a content of this size</em>, as
 * 64-bit hashes: at most 2 million of them, 32 MB; what does not fit is proved again when needed.
 * Thread-safe.
 */
final class ProvenHeaders {
    private static final int SLOTS = 1 << 22;
    private static final int MOST = SLOTS / 2;
    private static final long MULTIPLIER = 0x9e37_79b9_7f4a_7c15L;

    private long[] slots = new long[1 << 10];
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
        if (size > slots.length / 2) {
            long[] before = slots;
            slots = new long[Math.min(SLOTS, 2 * before.length)];
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
