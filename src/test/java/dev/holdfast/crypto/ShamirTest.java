package dev.holdfast.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.HexFormat;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.constraints.IntRange;
import net.jqwik.api.constraints.Size;
import org.bouncycastle.crypto.threshold.ShamirSecretSplitter;
import org.bouncycastle.crypto.threshold.ShamirSplitSecret;
import org.bouncycastle.crypto.threshold.ShamirSplitSecretShare;
import org.junit.jupiter.api.Test;

class ShamirTest {
    private static byte[] hex(String text) {
        return HexFormat.of().parseHex(text);
    }

    /** draft-mcgrew-tss-03 ("Threshold Secret Sharing"), section 9. */
    @Test
    void joinsThePublishedVector() {
        assertThat(
                        Shamir.join(
                                new int[] {1, 2},
                                new byte[][] {hex("b9fa07e185"), hex("f5409b4511")}))
                .isEqualTo(hex("7465737400"));
    }

    /** FIPS 197, section 4.2: {57} • {83} = {c1}, {57} • {13} = {fe}; {53} and {ca} are inverse. */
    @Test
    void multipliesAsAesDoes() {
        assertThat(ByteField.multiply(0x57, 0x83)).isEqualTo(0xc1);
        assertThat(ByteField.multiply(0x57, 0x13)).isEqualTo(0xfe);
        assertThat(ByteField.inverse(0x53)).isEqualTo(0xca);
        for (int a = 1; a < 256; a++) {
            assertThat(ByteField.multiply(a, ByteField.inverse(a))).isEqualTo(1);
        }
        assertThatThrownBy(() -> ByteField.inverse(0)).isInstanceOf(ArithmeticException.class);
    }

    /** Bouncy Castle joins what we split. */
    @Property(tries = 50)
    void anotherImplementationJoinsOurShares(
            @ForAll @Size(32) byte[] secret,
            @ForAll @IntRange(min = 2, max = 12) int threshold,
            @ForAll @IntRange(max = 20) int more)
            throws IOException {
        byte[][] shares = Shamir.split(secret, threshold, threshold + more, new SecureRandom());
        // The last ones, so that the numbers are not simply 1, 2, 3.
        ShamirSplitSecretShare[] theirs = new ShamirSplitSecretShare[threshold];
        int[] numbers = new int[threshold];
        byte[][] ours = new byte[threshold][];
        for (int i = 0; i < threshold; i++) {
            numbers[i] = more + i + 1;
            ours[i] = shares[more + i];
            theirs[i] = new ShamirSplitSecretShare(ours[i], numbers[i]);
        }
        assertThat(
                        new ShamirSplitSecret(
                                        ShamirSecretSplitter.Algorithm.AES,
                                        ShamirSecretSplitter.Mode.Native,
                                        theirs)
                                .getSecret())
                .isEqualTo(secret);
        assertThat(Shamir.join(numbers, ours)).isEqualTo(secret);
    }
}
