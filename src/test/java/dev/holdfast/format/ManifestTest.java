package dev.holdfast.format;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import org.junit.jupiter.api.Test;

/** keys.md §7. */
class ManifestTest {
    private static final String CANONICAL =
            "{\"backup-id\":\"elsa\",\"backup-time\":1593179765,\"backup-type\":\"host\",\"files\":["
                    + "{\"crypt-mode\":\"encrypt\",\"csum\":\"0101010101010101010101010101010101010101010101010101010101010101\",\"filename\":\"test1.img.fidx\",\"size\":200},"
                    + "{\"crypt-mode\":\"none\",\"csum\":\"0202020202020202020202020202020202020202020202020202020202020202\",\"filename\":\"abc.blob\",\"size\":200}]}";

    private static Manifest example() {
        return Manifest.unsigned(
                SnapshotId.parse("host/elsa/2020-06-26T13:56:05Z"),
                List.of(
                        new ManifestFile(
                                "test1.img.fidx",
                                CryptMode.ENCRYPT,
                                200,
                                Digest.parse("01".repeat(32))),
                        new ManifestFile(
                                "abc.blob", CryptMode.NONE, 200, Digest.parse("02".repeat(32)))));
    }

    @Test
    void hasTheCanonicalFormOfTheSpecification() {
        assertThat(new String(example().canonicalBytes(), UTF_8)).isEqualTo(CANONICAL);
    }

    @Test
    void canonicalFormSurvivesReadingAnyLayout() {
        Manifest unsigned = example();
        String shuffled =
                "{\"unknown\":{\"a\":1.5},\"files\":[{\"size\":200,\"csum\":\""
                        + "01".repeat(32)
                        + "\",\"extra\":true,\"filename\":\"test1.img.fidx\",\"crypt-mode\":\"encrypt\"},"
                        + "{\"filename\":\"abc.blob\",\"size\":200,\"csum\":\""
                        + "02".repeat(32)
                        + "\"}],\n \"backup-type\":\"host\",\"backup-time\":1593179765,\"backup-id\":\"elsa\"}";
        for (byte[] json : List.of(shuffled.getBytes(UTF_8), unsigned.encode())) {
            assertThat(new String(Manifest.parse(json).canonicalBytes(), UTF_8))
                    .isEqualTo(CANONICAL);
        }
    }

    @Test
    void lowersTheCaseOfChecksums() {
        byte[] json = CANONICAL.replace("0101", "ABAB").getBytes(UTF_8);
        assertThat(new String(Manifest.parse(json).canonicalBytes(), UTF_8)).contains("abababab");
    }

    @Test
    void escapesAsLittleAsJsonAllows() {
        StringBuilder text = new StringBuilder();
        CanonicalJson.appendString(text, "\"\\\b\f\n\r\t\u0001\u001f/\u007fä€😀");
        assertThat(text).hasToString("\"\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f/\u007fä€😀\"");
    }

    @Test
    void isWrittenAsTheSpecificationShows() {
        Manifest one = Manifest.unsigned(example().snapshot(), List.of(example().files().get(1)));
        assertThat(new String(one.encode(), UTF_8))
                .isEqualTo(
                        """
                        {
                          "backup-id": "elsa",
                          "backup-time": 1593179765,
                          "backup-type": "host",
                          "files": [
                            {
                              "crypt-mode": "none",
                              "csum": "0202020202020202020202020202020202020202020202020202020202020202",
                              "filename": "abc.blob",
                              "size": 200
                            }
                          ],
                          "signature": null,
                          "unprotected": {}
                        }"""
                                .stripTrailing());
    }

    @Test
    void keepsUnknownMembersOfTheUnprotectedPart() {
        String json =
                "{\"unprotected\":{\"foo\":{\"bar\":[1,2]},\"notes\":\"x\\ny\"},"
                        + CANONICAL.substring(1);
        Manifest read = Manifest.parse(json.getBytes(UTF_8));
        Manifest again = Manifest.parse(read.encode());
        assertThat(again.unprotected()).isEqualTo(read.unprotected());
        assertThat(again.notes()).contains("x\ny");
    }

    @Test
    void refusesDoubleMembersDoubleFilesAndTrailingText() {
        for (String json :
                List.of(
                        CANONICAL.replaceFirst("\\{", "{\"backup-id\":\"x\","),
                        CANONICAL.replace("abc.blob", "test1.img.fidx"),
                        CANONICAL + "{}",
                        CANONICAL.replace("200}]", "2e2}]"),
                        CANONICAL.replace("\"none\"", "\"rot13\""),
                        CANONICAL.replace("abc.blob", "../abc.blob"),
                        CANONICAL.replace("\"elsa\"", "\"../elsa\""),
                        CANONICAL.replace("1593179765", "-1e99"),
                        "[]",
                        "")) {
            assertThatThrownBy(() -> Manifest.parse(json.getBytes(UTF_8)))
                    .as(json)
                    .isInstanceOf(FormatException.class);
        }
    }
}
