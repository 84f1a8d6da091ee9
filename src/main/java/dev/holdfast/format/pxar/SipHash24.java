package dev.holdfast.format.pxar;

import dev.holdfast.format.Bytes;

/**
 * SipHash-2-4 under the fixed key of the format (§9.1): the hash of names in goodbye tables.
 *
 * <p>The key is public, so hashes can be made to collide: equal hashes never mean equal names.
 */
public final class SipHash24 {
    private static final long K0 = 0x83ac3f1cfbb450dbL;
    private static final long K1 = 0xaa4f1b6879369fbdL;

    private SipHash24() {}

    /** The hash of a whole array. */
    public static long hash(byte[] data) {
        return hash(data, 0, data.length);
    }

    /** The hash of {@code len} bytes from {@code off} on. */
    public static long hash(byte[] data, int off, int len) {
        long v0 = K0 ^ 0x736f6d6570736575L;
        long v1 = K1 ^ 0x646f72616e646f6dL;
        long v2 = K0 ^ 0x6c7967656e657261L;
        long v3 = K1 ^ 0x7465646279746573L;
        int blocks = len >>> 3;
        // One turn more than there are blocks for the padded last one, one more to finish.
        for (int i = 0; i <= blocks + 1; i++) {
            long m = 0;
            int rounds = 2;
            if (i < blocks) {
                m = Bytes.getLong(data, off + (i << 3));
            } else if (i == blocks) {
                m = (long) len << 56;
                for (int j = blocks << 3; j < len; j++) {
                    m |= (data[off + j] & 0xffL) << ((j & 7) << 3);
                }
            } else {
                v2 ^= 0xff;
                rounds = 4;
            }
            v3 ^= m;
            for (int r = 0; r < rounds; r++) {
                v0 += v1;
                v1 = Long.rotateLeft(v1, 13) ^ v0;
                v0 = Long.rotateLeft(v0, 32);
                v2 += v3;
                v3 = Long.rotateLeft(v3, 16) ^ v2;
                v0 += v3;
                v3 = Long.rotateLeft(v3, 21) ^ v0;
                v2 += v1;
                v1 = Long.rotateLeft(v1, 17) ^ v2;
                v2 = Long.rotateLeft(v2, 32);
            }
            v0 ^= m;
        }
        return v0 ^ v1 ^ v2 ^ v3;
    }
}
