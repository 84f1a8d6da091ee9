package dev.holdfast.crypto.paper;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.BadKey;
import dev.holdfast.crypto.KeySplitting;
import dev.holdfast.crypto.Keys;
import dev.holdfast.format.KeyFile;
import dev.holdfast.format.KeyShare;
import java.awt.image.BufferedImage;
import java.io.IOException;
import java.nio.file.Files;
import java.time.ZoneOffset;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** keys.md §9.3: back from paper. */
class PaperReaderTest {
    private static byte[] golden(String name) throws IOException {
        return Files.readAllBytes(Keys.golden(name));
    }

    private static byte[] json(KeyFile key) {
        return key.encode(ZoneOffset.UTC);
    }

    private static PaperReader reader(byte[]... pages) {
        PaperReader reader = new PaperReader();
        for (int i = 0; i < pages.length; i++) {
            reader.add(pages[i], "page" + (i + 1));
        }
        return reader;
    }

    private static void assertReadsKey(String name, byte[]... pages) throws IOException {
        List<KeyFile> keys = reader(pages).keys();
        assertThat(keys).hasSize(1);
        assertThat(json(keys.get(0))).isEqualTo(golden(name + ".json"));
    }

    private static String html(String file) throws IOException {
        return PaperHtml.of(List.of(PaperCopy.of(golden(file), file)), Optional.of("S <1>"));
    }

    private static String text(String file) throws IOException {
        return PaperText.of(List.of(PaperCopy.of(golden(file), file)), Optional.of("S"));
    }

    @ParameterizedTest
    @ValueSource(strings = {"key1-none", "key2-scrypt", "key3-pbkdf2"})
    void readsTheOfficialClientsTextAndHtml(String name) throws IOException {
        assertReadsKey(name, golden(name + ".paperkey.txt"));
        assertReadsKey(name, golden(name + ".subject.paperkey.txt"));
        for (String suffix : List.of(".paperkey.html", ".subject.paperkey.html")) {
            byte[] html = Files.readAllBytes(PaperCopyTest.goldenHtml().resolve(name + suffix));
            assertReadsKey(name, html);
            // Also when somebody lost one half of it.
            String without = new String(html, UTF_8).replaceAll("(?s)<p>.*?</p>", "");
            assertReadsKey(name, without.getBytes(UTF_8));
            String noCode = new String(html, UTF_8).replaceAll("base64,[A-Za-z0-9+/]+", "");
            assertReadsKey(name, noCode.getBytes(UTF_8));
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"key1-none", "key2-scrypt"})
    void readsOurTextAndHtmlHoweverTheyWereSaved(String name) throws IOException {
        String text = text(name + ".json");
        assertReadsKey(name, text.getBytes(UTF_8));
        assertReadsKey(name, ("\ufeff" + text.replace("\n", "\r\n")).getBytes(UTF_8));
        assertReadsKey(name, html(name + ".json").getBytes(UTF_8));
        assertReadsKey(name, golden(name + ".json"));
    }

    @Test
    void readsTextWhoseLongLinesWereBrokenInTyping() throws IOException {
        String typed =
                text("key1-none.json")
                        .replace("f5:7a:ee:38:", "f5:7a:ee:38:\n   ")
                        .replace("UEwytbSV", "UEwytbSV\n");
        assertReadsKey("key1-none", typed.getBytes(UTF_8));
    }

    @ParameterizedTest
    @ValueSource(strings = {"key1-none", "key2-scrypt", "key3-pbkdf2"})
    void readsAPhotographOfThePrintedPage(String name) throws IOException {
        BufferedImage page = PrintedPage.print(html(name + ".json")).get(0);
        assertReadsKey(name, PrintedPage.file(page, "png"));
        assertReadsKey(name, PrintedPage.file(PrintedPage.photograph(page, 4, 1), "jpeg"));
        assertReadsKey(name, PrintedPage.file(PrintedPage.photograph(page, -93, 2), "png"));
    }

    @Test
    void readsAPhotographOfTheOfficialClientsPage() throws IOException {
        String html =
                Files.readString(PaperCopyTest.goldenHtml().resolve("key2-scrypt.paperkey.html"));
        BufferedImage page = PrintedPage.print(html).get(0);
        assertReadsKey("key2-scrypt", PrintedPage.file(PrintedPage.photograph(page, 2, 3), "jpeg"));
    }

    @Test
    void readsAHintOfAnyLetters() throws IOException {
        KeyFile plain = KeyFile.parse(golden("key3-pbkdf2.json"));
        KeyFile key =
                new KeyFile(
                        plain.kdf(),
                        plain.createdSeconds(),
                        plain.modifiedSeconds(),
                        plain.data(),
                        plain.fingerprint(),
                        Optional.of("<ä> & §°± 日本 \"😀\""));
        List<PaperCopy> copies = List.of(PaperCopy.of(key));
        String html = PaperHtml.of(copies, Optional.empty());
        for (byte[] page :
                List.of(
                        html.getBytes(UTF_8),
                        html.replaceAll("base64,[A-Za-z0-9+/]+", "").getBytes(UTF_8),
                        PaperText.of(copies, Optional.empty()).getBytes(UTF_8),
                        PrintedPage.file(PrintedPage.print(html).get(0), "png"))) {
            assertThat(json(reader(page).keys().get(0))).isEqualTo(json(key));
        }
    }

