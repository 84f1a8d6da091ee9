package dev.holdfast.chunk;

import static java.nio.charset.StandardCharsets.US_ASCII;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.security.DigestException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/** The streams of known content that the test vectors of {@code chunking.md} are about. */
final class Streams {
    private Streams() {}

    /** Counts 0, 1, 2, … in u32 LE. */
    static byte[] ramp(int length) {
        ByteBuffer out = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        for (int i = 0; i < length / 4; i++) {
            out.putInt(i);
        }
        return out.array();
    }

    /** Bits 16…47 of the states of a linear congruential generator. */
    static byte[] lcg(long seed, int length) {
        ByteBuffer out = ByteBuffer.allocate(length).order(ByteOrder.LITTLE_ENDIAN);
        long x = seed;
        while (out.hasRemaining()) {
            x = x * 6364136223846793005L + 1442695040888963407L;
            out.putInt((int) (x >>> 16));
        }
        return out.array();
    }

    /** SHA-256(seed ‖ i as u64 LE) for i = 0, 1, 2, … */
    static byte[] counter(String seed, int length) {
        byte[] out = new byte[length];
        ByteBuffer block = ByteBuffer.allocate(seed.length() + 8).order(ByteOrder.LITTLE_ENDIAN);
        block.put(seed.getBytes(US_ASCII));
        MessageDigest sha = sha256();
        try {
            for (int i = 0; i < length / 32; i++) {
                sha.update(block.putLong(seed.length(), i).array());
                sha.digest(out, i * 32, 32);
            }
        } catch (DigestException e) {
            throw new AssertionError(e);
        }
        return out;
    }

    static String sha256(byte[] buf, int off, int len) {
        MessageDigest sha = sha256();
        sha.update(buf, off, len);
        return HexFormat.of().formatHex(sha.digest());
    }

    /** The end offsets of the chunks of a stream that is fed in slices of this size. */
    static List<Long> ends(Chunker chunker, byte[] stream, int sliceBytes) {
        List<Long> ends = new ArrayList<>();
        for (int slice = 0; slice < stream.length; slice += sliceBytes) {
            int end = Math.min(slice + sliceBytes, stream.length);
            int i = slice;
            while (i < end) {
                int k = chunker.scan(stream, i, end - i);
                if (k == 0) {
                    break;
                }
                i += k;
                ends.add((long) i);
            }
        }
        if (ends.isEmpty() || ends.get(ends.size() - 1) < stream.length) {
            ends.add((long) stream.length);
        }
        return ends;
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new AssertionError(e);
        }
    }
}
