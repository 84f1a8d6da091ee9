package dev.holdfast.store.pbs;

import dev.holdfast.format.ChunkIndex;
import dev.holdfast.format.Digest;

/**
 * The chunks that may be appended in a session without being uploaded (protocol.md §8.6): those of
 * indexes that were downloaded as previous ones, and those uploaded. An open hash table of 36 bytes
 * per slot, at most half of them used: a base of 1 TiB takes 19–38 MB instead of five times that as
 * objects. Thread-safe.
 */
final class KnownChunks {
    private static final int LONGS = 4;
    private static final int FIRST_SLOTS = 1024;

    private long[] digests = new long[FIRST_SLOTS * LONGS];

    /** Content length; 0 marks a free slot. */
    private int[] lengths = new int[FIRST_SLOTS];

    private int used;

    /** Adds all chunks of an index. */
    synchronized void add(ChunkIndex index) {
        for (int i = 0; i < index.chunkCount(); i++) {
            add(index.digest(i), index.chunkBytes(i));
        }
    }

    /** Adds a chunk; what is known about it already stays. */
    synchronized void add(Digest digest, int contentBytes) {
        if (contentBytes <= 0) {
            throw new IllegalArgumentException("chunk of " + contentBytes + " bytes");
        }
        if (2 * used >= lengths.length) {
            grow();
        }
        int slot = find(digest);
        if (lengths[slot] == 0) {
            put(slot, digest, contentBytes);
            used++;
        }
    }

    /** Whether the chunk is known with that content length. */
    synchronized boolean contains(Digest digest, int contentBytes) {
        return contentBytes > 0 && lengths[find(digest)] == contentBytes;
    }

    private int find(Digest digest) {
        int mask = lengths.length - 1;
        int slot = digest.hashCode() & mask;
        while (lengths[slot] != 0 && !at(slot).equals(digest)) {
            slot = (slot + 1) & mask;
        }
        return slot;
    }

    private Digest at(int slot) {
        int i = slot * LONGS;
        return new Digest(digests[i], digests[i + 1], digests[i + 2], digests[i + 3]);
    }

    private void put(int slot, Digest digest, int contentBytes) {
        int i = slot * LONGS;
        digests[i] = digest.a();
        digests[i + 1] = digest.b();
        digests[i + 2] = digest.c();
        digests[i + 3] = digest.d();
        lengths[slot] = contentBytes;
    }

    private void grow() {
        long[] oldDigests = digests;
        int[] oldLengths = lengths;
        digests = new long[Math.multiplyExact(oldDigests.length, 2)];
        lengths = new int[oldLengths.length * 2];
        for (int i = 0; i < oldLengths.length; i++) {
            if (oldLengths[i] != 0) {
                int j = i * LONGS;
                Digest digest =
                        new Digest(
                                oldDigests[j],
                                oldDigests[j + 1],
                                oldDigests[j + 2],
                                oldDigests[j + 3]);
                put(find(digest), digest, oldLengths[i]);
            }
        }
    }
}
