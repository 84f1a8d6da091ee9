package dev.holdfast.format;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.api.Test;

/** keys.md §1.1. */
class FingerprintTest {
    private static final String LONG =
            "0e:ab:d4:46:0b:6e:b9:ca:34:50:23:de:e2:b7:78:c7:90:e5:4a:16:83:b9:65:9c:0a:57:ae:19:90:90:15:9b";

    @Test
    void showsAllBytesOrTheFirstEight() {
        Fingerprint fingerprint = Fingerprint.parse(LONG);
        assertThat(fingerprint.longForm()).isEqualTo(LONG).hasSize(95);
        assertThat(fingerprint.shortForm()).isEqualTo("0e:ab:d4:46:0b:6e:b9:ca");
    }

    @Test
    void readsHexDigitsOfEitherCaseWithColonsAnywhere() {
        Fingerprint fingerprint = Fingerprint.parse(LONG);
        assertThat(Fingerprint.parse(LONG.replace(":", ""))).isEqualTo(fingerprint);
        assertThat(Fingerprint.parse("::" + LONG.toUpperCase(java.util.Locale.ROOT) + ":"))
                .isEqualTo(fingerprint);
    }

    @Test
    void refusesOtherLengthsAndOtherCharacters() {
        for (String text :
                new String[] {"", LONG.substring(3), LONG + "00", LONG.replace('e', 'g')}) {
            assertThatThrownBy(() -> Fingerprint.parse(text)).isInstanceOf(FormatException.class);
        }
    }
}
