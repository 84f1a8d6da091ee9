package dev.holdfast.cli.reference;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import picocli.CommandLine;
import picocli.CommandLine.Model.ArgSpec;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/** What users may see of a command line: its commands, and the options of each in two parts. */
final class CommandTree {
    private CommandTree() {}

    /** The command itself and all below it that are not hidden, each before those below it. */
    static List<CommandSpec> all(CommandSpec command) {
        List<CommandSpec> all = new ArrayList<>(List.of(command));
        children(command).forEach(child -> all.addAll(all(child)));
        return all;
    }

    /** The commands directly below. */
    static List<CommandSpec> children(CommandSpec command) {
        return command.subcommands().values().stream()
                .map(CommandLine::getCommandSpec)
                .filter(child -> !child.usageMessage().hidden())
                .toList();
    }

    /** What is typed for it, as {@code key create}; empty for the root. */
    static String words(CommandSpec command) {
        return command.parent() == null
                ? ""
                : (words(command.parent()) + " " + command.name()).strip();
    }

    /** The options of the command alone, by name. */
    static List<OptionSpec> own(CommandSpec command) {
        return visible(command).filter(option -> !isGlobal(command, option)).toList();
    }

    /** The options that all commands take, by name. */
    static List<OptionSpec> global(CommandSpec command) {
        return visible(command).filter(option -> isGlobal(command, option)).toList();
    }

    private static Stream<OptionSpec> visible(CommandSpec command) {
        return command.options().stream()
                .filter(option -> !option.hidden())
                .sorted(Comparator.comparing(OptionSpec::longestName));
    }

    private static boolean isGlobal(CommandSpec command, OptionSpec option) {
        return option.inherited() || command.parent() == null;
    }

    /** The arguments, in their order. */
    static List<PositionalParamSpec> arguments(CommandSpec command) {
        return command.positionalParameters().stream().filter(p -> !p.hidden()).toList();
    }

    /** How the command is called, as {@code holdfast commit [OPTIONS] MOUNTPOINT}. */
    static String synopsis(CommandSpec command) {
        StringBuilder text = new StringBuilder(command.qualifiedName());
        text.append(" [OPTIONS]");
        for (OptionSpec option : own(command)) {
            if (option.required() && option.group() == null) {
                text.append(' ').append(option.longestName()).append(' ').append(label(option));
            }
        }
        for (PositionalParamSpec argument : arguments(command)) {
            text.append(' ').append(shown(argument));
        }
        if (!command.subcommands().isEmpty()) {
            text.append(" COMMAND");
        }
        return text.toString();
    }

    private static String shown(PositionalParamSpec argument) {
        String label = argument.paramLabel();
        String many = argument.arity().max() > 1 && !label.startsWith("[") ? label + "…" : label;
        return argument.arity().min() == 0 ? "[" + many + "]" : many;
    }

    /** What stands for an option's value; empty if it takes none. */
    static String label(OptionSpec option) {
        return option.arity().max() == 0 ? "" : option.paramLabel();
    }

    /** What the help says of a command, as it is printed. */
    static String description(CommandSpec command) {
        return formatted(command.usageMessage().description());
    }

    /** The end of its help, as it is printed. */
    static String footer(CommandSpec command) {
        return formatted(command.usageMessage().footer());
    }

    /** What the help says of an option or argument; picocli has formatted that already. */
    static String description(ArgSpec argument) {
        return String.join("\n", argument.description());
    }

    private static String formatted(String... lines) {
        return String.format(Locale.ROOT, String.join("\n", lines));
    }

    /** The first sentence of the description, for lists. */
    static String summary(CommandSpec command) {
        String sentence = firstSentence(description(command));
        return sentence.endsWith(".") ? sentence.substring(0, sentence.length() - 1) : sentence;
    }

    /** The first sentence of a text, in one line. */
    static String firstSentence(String text) {
        String line = text.replace('\n', ' ');
        int end = line.indexOf(". ");
        return end < 0 ? line : line.substring(0, end + 1);
    }
}
