package dev.holdfast.crypto;

import java.security.SecureRandom;
import java.util.Arrays;

/**
 * Secret sharing over {@link ByteField} (Shamir, "How to Share a Secret", 1979): each byte of the
 * secret is the value at 0 of a random polynomial of degree threshold − 1, each share its values at
 * the share's number, from 1. Fewer shares than the threshold say nothing about the secret.
 *
 * <p>Ours because the one of Bouncy Castle 1.84 returns as many shares as the secret has bytes,
 * some of them null, and fails for more; its joining serves the tests as a second opinion.
 */
final class Shamir {
    private Shamir() {}

    /** Shares number 1 to {@code count}, in this order. */
    static byte[][] split(byte[] secret, int threshold, int count, SecureRandom random) {
        // coefficients[d][i]: of x^d, for byte i.
        byte[][] coefficients = new byte[threshold][secret.length];
        coefficients[0] = secret.clone();
        for (int degree = 1; degree < threshold; degree++) {
            random.nextBytes(coefficients[degree]);
        }
        byte[][] shares = new byte[count][secret.length];
        for (int x = 1; x <= count; x++) {
            for (int i = 0; i < secret.length; i++) {
                int value = 0;
                for (int degree = threshold - 1; degree >= 0; degree--) {
                    value = ByteField.multiply(value, x) ^ (coefficients[degree][i] & 0xff);
                }
                shares[x - 1][i] = (byte) value;
            }
        }
        for (byte[] row : coefficients) {
            Arrays.fill(row, (byte) 0);
        }
        return shares;
    }

    /**
     * The secret, by Lagrange's interpolation at 0. Any shares give something; whether it is the
     * secret the caller must know by other means.
     *
     * @param numbers of the shares, all different
     */
    static byte[] join(int[] numbers, byte[][] shares) {
        byte[] secret = new byte[shares[0].length];
        for (int s = 0; s < numbers.length; s++) {
            int weight = 1;
            for (int other : numbers) {
                if (other != numbers[s]) {
                    weight =
                            ByteField.multiply(
                                    weight,
                                    ByteField.multiply(
                                            other, ByteField.inverse(other ^ numbers[s])));
                }
            }
            for (int i = 0; i < secret.length; i++) {
                secret[i] ^= (byte) ByteField.multiply(weight, shares[s][i] & 0xff);
            }
        }
        return secret;
    }
}
