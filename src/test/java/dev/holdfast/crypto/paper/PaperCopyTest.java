package dev.holdfast.crypto.paper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.BadKey;
import dev.holdfast.Golden;
import dev.holdfast.crypto.Keys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.TimeZone;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** keys.md §9: the layout, against copies that the official client made. */
class PaperCopyTest {
    private static final TimeZone ZONE = TimeZone.getDefault();

    @BeforeAll
    static void asTheGoldenCopies() {
        TimeZone.setDefault(TimeZone.getTimeZone("UTC"));
    }

    @AfterAll
    static void back() {
        TimeZone.setDefault(ZONE);
    }

    private static PaperCopy copy(String file) throws IOException {
        return PaperCopy.of(Files.readAllBytes(Keys.golden(file)), file);
    }

    private static Optional<String> subject(String name) {
        return Optional.of("Golden <" + name + "> & Co");
    }

    /** Their QR encoder mixes modes of characters, ours does not: the modules differ. */
    private static String withoutDrawing(String text) {
        return text.replaceAll("(?m)^[█▀▄ ]{20,}\n", "");
    }

    private static String withoutDrawings(String html) {
        return html.replaceAll("base64,[A-Za-z0-9+/]+", "base64,");
    }

    @ParameterizedTest
    @ValueSource(strings = {"key1-none", "key2-scrypt", "key3-pbkdf2"})
    void textIsThatOfTheOfficialClient(String name) throws IOException {
        PaperCopy copy = copy(name + ".json");
        assertSameText(
                PaperText.of(List.of(copy), Optional.empty()),
                Files.readString(Keys.golden(name + ".paperkey.txt")));
        assertSameText(
                PaperText.of(List.of(copy), subject(name)),
                Files.readString(Keys.golden(name + ".subject.paperkey.txt")));
    }

    @Test
    void textOfAMasterKeyIsThatOfTheOfficialClient() throws IOException {
        assertSameText(
                PaperText.of(List.of(copy("master-private.pem")), Optional.empty()),
                Files.readString(Keys.golden("master-private.paperkey.txt")));
    }

    private static void assertSameText(String ours, String theirs) {
        assertThat(withoutDrawing(ours)).isEqualTo(withoutDrawing(theirs));
        assertThat(ours.lines().count())
                .as("the codes have the same size")
                .isEqualTo(theirs.lines().count());
        assertThat(HalfBlocks.contents(ours)).isNotEmpty().isEqualTo(HalfBlocks.contents(theirs));
    }

    @ParameterizedTest
    @ValueSource(strings = {"key1-none", "key2-scrypt", "key3-pbkdf2"})
    void htmlIsThatOfTheOfficialClientWithTheSubjectEscaped(String name) throws IOException {
        Path dir = goldenHtml();
        PaperCopy copy = copy(name + ".json");
        assertThat(withoutDrawings(PaperHtml.of(List.of(copy), Optional.empty())))
                .isEqualTo(withoutDrawings(Files.readString(dir.resolve(name + ".paperkey.html"))));
        assertThat(withoutDrawings(PaperHtml.of(List.of(copy), subject(name))))
                .isEqualTo(
                        withoutDrawings(
                                        Files.readString(
                                                dir.resolve(name + ".subject.paperkey.html")))
                                .replace("<" + name + "> & Co", "&lt;" + name + "&gt; &amp; Co"));
    }

    @Test
    void htmlOfAMasterKeyIsThatOfTheOfficialClient() throws IOException {
        assertThat(
                        withoutDrawings(
                                PaperHtml.of(
                                        List.of(copy("master-private.pem")), Optional.empty())))
                .isEqualTo(
                        withoutDrawings(
                                Files.readString(
                                        goldenHtml().resolve("master-private.paperkey.html"))));
    }

    static Path goldenHtml() throws IOException {
        Path dir = Path.of("target", "golden-paper").toAbsolutePath();
        Files.createDirectories(dir);
        try {
            Process tar =
                    new ProcessBuilder(
                                    "tar",
                                    "--zstd",
                                    "-xf",
                                    Golden.dir().resolve("keys/paperkey-html.tar.zst").toString(),
                                    "-C",
                                    dir.toString())
                            .inheritIO()
                            .start();
            assertThat(tar.waitFor()).isZero();
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
        return dir;
    }

    @Test
    void needsNothingFromElsewhere() throws IOException {
        String html = PaperHtml.of(List.of(copy("key2-scrypt.json")), Optional.of("x"));
        assertThat(html).doesNotContain("http", "<script", "<link", "@import");
    }

    @Test
    void printsOnlyKeys() {
        for (String text :
                List.of(
                        "",
                        "{}",
                        "hello",
                        "-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n",
                        "-----BEGIN PRIVATE KEY-----\nAAAA\n-----END PRIVATE KEY-----\n",
                        "-----BEGIN ENCRYPTED PRIVATE KEY-----\nAAAA\n-----END ENCRYPTED PRIVATE KEY-----\n",
                        "-----BEGIN ENCRYPTED PRIVATE KEY-----\n" + "AAAA\n".repeat(30))) {
            assertThatThrownBy(() -> PaperCopy.of(text.getBytes(UTF_8), "F"))
                    .as(text)
                    .isInstanceOf(BadKey.class)
                    .hasMessageStartingWith("F");
        }
    }
}
