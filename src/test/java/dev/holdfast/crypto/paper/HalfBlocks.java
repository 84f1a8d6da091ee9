package dev.holdfast.crypto.paper;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.google.zxing.common.BitMatrix;
import java.util.ArrayList;
import java.util.List;

/** Reads QR codes that were drawn with half blocks, to hold two drawings against each other. */
final class HalfBlocks {
    private HalfBlocks() {}

    /** The contents of all codes in a text. */
    static List<String> contents(String text) {
        List<String> contents = new ArrayList<>();
        List<String> rows = new ArrayList<>();
        for (String line : (text + "\n ").lines().toList()) {
            if (line.length() > 20 && line.chars().allMatch(c -> "█▀▄ ".indexOf(c) >= 0)) {
                rows.add(line);
            } else if (!rows.isEmpty()) {
                contents.add(content(rows));
                rows.clear();
            }
        }
        return contents;
    }

    private static String content(List<String> rows) {
        int size = rows.get(0).length();
        BitMatrix dark = new BitMatrix(size);
        for (int y = 0; y < size; y++) {
            for (int x = 0; x < size; x++) {
                char c = rows.get(y / 2).charAt(x);
                if (c == '█' || c == (y % 2 == 0 ? '▀' : '▄')) {
                    dark.set(x, y);
                }
            }
        }
        return new String(new QrCode(dark).content().orElseThrow(), UTF_8);
    }
}
