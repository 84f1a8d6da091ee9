package dev.holdfast.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.format.CryptMode;
import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.PrintStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;

/** Results on standard output, as UTF-8 whatever the locale; remarks on standard error. */
final class Output {
    /** Set by the launcher, as Java itself always runs in a locale with UTF-8. */
    private static final String ASCII = "holdfast.ascii";

    /** Two columns wide, as its two {@code char}s are. */
    private static final String LOCK = "\ud83d\udd12";

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final PrintStream OUT =
            new PrintStream(
                    new FileOutputStream(FileDescriptor.out), false, StandardCharsets.UTF_8);

    private Output() {}

    /** One line of results. */
    static void line(String text) {
        OUT.println(text);
        OUT.flush();
    }

    /** The one JSON document of a command. */
    static void json(JsonNode document) {
        try {
            line(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(document));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain values serialises", e);
        }
    }

    /** A mode of encryption, with a lock where the user's locale has one. */
    static String lock(String cryptMode) {
        return cryptMode.equals(CryptMode.ENCRYPT.text()) && !Boolean.getBoolean(ASCII)
                ? LOCK + " " + cryptMode
                : cryptMode;
    }

    /** Raw bytes. */
    static void bytes(byte[] bytes, int offset, int length) {
        OUT.write(bytes, offset, length);
    }

    /** Hands raw bytes on; true if the reader has gone away. */
    static boolean flush() {
        return OUT.checkError();
    }

    /** A remark for people. */
    static void remark(GlobalOptions options, String text) {
        if (!options.quiet) {
            System.err.println(text);
        }
    }

    /** Columns aligned, two blanks between them; the first row is the heading. */
    static void table(List<String[]> rows) {
        int[] widths = new int[rows.get(0).length];
        for (String[] row : rows) {
            for (int i = 0; i < row.length; i++) {
                widths[i] = Math.max(widths[i], row[i].length());
            }
        }
        for (String[] row : rows) {
            StringBuilder text = new StringBuilder();
            for (int i = 0; i < row.length; i++) {
                text.append(row[i]).append(" ".repeat(widths[i] - row[i].length() + 2));
            }
            line(text.toString().stripTrailing());
        }
    }

    /** An amount of bytes for people, binary units. */
    static String bytes(long amount) {
        if (amount < 1024) {
            return amount + " B";
        }
        double value = amount;
        String[] units = {"KiB", "MiB", "GiB", "TiB", "PiB"};
        int unit = -1;
        while (value >= 1024 && unit < units.length - 1) {
            value /= 1024;
            unit++;
        }
        return String.format(
                Locale.ROOT,
                value < 10 ? "%.2f %s" : value < 100 ? "%.1f %s" : "%.0f %s",
                value,
                units[unit]);
    }
}
