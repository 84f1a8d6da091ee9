package dev.holdfast.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.BadKey;
import dev.holdfast.format.FormatException;
import dev.holdfast.format.KeyShare;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class KeySplittingTest {
    private static final BackupKey KEY = Keys.k0();

    private static BackupKey join(List<KeyShare> shares, int... indexes) {
        return KeySplitting.join(Arrays.stream(indexes).mapToObj(shares::get).toList());
    }

    private static KeyShare altered(KeyShare share) {
        byte[] data = share.data().clone();
        data[7] ^= 1;
        return new KeyShare(
                share.number(),
                share.threshold(),
                share.shares(),
                share.set(),
                share.fingerprint(),
                share.createdSeconds(),
                data);
    }

    @Test
    void anyThreeOfFiveRebuildTheKey() {
        List<KeyShare> shares = KeySplitting.split(KEY, 3, 5);
        assertThat(shares).hasSize(5);
        for (int a = 0; a < 5; a++) {
            for (int b = 0; b < 5; b++) {
                for (int c = 0; c < 5; c++) {
                    if (a != b && b != c && a != c) {
                        try (BackupKey key = join(shares, a, b, c)) {
                            assertThat(key.copySecret()).isEqualTo(KEY.copySecret());
                            assertThat(key.createdSeconds()).isEqualTo(KEY.createdSeconds());
                        }
                    }
                }
            }
        }
    }

    @Test
    void moreSharesThanNeededAndTheSameTwiceAreFine() {
        List<KeyShare> shares = KeySplitting.split(KEY, 2, 3);
        try (BackupKey key = join(shares, 2, 0, 1, 2, 0)) {
            assertThat(key.fingerprint()).isEqualTo(KEY.fingerprint());
        }
    }

    @Test
    void twoOfThreeAreTooFewAndTheMissingOnesAreNamed() {
        List<KeyShare> shares = KeySplitting.split(KEY, 3, 5);
        assertThatThrownBy(() -> join(shares, 1, 3, 1))
                .isInstanceOf(BadKey.class)
                .hasMessageContaining("2 of the 3 shares")
                .hasMessageContaining("1, 3, 5");
    }

    /**
     * With threshold 3, two shares fit every key: for any other key there is a third share that
     * makes it of the same two.
     */
    @Test
    void twoSharesSayNothing() {
        List<KeyShare> shares = KeySplitting.split(KEY, 3, 5);
        byte[][] rebuilt = new byte[256][];
        for (int third = 0; third < 256; third++) {
            byte[] guess = new byte[32];
            Arrays.fill(guess, (byte) third);
            rebuilt[third] =
                    Shamir.join(
                            new int[] {1, 2, 3},
                            new byte[][] {shares.get(0).data(), shares.get(1).data(), guess});
        }
        for (int i = 0; i < 32; i++) {
            boolean[] seen = new boolean[256];
            for (byte[] key : rebuilt) {
                seen[key[i] & 0xff] = true;
            }
            assertThat(seen).doesNotContain(false);
        }
    }

    @Test
    void sharesOfTwoSplittingsDiffer() {
        List<KeyShare> a = KeySplitting.split(KEY, 2, 2);
        List<KeyShare> b = KeySplitting.split(KEY, 2, 2);
        assertThat(a.get(0).data()).isNotEqualTo(b.get(0).data());
        assertThat(a.get(0).data()).isNotEqualTo(KEY.copySecret());
    }

    @Test
    void aForeignShareIsNamed() {
        List<KeyShare> shares = new ArrayList<>(KeySplitting.split(KEY, 3, 5).subList(0, 3));
        KeyShare sameKey = KeySplitting.split(KEY, 3, 5).get(3);
        KeyShare otherKey = KeySplitting.split(Keys.unlock("key1-none.json"), 3, 5).get(4);
        for (KeyShare stranger : List.of(sameKey, otherKey)) {
            List<KeyShare> mixed = new ArrayList<>(shares);
            mixed.add(0, stranger);
            assertThatThrownBy(() -> KeySplitting.join(mixed))
                    .isInstanceOf(BadKey.class)
                    .hasMessageContaining(stranger + " is foreign");
        }
    }

    @Test
    void anAlteredShareIsNamedWhenAnotherCanReplaceIt() {
        List<KeyShare> shares = new ArrayList<>(KeySplitting.split(KEY, 3, 5).subList(0, 4));
        shares.set(1, altered(shares.get(1)));
        assertThatThrownBy(() -> KeySplitting.join(shares))
                .isInstanceOf(BadKey.class)
                .hasMessageContaining("share 2 of 5")
                .hasMessageContaining("altered");
        assertThatThrownBy(() -> join(shares, 0, 1, 2))
                .isInstanceOf(BadKey.class)
                .hasMessageContaining("at least one of 1, 2, 3 was altered");
        assertThatThrownBy(
                        () ->
                                KeySplitting.join(
                                        List.of(
                                                shares.get(0),
                                                altered(shares.get(0)),
                                                shares.get(2))))
                .hasMessageContaining("share 1 is there twice");
    }

    @Test
    void everyMistypedCharacterOfTheDataIsNoticed() {
        KeyShare share = KeySplitting.split(KEY, 2, 3).get(1);
        String text = new String(share.encode(), UTF_8);
        int start = text.indexOf("\"data\": \"") + 9;
        for (int i = start; i < text.indexOf('"', start) - 1; i++) {
            String mistyped =
                    text.substring(0, i)
                            + (text.charAt(i) == 'A' ? 'B' : 'A')
                            + text.substring(i + 1);
            assertThatThrownBy(() -> KeyShare.parse(mistyped.getBytes(UTF_8)))
                    .isInstanceOf(FormatException.class)
                    .hasMessageContaining("key share 2 is damaged")
                    .hasMessageNotContaining(text.substring(start, start + 8));
        }
        for (String mistyped :
                List.of(
                        text.replace("\"threshold\": 2", "\"threshold\": 3"),
                        text.replace("\"share\": 2", "\"share\": 3"),
                        text.replace("\"created\": 1", "\"created\": 2"))) {
            assertThatThrownBy(() -> KeyShare.parse(mistyped.getBytes(UTF_8)))
                    .isInstanceOf(FormatException.class)
                    .hasMessageContaining("damaged");
        }
        assertThat(KeyShare.parse(text.getBytes(UTF_8)).data()).isEqualTo(share.data());
    }

    @Test
    void impossibleThresholdsAreRefused() {
        for (int[] n : new int[][] {{1, 3}, {0, 0}, {4, 3}, {2, 256}, {-1, 5}}) {
            assertThatThrownBy(() -> KeySplitting.split(KEY, n[0], n[1]))
                    .isInstanceOf(IllegalArgumentException.class);
        }
        assertThat(KeySplitting.split(KEY, 255, 255)).hasSize(255);
    }
}