    @Test
    void readsAMasterKeyFromTextHtmlAndPhotographsInAnyOrder() throws IOException {
        String pem = new String(golden("master-private.pem"), UTF_8);
        assertThat(reader(golden("master-private.paperkey.txt")).masterPem()).contains(pem);
        assertThat(reader(text("master-private.pem").getBytes(UTF_8)).masterPem()).contains(pem);
        assertThat(reader(html("master-private.pem").getBytes(UTF_8)).masterPem()).contains(pem);
        assertThat(
                        reader(
                                        Files.readAllBytes(
                                                PaperCopyTest.goldenHtml()
                                                        .resolve("master-private.paperkey.html")))
                                .masterPem())
                .contains(pem);
        byte[][] photos =
                PrintedPage.print(html("master-private.pem")).stream()
                        .map(p -> PrintedPage.file(PrintedPage.photograph(p, 3, 4), "jpeg"))
                        .toArray(byte[][]::new);
        assertThat(photos).hasNumberOfRows(3);
        assertThat(reader(photos[2], photos[0], photos[1]).masterPem()).contains(pem);
        assertMissing(reader(photos[1], photos[2]), "the first QR code");
        assertMissing(reader(photos[0], photos[1]), "the last QR code");
        assertMissing(reader(photos[0], photos[2]), "1 of the QR codes 2 to 2 of 3");
    }

    @Test
    void readsPagesOfAMasterKeyInAnyOrderAndNamesMissingLines() throws IOException {
        String pem = new String(golden("master-private.pem"), UTF_8);
        List<String> pages = Arrays.asList(text("master-private.pem").split("\f\n"));
        Collections.reverse(pages);
        assertThat(reader(String.join("\n", pages).getBytes(UTF_8)).masterPem()).contains(pem);
        assertMissing(
                reader(String.join("\n", pages.subList(1, pages.size())).getBytes(UTF_8)),
                "line 50 to 53");
        assertMissing(
                reader(String.join("\n", pages.subList(0, pages.size() - 1)).getBytes(UTF_8)),
                "line 0 to 4");
    }

    private static void assertMissing(PaperReader reader, String what) {
        assertThatThrownBy(reader::masterPem)
                .isInstanceOf(BadKey.class)
                .hasMessageContaining("missing")
                .hasMessageContaining(what);
    }

    @Test
    void readsSharesFromPaperOfEveryKind() {
        List<KeyShare> shares = KeySplitting.split(Keys.k0(), 3, 5);
        List<PaperCopy> copies = shares.stream().map(PaperCopy::of).toList();
        String all = PaperHtml.of(copies, Optional.empty());
        PaperReader reader = new PaperReader();
        reader.add(
                PrintedPage.file(
                        PrintedPage.photograph(PrintedPage.print(all).get(4), 5, 5), "jpeg"),
                "photo");
        reader.add(PaperText.of(copies.subList(0, 1), Optional.empty()).getBytes(UTF_8), "text");
        reader.add(PaperHtml.of(copies.subList(2, 3), Optional.empty()).getBytes(UTF_8), "html");
        assertThat(reader.shares().stream().map(KeyShare::number)).containsExactly(5, 1, 3);
        assertThat(KeySplitting.join(reader.shares()).fingerprint())
                .isEqualTo(Keys.k0().fingerprint());
        assertThat(reader(all.getBytes(UTF_8)).shares()).hasSize(5);
        assertThat(reader(PaperText.of(copies, Optional.empty()).getBytes(UTF_8)).shares())
                .hasSize(5);
    }

    @Test
    void aDamagedShareIsNamedWithItsPage() {
        KeyShare share = KeySplitting.split(Keys.k0(), 3, 5).get(1);
        String text = PaperText.of(List.of(PaperCopy.of(share)), Optional.empty());
        int at = text.indexOf("\"data\": \"") + 12;
        String damaged =
                text.substring(0, at)
                        + (text.charAt(at) == 'x' ? 'y' : 'x')
                        + text.substring(at + 1);
        assertThatThrownBy(() -> reader(damaged.getBytes(UTF_8)))
                .isInstanceOf(BadKey.class)
                .hasMessageContaining("page1: key share 2 is damaged");
    }

    @Test
    void saysWhatIsWrongWithOtherPages() throws IOException {
        BufferedImage blank = new BufferedImage(300, 200, BufferedImage.TYPE_INT_RGB);
        byte[] png = PrintedPage.file(PrintedPage.print(html("key1-none.json")).get(0), "png");
        assertBad(new byte[0], "is empty");
        assertBad("hello".getBytes(UTF_8), "no paper copy");
        assertBad("<html><p>hello</p></html>".getBytes(UTF_8), "no paper copy");
        assertBad(new byte[] {0, 1, (byte) 0xfe, 3}, "neither text nor an image");
        assertBad(PrintedPage.file(blank, "png"), "no QR code");
        assertBad(Arrays.copyOf(png, 60), "damaged");
        assertBad(Arrays.copyOf(PrintedPage.file(blank, "jpeg"), 40), "page1");
        String broken = text("key1-none.json").replace("\"data\"", "\"dat");
        assertBad(broken.getBytes(UTF_8), "no key file");
    }

    private static void assertBad(byte[] page, String reason) {
        assertThatThrownBy(() -> reader(page))
                .isInstanceOf(BadKey.class)
                .hasMessageContaining("page1")
                .hasMessageContaining(reason);
    }
}
