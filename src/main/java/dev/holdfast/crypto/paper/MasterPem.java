package dev.holdfast.crypto.paper;

import dev.holdfast.BadKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.regex.Pattern;

/**
 * Puts the PEM of a master key together from its parts (keys.md §9.3).
 *
 * <p>Lines of text are numbered. QR codes are not: the first and the last are known by what they
 * hold, those between keep the order in which they were read. The PEM itself says how long it is
 * (its first bytes are a DER length), so what is missing can be counted.
 */
final class MasterPem {
    private static final Pattern LINE =
            Pattern.compile(
                    "-----(BEGIN|END) (ENCRYPTED |RSA )?PRIVATE KEY-----|[A-Za-z0-9+/]+={0,2}|[A-Za-z0-9-]+: [A-Za-z0-9,-]+");

    private MasterPem() {}

    /** Whether a line can be one of a private key. */
    static boolean isLine(String line) {
        return LINE.matcher(line).matches();
    }

    /** The PEM from numbered lines. */
    static String fromLines(Map<Integer, String> numbered) {
        TreeMap<Integer, String> lines = new TreeMap<>(numbered);
        int last = lines.lastKey();
        boolean ended = lines.get(last).startsWith("-----END");
        int count = ended ? last + 1 : expectedLines(lines.get(1)).orElse(last + 2);
        List<Integer> missing = new ArrayList<>();
        for (int i = 0; i < count; i++) {
            if (!lines.containsKey(i)) {
                missing.add(i);
            }
        }
        if (!missing.isEmpty()) {
            throw new BadKey(
                    "the copy of the master key is not complete; missing: " + ranges(missing));
        }
        return String.join("\n", lines.values()) + "\n";
    }

    private static String ranges(List<Integer> numbers) {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < numbers.size(); ) {
            int j = i;
            while (j + 1 < numbers.size() && numbers.get(j + 1) == numbers.get(j) + 1) {
                j++;
            }
            text.append(text.isEmpty() ? "line " : ", line ").append(numbers.get(i));
            if (j > i) {
                text.append(" to ").append(numbers.get(j));
            }
            i = j + 1;
        }
        return text.toString();
    }

    /** The PEM from the contents of QR codes. */
    static String fromPieces(List<String> found) {
        List<String> pieces = new ArrayList<>(found.stream().distinct().toList());
        if (pieces.size() == 1
                && pieces.get(0).startsWith("-----BEGIN")
                && pieces.get(0).contains("\n-----END")) {
            return pieces.get(0) + "\n";
        }
        String first = take(pieces, "-----BEGIN", "the first QR code (with the BEGIN line)");
        String last = takeLast(pieces);
        int blockLines = (int) first.lines().count();
        List<String> firstLines = first.lines().toList();
        OptionalInt lines =
                firstLines.size() < 2 ? OptionalInt.empty() : expectedLines(firstLines.get(1));
        if (lines.isPresent()) {
            int codes = (lines.getAsInt() - 1) / blockLines + 1;
            if (pieces.size() + 2 < codes) {
                throw new BadKey(
                        "the copy of the master key is not complete; missing: "
                                + (codes - pieces.size() - 2)
                                + " of the QR codes 2 to "
                                + (codes - 1)
                                + " of "
                                + codes);
            }
            if (pieces.size() + 2 > codes) {
                throw new BadKey(
                        "the QR codes are from different copies or keys: there are "
                                + (pieces.size() + 2)
                                + ", one key has "
                                + codes);
            }
        }
        pieces.add(0, first);
        pieces.add(last);
        return String.join("\n", pieces) + "\n";
    }

    private static String take(List<String> pieces, String beginning, String what) {
        for (String piece : pieces) {
            if (piece.startsWith(beginning)) {
                pieces.remove(piece);
                return piece;
            }
        }
        throw new BadKey("the copy of the master key is not complete; missing: " + what);
    }

    private static String takeLast(List<String> pieces) {
        for (String piece : pieces) {
            if (piece.contains("-----END")) {
                pieces.remove(piece);
                return piece;
            }
        }
        throw new BadKey(
                "the copy of the master key is not complete; missing: the last QR code (with the END line)");
    }

    /**
     * How many lines the PEM has that has {@code line} after its BEGIN line: a DER sequence with a
     * length of two bytes, 48 bytes per line.
     */
    private static OptionalInt expectedLines(String line) {
        if (line == null || line.length() < 8 || !line.startsWith("MII")) {
            return OptionalInt.empty();
        }
        try {
            byte[] der = Base64.getDecoder().decode(line.substring(0, 8));
            int bytes = 4 + (((der[2] & 0xff) << 8) | (der[3] & 0xff));
            return OptionalInt.of(2 + (bytes - 1) / 48 + 1);
        } catch (IllegalArgumentException e) {
            return OptionalInt.empty();
        }
    }
}
