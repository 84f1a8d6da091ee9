package dev.holdfast.chunk;

import dev.holdfast.format.Digest;

/**
 * A number for each of many digests, 40 bytes per slot: a datastore of 1 TB has about 300 000
 * chunks, which are 20 MB here and would be 40 MB as a map of objects, walked by every garbage
 * collection of the JVM. Open addressing with linear probing; digests are uniformly distributed, so
 * their bits are the hash. Not thread-safe.
 */
public final class DigestTable {
    /** What {@link #get} gives for a digest that is not in the table. */
    public static final long ABSENT = Long.MIN_VALUE;

    private static final int WORDS = 5;
    private static final int SMALLEST_SLOTS = 1 << 10;

    /** Digest in four words, then the value; {@link #ABSENT} as value marks a free slot. */
    private long[] slots = empty(SMALLEST_SLOTS);

    private int mask = SMALLEST_SLOTS - 1;
    private int size;

    private static long[] empty(int slots) {
        long[] words = new long[Math.multiplyExact(slots, WORDS)];
        for (int i = WORDS - 1; i < words.length; i += WORDS) {
            words[i] = ABSENT;
        }
        return words;
    }

    /** How many digests there are. */
    public int size() {
        return size;
    }

    /** The number of a digest, or {@link #ABSENT}. */
    public long get(Digest digest) {
        return slots[slot(digest.a(), digest.b(), digest.c(), digest.d()) + WORDS - 1];
    }

    /**
     * Sets the number of a digest, which must not be {@link #ABSENT}.
     *
     * @return what it was before
     */
    public long put(Digest digest, long value) {
        if (value == ABSENT) {
            throw new IllegalArgumentException("the value that means absent");
        }
        return put(digest.a(), digest.b(), digest.c(), digest.d(), value);
    }

    private long put(long a, long b, long c, long d, long value) {
        int at = slot(a, b, c, d);
        long before = slots[at + WORDS - 1];
        if (before == ABSENT) {
            if (size >= (mask + 1) / 4 * 3) {
                grow();
                at = slot(a, b, c, d);
            }
            slots[at] = a;
            slots[at + 1] = b;
            slots[at + 2] = c;
            slots[at + 3] = d;
            size++;
        }
        slots[at + WORDS - 1] = value;
        return before;
    }

    /** Forgets everything and gives the memory back. */
    public void clear() {
        slots = empty(SMALLEST_SLOTS);
        mask = SMALLEST_SLOTS - 1;
        size = 0;
    }

    /** Sees every digest once, in no order. */
    public void forEach(Visitor visitor) {
        for (int at = 0; at < slots.length; at += WORDS) {
            if (slots[at + WORDS - 1] != ABSENT) {
                Digest digest = new Digest(slots[at], slots[at + 1], slots[at + 2], slots[at + 3]);
                visitor.visit(digest, slots[at + WORDS - 1]);
            }
        }
    }

    /** Sees digests with their numbers. */
    @FunctionalInterface
    public interface Visitor {
        void visit(Digest digest, long value);
    }

    private int slot(long a, long b, long c, long d) {
        int i = (int) b & mask;
        while (true) {
            int at = i * WORDS;
            if (slots[at + WORDS - 1] == ABSENT
                    || (slots[at] == a
                            && slots[at + 1] == b
                            && slots[at + 2] == c
                            && slots[at + 3] == d)) {
                return at;
            }
            i = (i + 1) & mask;
        }
    }

    private void grow() {
        int doubled = Math.multiplyExact(mask + 1, 2);
        long[] before = slots;
        slots = empty(doubled);
        mask = doubled - 1;
        size = 0;
        for (int at = 0; at < before.length; at += WORDS) {
            if (before[at + WORDS - 1] != ABSENT) {
                put(
                        before[at],
                        before[at + 1],
                        before[at + 2],
                        before[at + 3],
                        before[at + WORDS - 1]);
            }
        }
    }
}
