package dev.holdfast.backup;

import static dev.holdfast.HostileInput.check;
import static dev.holdfast.HostileInput.readTyped;

import dev.holdfast.format.pxar.Stat;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Lines of {@code .pxarexclude} files, which whoever owns a directory may write. The input is the
 * pattern, a line feed, and the path that it is tried on.
 */
public final class ExcludePatternFuzz {
    private ExcludePatternFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        int lineEnd = 0;
        while (lineEnd < data.length && data[lineEnd] != '\n') {
            lineEnd++;
        }
        byte[] line = Arrays.copyOf(data, lineEnd);
        List<byte[]> path = path(data, lineEnd + 1);
        readTyped(() -> ExcludePattern.parse(line))
                .ifPresent(
                        pattern -> {
                            boolean matches = pattern.matches(path, 0, Stat.DIRECTORY);
                            ExcludePattern again = ExcludePattern.parse(pattern.line());
                            check(
                                    again.matches(path, 0, Stat.DIRECTORY) == matches,
                                    "recorded, it is another pattern");
                            check(again.includes() == pattern.includes(), "inverted");
                        });
    }

    private static List<byte[]> path(byte[] data, int from) {
        List<byte[]> path = new ArrayList<>();
        int start = Math.min(from, data.length);
        for (int i = start; i <= data.length; i++) {
            if (i == data.length || data[i] == '/') {
                if (i > start) {
                    path.add(Arrays.copyOfRange(data, start, i));
                }
                start = i + 1;
            }
        }
        if (path.isEmpty()) {
            path.add(new byte[] {'a'});
        }
        return path;
    }
}
