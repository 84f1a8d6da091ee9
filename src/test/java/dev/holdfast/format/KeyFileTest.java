package dev.holdfast.format;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.Golden;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.Base64;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** keys.md §2. */
class KeyFileTest {
    private static final String EXAMPLE =
            "{\"kdf\":null,\"created\":\"2026-01-02T03:04:05+00:00\",\"modified\":\"2026-01-02T03:04:05+00:00\","
                    + "\"data\":\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\",\"fingerprint\":"
                    + "\"0e:ab:d4:46:0b:6e:b9:ca:34:50:23:de:e2:b7:78:c7:90:e5:4a:16:83:b9:65:9c:0a:57:ae:19:90:90:15:9b\"}";

    private static KeyFile parse(String json) {
        return KeyFile.parse(json.getBytes(UTF_8));
    }

    private static String withCreated(String time) {
        return EXAMPLE.replaceFirst("2026-01-02T03:04:05\\+00:00", time);
    }

    @Test
    void writesTheExampleOfTheSpecificationByteForByte() {
        assertThat(EXAMPLE).hasSize(255);
        assertThat(new String(parse(EXAMPLE).encode(ZoneOffset.UTC), UTF_8)).isEqualTo(EXAMPLE);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "key1-none.json",
                "key1-imported-none.json",
                "key1-imported-scrypt.json",
                "key2-scrypt.json",
                "key2-changed-pw.json",
                "key2-changed-to-none.json",
                "key2-imported-none.json",
                "key3-pbkdf2.json",
                "key3-changed-to-none.json"
            })
    void writesWhatTheOfficialClientWrote(String name) throws IOException {
        byte[] bytes = Files.readAllBytes(golden(name));
        assertThat(KeyFile.parse(bytes).encode(ZoneOffset.UTC)).isEqualTo(bytes);
    }

    private static Path golden(String name) {
        return Golden.dir().resolve("keys").resolve(name);
    }

    @Test
    void writesTimesInTheLocalZoneWithItsOffset() {
        String text = new String(parse(EXAMPLE).encode(ZoneId.of("Asia/Kolkata")), UTF_8);
        assertThat(text).contains("\"created\":\"2026-01-02T08:34:05+05:30\"");
        assertThat(parse(text).createdSeconds()).isEqualTo(1767323045L);
    }

    @ParameterizedTest
    @CsvSource({
        "2026-01-02T03:04:05Z, 1767323045",
        "2026-01-02T05:04:05+02:00, 1767323045",
        "2026-01-01T21:34:05-05:30, 1767323045",
        "2016-12-31T23:59:60Z, 1483228799",
    })
    void readsTimesWithZOrAnOffset(String time, long seconds) {
        assertThat(parse(withCreated(time)).createdSeconds()).isEqualTo(seconds);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "2026-01-02 03:04:05Z",
                "2026-01-02T03:04:05",
                "2026-01-02T03:04:05.5Z",
                "2026-1-2T03:04:05Z",
                "2026-01-02t03:04:05Z",
                "2026-13-02T03:04:05Z",
                "2026-01-02T03:04:05+0100",
                ""
            })
    void refusesOtherTimes(String time) {
        assertThatThrownBy(() -> parse(withCreated(time)))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("created");
    }

    @Test
    void readsBase64WithoutPadding() {
        assertThat(parse(EXAMPLE.replace("HR4f=", "HR4f").replace("Hh8=", "Hh8")).data()[31])
                .isEqualTo((byte) 31);
    }

    @Test
    void ignoresUnknownMembersAndMissingOptionalOnes() {
        KeyFile key =
                parse(
                        "{\"x\":{\"y\":[1]},\"created\":\"2026-01-02T03:04:05Z\",\"modified\":\"2026-01-02T03:04:06Z\",\"data\":\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\",\"fingerprint\":null}");
        assertThat(key.kdf()).isInstanceOf(Kdf.None.class);
        assertThat(key.fingerprint()).isEmpty();
        assertThat(key.hint()).isEmpty();
        assertThat(key.modifiedSeconds()).isEqualTo(key.createdSeconds() + 1);
    }

    @Test
    void readsAnEmptySalt() {
        String data = Base64.getEncoder().encodeToString(new byte[64]);
        KeyFile key =
                parse(
                        EXAMPLE.replace(
                                        "null",
                                        "{\"Scrypt\":{\"n\":16,\"r\":1,\"p\":1,\"salt\":\"\"}}")
                                .replace("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=", data));
        assertThat(((Kdf.Scrypt) key.kdf()).salt()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "{",
                "[]",
                "\"text\"",
                "null",
                "{}",
                "{\"kdf\":null}",
                "{\"snapshots\":[]}",
                "not json at all"
            })
    void refusesWhatIsNoKeyFile(String text) {
        assertThatThrownBy(() -> parse(text))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("key file");
    }

    @Test
    void refusesAKeyThatIsCutOffAnywhereWithoutQuotingIt() {
        for (int length = 0; length < EXAMPLE.length(); length++) {
            String cut = EXAMPLE.substring(0, length);
            assertThatThrownBy(() -> parse(cut))
                    .isInstanceOf(FormatException.class)
                    .hasNoCause()
                    .hasMessageNotContaining("AAECAw");
        }
    }

    @Test
    void refusesKeysOfAnotherLength() {
        String short31 = Base64.getEncoder().encodeToString(new byte[31]);
        assertThatThrownBy(
                        () ->
                                parse(
                                        EXAMPLE.replace(
                                                "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=",
                                                short31)))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("31 bytes");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{\"scrypt\":{\"n\":16,\"r\":1,\"p\":1,\"salt\":\"\"}}",
                "{\"Scrypt\":{\"n\":15,\"r\":1,\"p\":1,\"salt\":\"\"}}",
                "{\"Scrypt\":{\"n\":1073741824,\"r\":8,\"p\":1,\"salt\":\"\"}}",
                "{\"Scrypt\":{\"n\":16,\"r\":2000000000,\"p\":2000000000,\"salt\":\"\"}}",
                "{\"Scrypt\":{\"n\":-16,\"r\":1,\"p\":1,\"salt\":\"\"}}",
                "{\"PBKDF2\":{\"iter\":0,\"salt\":\"\"}}",
                "{\"PBKDF2\":{\"iter\":99999999999,\"salt\":\"\"}}",
                "{\"Argon2\":{}}",
                "7"
            })
    void refusesUnknownOrUnreasonableKeyDerivations(String kdf) {
        assertThatThrownBy(() -> parse(EXAMPLE.replace("null", kdf)))
                .isInstanceOf(FormatException.class);
    }

    @Test
    void limitsHintsAsOtherReadersDo() {
        KeyFile.checkHint("ü".repeat(64));
        for (String hint : new String[] {"", "x".repeat(65), "a\nb", "\u007f"}) {
            assertThatThrownBy(() -> KeyFile.checkHint(hint)).isInstanceOf(FormatException.class);
        }
    }

    @Test
    void neverShowsTheKeyAsText() {
        assertThat(parse(EXAMPLE).toString()).isEqualTo("KeyFile[none, 0e:ab:d4:46:0b:6e:b9:ca]");
    }
}
