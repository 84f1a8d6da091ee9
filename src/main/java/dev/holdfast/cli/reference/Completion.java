package dev.holdfast.cli.reference;

import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Completion for a shell: a script that is the same for every command line (the resource {@code
 * completion.SHELL}), with tables of this one in place of its line {@code # TABLES}. The tables are
 * four functions of the shell:
 *
 * <pre>
 * commands COMMAND            the commands below it
 * options COMMAND             its options
 * value "COMMAND OPTION"      the kinds of the option's value, see ValueKinds
 * argument "COMMAND PLACE"    the kinds of the argument at that place, from 0 on
 * </pre>
 */
public enum Completion {
    BASH,
    ZSH,
    FISH;

    private static final String PLACE = "# TABLES\n";

    /** The script for a command line. */
    public String script(CommandSpec root) {
        String name = "completion." + name().toLowerCase(Locale.ROOT);
        try (InputStream in = Completion.class.getResourceAsStream(name)) {
            return new String(in.readAllBytes(), StandardCharsets.UTF_8)
                    .replace(PLACE, tables(root));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    /** One line of a table. */
    private record Case(String pattern, List<Candidate> candidates) {}

    private record Candidate(String word, String description) {}

    private String tables(CommandSpec root) {
        List<Case> commands = new ArrayList<>();
        List<Case> options = new ArrayList<>();
        List<Case> values = new ArrayList<>();
        List<Case> arguments = new ArrayList<>();
        for (CommandSpec command : CommandTree.all(root)) {
            String words = CommandTree.words(command);
            List<Candidate> below =
                    CommandTree.children(command).stream()
                            .map(c -> new Candidate(c.name(), CommandTree.summary(c)))
                            .toList();
            if (!below.isEmpty()) {
                commands.add(new Case(quoted(words), below));
            }
            List<Candidate> own = new ArrayList<>();
            for (OptionSpec option : CommandTree.own(command)) {
                own.add(candidate(option));
                addValue(values, quoted(words + " " + option.longestName()), option);
            }
            if (command != root && !own.isEmpty()) {
                options.add(new Case(quoted(words), own));
            }
            List<List<String>> kinds = ValueKinds.ofArguments(command);
            for (int i = 0; i < kinds.size(); i++) {
                boolean rest = i == kinds.size() - 1 && ValueKinds.repeatsLast(command);
                arguments.add(
                        new Case(
                                rest ? quoted(words + " ") + "*" : quoted(words + " " + i),
                                words(kinds.get(i))));
            }
        }
        for (OptionSpec option : CommandTree.global(root)) {
            addValue(values, "*" + quoted(" " + option.longestName()), option);
        }
        List<Candidate> global =
                CommandTree.global(root).stream().map(Completion::candidate).toList();
        return table("commands", commands)
                + table("options", options)
                + table("global", List.of(new Case("*", global)))
                + table("value", values)
                + table("argument", arguments);
    }

    private static Candidate candidate(OptionSpec option) {
        return new Candidate(
                option.longestName(), CommandTree.firstSentence(CommandTree.description(option)));
    }

    private static void addValue(List<Case> values, String pattern, OptionSpec option) {
        List<String> kinds = ValueKinds.of(CommandTree.label(option));
        if (!kinds.isEmpty()) {
            values.add(new Case(pattern, words(kinds)));
        }
    }

    private static List<Candidate> words(List<String> words) {
        return words.stream().map(word -> new Candidate(word, "")).toList();
    }

    private String table(String name, List<Case> cases) {
        StringBuilder out = new StringBuilder();
        if (this == FISH) {
            out.append("function __holdfast_").append(name).append("\n    switch \"$argv\"\n");
            for (Case one : cases) {
                // Of fish, a pattern is one string with '*' in it.
                String pattern = "'" + one.pattern().replace("'", "") + "'";
                out.append("        case ").append(pattern).append('\n');
                for (Candidate candidate : one.candidates()) {
                    out.append("            printf '%s\\t%s\\n' ").append(quoted(candidate.word()));
                    out.append(' ').append(quoted(candidate.description())).append('\n');
                }
            }
            return out.append("    end\nend\n\n").toString();
        }
        out.append("_holdfast_").append(name).append("() {\n    reply=()\n    case \"$*\" in\n");
        for (Case one : cases) {
            out.append("        ").append(one.pattern()).append(") reply=(");
            out.append(one.candidates().stream().map(this::item).collect(Collectors.joining(" ")));
            out.append(") ;;\n");
        }
        return out.append("    esac\n}\n\n").toString();
    }

    /** Zsh shows what stands behind a colon as a description. */
    private String item(Candidate candidate) {
        return quoted(
                this == BASH || candidate.description().isEmpty()
                        ? candidate.word()
                        : candidate.word() + ":" + candidate.description());
    }

    /** A word that the shell takes as it is. */
    private static String quoted(String text) {
        return "'" + text.replace("'", "’") + "'";
    }
}
