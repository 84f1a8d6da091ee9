package dev.holdfast.cli.reference;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * What shells can offer for a value, by the label that help texts show for it. A kind is {@code
 * file}, {@code directory}, {@code source} ({@code NAME:FILE}), one of those that the repository is
 * asked for ({@code group}, {@code snapshot}, {@code archive}, {@code namespace}), or {@code =word}
 * for a word itself.
 */
final class ValueKinds {
    /** A value of which nothing is known. */
    private static final List<String> UNKNOWN = List.of("none");

    private static final Map<String, List<String>> BY_LABEL =
            Map.ofEntries(
                    Map.entry("FILE", List.of("file")),
                    Map.entry("F", List.of("file")),
                    Map.entry("PRIV", List.of("file")),
                    Map.entry("IN", List.of("file")),
                    Map.entry("COPY", List.of("file")),
                    Map.entry("SHARE", List.of("file")),
                    Map.entry("TARGET", List.of("file")),
                    Map.entry("DIR", List.of("directory")),
                    Map.entry("PATH", List.of("directory")),
                    Map.entry("MOUNTPOINT", List.of("directory")),
                    Map.entry("R", List.of("directory")),
                    Map.entry("SRC", List.of("directory")),
                    Map.entry("DST", List.of("directory")),
                    Map.entry("ARCHIVE:PATH", List.of("source")),
                    Map.entry("GROUP", List.of("group")),
                    Map.entry("SNAPSHOT", List.of("snapshot")),
                    Map.entry("WHAT", List.of("group", "snapshot")),
                    Map.entry("ARCHIVE", List.of("archive")),
                    Map.entry("ARCHIVE/PATH", List.of("archive")),
                    Map.entry("ARCHIVE[/PATH]", List.of("archive")),
                    Map.entry("NS", List.of("namespace")),
                    Map.entry("MODE", List.of("=encrypt", "=sign-only", "=none")));

    private ValueKinds() {}

    /** The kinds of an option's value; empty if the option takes none. */
    static List<String> of(String label) {
        if (label.isEmpty()) {
            return List.of();
        }
        List<String> kinds = new ArrayList<>();
        for (String part : label.split("\\|", -1)) {
            boolean literal = label.contains("|") && part.equals(part.toLowerCase(Locale.ROOT));
            kinds.addAll(literal ? List.of("=" + part) : BY_LABEL.getOrDefault(part, UNKNOWN));
        }
        return kinds;
    }

    /**
     * The kinds of a command's arguments, one list for each place; the last one stands for all that
     * follow if the argument may be repeated.
     */
    static List<List<String>> ofArguments(CommandSpec command) {
        List<List<String>> kinds = new ArrayList<>();
        for (PositionalParamSpec argument : CommandTree.arguments(command)) {
            if (argument.paramLabel().equals("[WHAT] MOUNTPOINT")) {
                kinds.add(List.of("group", "snapshot", "directory"));
                kinds.add(List.of("archive", "directory"));
                kinds.add(List.of("directory"));
            } else {
                kinds.add(of(argument.paramLabel()));
            }
        }
        return kinds;
    }

    /** Whether the last argument may be given any number of times. */
    static boolean repeatsLast(CommandSpec command) {
        List<PositionalParamSpec> arguments = CommandTree.arguments(command);
        return !arguments.isEmpty()
                && arguments.get(arguments.size() - 1).arity().max() == Integer.MAX_VALUE;
    }
}
