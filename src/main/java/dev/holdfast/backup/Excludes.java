package dev.holdfast.backup;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Consumer;

/**
 * The patterns in force in a directory: those of the command line, then those of the {@code
 * .pxarexclude} files from the root inwards. The last one that matches decides. Immutable.
 */
final class Excludes {
    /** Patterns of one directory, for it and all below. */
    static final byte[] FILE_NAME = ".pxarexclude".getBytes(StandardCharsets.US_ASCII);

    /** What the official client makes of command line patterns; never taken from a source. */
    static final byte[] COMMAND_LINE_NAME = ".pxarexclude-cli".getBytes(StandardCharsets.US_ASCII);

    /**
     * A pattern and its place.
     *
     * @param depth how many names lead to the directory that it belongs to
     */
    private record Placed(ExcludePattern pattern, int depth) {}

    private final List<Placed> patterns;

    private Excludes(List<Placed> patterns) {
        this.patterns = patterns;
    }

    /** Those of the command line, which belong to the root. */
    static Excludes of(List<ExcludePattern> commandLine) {
        return new Excludes(commandLine.stream().map(p -> new Placed(p, 0)).toList());
    }

    /**
     * These, and those of the file of a directory.
     *
     * @param depth how many names lead to the directory
     * @param problem told of lines that are no pattern
     */
    Excludes with(byte[] content, int depth, Consumer<String> problem) {
        List<Placed> all = new ArrayList<>(patterns);
        int start = 0;
        for (int i = 0; i <= content.length; i++) {
            if (i < content.length && content[i] != '\n') {
                continue;
            }
            byte[] line = trimmed(content, start, i);
            start = i + 1;
            if (line.length == 0 || line[0] == '#') {
                continue;
            }
            try {
                all.add(new Placed(ExcludePattern.parse(line), depth));
            } catch (IllegalArgumentException e) {
                problem.accept(e.getMessage());
            }
        }
        return new Excludes(all);
    }

    boolean isEmpty() {
        return patterns.isEmpty();
    }

    private static byte[] trimmed(byte[] content, int from, int to) {
        int start = from;
        int end = to;
        while (start < end && isSpace(content[start])) {
            start++;
        }
        while (start < end && isSpace(content[end - 1])) {
            end--;
        }
        byte[] line = new byte[end - start];
        System.arraycopy(content, start, line, 0, line.length);
        return line;
    }

    private static boolean isSpace(byte b) {
        return b == ' ' || b == '\t' || b == '\r' || b == '\f' || b == '\n';
    }

    /** Whether an entry is left out. */
    boolean excludes(List<byte[]> path, int type) {
        for (int i = patterns.size() - 1; i >= 0; i--) {
            Placed placed = patterns.get(i);
            if (placed.pattern().matches(path, placed.depth(), type)) {
                return !placed.pattern().includes();
            }
        }
        return false;
    }

    /** What the metadata archive says of command line patterns before its root (pxar.md §10). */
    static Optional<byte[]> prelude(List<ExcludePattern> commandLine) {
        if (commandLine.isEmpty()) {
            return Optional.empty();
        }
        ByteArrayOutputStream lines = new ByteArrayOutputStream();
        for (ExcludePattern pattern : commandLine) {
            lines.writeBytes(pattern.line());
            lines.write('\n');
        }
        try {
            return Optional.of(
                    new ObjectMapper()
                            .writeValueAsBytes(
                                    Map.of(
                                            "exclude-patterns",
                                            lines.toString(StandardCharsets.UTF_8))));
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a string is always JSON", e);
        }
    }
}
