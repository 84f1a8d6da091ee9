package dev.holdfast.snapshot;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.fail;

import dev.holdfast.Golden;
import dev.holdfast.format.FormatException;
import dev.holdfast.format.catalog.CatalogEntry;
import dev.holdfast.format.catalog.CatalogInput;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class CatalogReaderTest {
    private static final byte[] EXAMPLE =
            HexFormat.of()
                    .parseHex(
                            "91fd60f9c46758d5"
                                    + "0401"
                                    + "6c0163"
                                    + "0c02"
                                    + "660161ac028100"
                                    + "64016205"
                                    + "1201"
                                    + "640e726f6f742e707861722e646964780d"
                                    + "1a00000000000000");

    private static final Pattern ESCAPE = Pattern.compile("\\\\(x[0-9A-F]{2}|u\\{[0-9a-f]+}|.)");

    /** Stands for a byte that is no character, until the characters have become bytes. */
    private static final String RAW = "\1";

    private static final Pattern RAW_BYTE = Pattern.compile(RAW + "([0-9A-F]{2})");

    @TempDir Path temp;

    @Test
    void readsTheExampleOfTheSpec() {
        assertThat(lines(new CatalogReader(ByteSource.of(EXAMPLE))))
                .containsExactly(
                        "d \"./root.pxar.didx\"",
                        "f \"./root.pxar.didx/a\" 300 1969-12-31T23:59:59Z",
                        "d \"./root.pxar.didx/b\"",
                        "l \"./root.pxar.didx/b/c\"");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "host_full_2026-01-01T000000Z",
                "host_plain_2026-01-01T000000Z",
                "ns_a_b_host_nested_2026-01-01T000000Z"
            })
    void readsWhatTheOfficialClientDumps(String snapshot) throws Exception {
        Path stream = Golden.decodedStreams().resolve(snapshot + "_catalog.pcat1");
        List<String> expected = dump(snapshot);
        assertThat(expected).hasSizeGreaterThan(50);
        assertThat(lines(new CatalogReader(ByteSource.of(Files.readAllBytes(stream)))))
                .isEqualTo(expected);
    }

    private List<String> dump(String snapshot) throws IOException, InterruptedException {
        Path tar = Golden.dir().resolve("decoded").resolve("catalog.tar.zst");
        Process process =
                new ProcessBuilder("tar", "--zstd", "-xf", tar.toString(), "-C", temp.toString())
                        .inheritIO()
                        .start();
        assertThat(process.waitFor()).isZero();
        return Files.readString(temp.resolve("catalog").resolve(snapshot + ".txt"))
                .lines()
                .map(CatalogReaderTest::unescape)
                .toList();
    }

    /** Undoes the escapes of the dump; bytes become characters of the same number. */
    private static String unescape(String line) {
        Matcher m = ESCAPE.matcher(line);
        String plain =
                m.replaceAll(
                        escape -> {
                            String s = escape.group().substring(1);
                            return Matcher.quoteReplacement(
                                    switch (s.charAt(0)) {
                                        case 'n' -> "\n";
                                        case 't' -> "\t";
                                        case 'r' -> "\r";
                                        case 'x' -> RAW + s.substring(1);
                                        case 'u' ->
                                                Character.toString(
                                                        Integer.parseInt(
                                                                s.substring(2, s.length() - 1),
                                                                16));
                                        default -> s;
                                    });
                        });
        String bytes = new String(plain.getBytes(UTF_8), ISO_8859_1);
        return RAW_BYTE.matcher(bytes)
                .replaceAll(raw -> Character.toString(Integer.parseInt(raw.group(1), 16)));
    }

    @Test
    void refusesEveryCatalogCutShort() {
        for (int length = 0; length < EXAMPLE.length; length++) {
            byte[] cut = Arrays.copyOf(EXAMPLE, length);
            assertThatThrownBy(() -> lines(new CatalogReader(ByteSource.of(cut))))
                    .isInstanceOf(FormatException.class);
        }
    }

    @Test
    void survivesEveryChangedByte() {
        int refused = 0;
        for (int i = 0; i < EXAMPLE.length; i++) {
            for (int value = 0; value < 256; value++) {
                byte[] changed = EXAMPLE.clone();
                changed[i] = (byte) value;
                try {
                    if (lines(new CatalogReader(ByteSource.of(changed))).size() > 100) {
                        fail("a tree out of nothing");
                    }
                } catch (FormatException e) {
                    refused++;
                }
            }
        }
        assertThat(refused).isGreaterThan(5000);
    }

    @Test
    void refusesATableThatTwoDirectoriesShare() {
        byte[] shared =
                HexFormat.of()
                        .parseHex(
                                "91fd60f9c46758d5"
                                        + "0100"
                                        + "0902" // a and b, both two bytes back
                                        + "64016102"
                                        + "64016202"
                                        + "0a00000000000000");
        assertThatThrownBy(() -> lines(new CatalogReader(ByteSource.of(shared))))
                .isInstanceOf(FormatException.class)
                .hasMessageContaining("out of its place");
    }

    @ParameterizedTest
    @CsvSource({
        "0, 00",
        "127, 7f",
        "128, 8001",
        "300, ac02",
        "-1, 8100",
        "-126, fe00",
        "-200, c88100",
        "-9223372036854775808, 8080808080808080808100",
        "9223372036854775807, ffffffffffffffff7f",
    })
    void readsNumbers(long value, String hex) {
        CatalogInput in = input(hex);
        assertThat(in.svarint()).isEqualTo(value);
        assertThat(in.position()).isEqualTo(hex.length() / 2);
        if (value >= 0) {
            assertThat(input(hex).varint()).isEqualTo(value);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"ffffffffffffffffff02", "8080808080808080808080", "80808080808080808080"})
    void refusesNumbersOfMoreThan64Bits(String hex) {
        assertThatThrownBy(() -> input(hex).varint()).isInstanceOf(FormatException.class);
    }

    private static CatalogInput input(String hex) {
        byte[] bytes = HexFormat.of().parseHex(hex);
        return new CatalogInput(0) {
            @Override
            protected int byteAt(long offset) {
                return bytes[(int) offset] & 0xff;
            }
        };
    }

    private static List<String> lines(CatalogReader catalog) {
        List<String> lines = new ArrayList<>();
        walk(catalog.root(), "./", lines);
        return lines;
    }

    private static void walk(CatalogReader.Directory directory, String path, List<String> lines) {
        Iterator<CatalogReader.Child> children = directory.children();
        while (children.hasNext()) {
            CatalogReader.Child child = children.next();
            CatalogEntry e = child.entry();
            String childPath = path + new String(e.name(), ISO_8859_1);
            String line = e.type().letter() + " \"" + childPath + "\"";
            if (e.type() == CatalogEntry.Type.FILE) {
                line += " " + e.sizeBytes() + " " + Instant.ofEpochSecond(e.mtimeSeconds());
            }
            lines.add(line);
            child.directory().ifPresent(d -> walk(d, childPath + "/", lines));
        }
    }
}
