package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/** What every command's help has. */
class HelpTest {
    static Stream<String> commands() {
        return Commands.all().stream().map(CommandSpec::qualifiedName);
    }

    private static CommandSpec command(String name) {
        return Commands.all().stream()
                .filter(command -> command.qualifiedName().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static String help(String name) {
        return command(name).commandLine().getUsageMessage();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void hasAnExampleOfTheCommandItself(String name) {
        String help = help(name);
        assertThat(help).containsPattern("\nExamples?:\n");
        List<String> examples =
                help.substring(help.indexOf("\nExample"))
                        .lines()
                        .filter(line -> line.startsWith("  "))
                        .toList();
        assertThat(examples).anyMatch(line -> line.startsWith("  " + name + " "));
    }

    @ParameterizedTest
    @MethodSource("commands")
    void hasExamplesThatCanBeParsed(String name) {
        help(name)
                .lines()
                .filter(line -> line.startsWith("  holdfast "))
                .map(line -> line.replaceFirst(" [|>].*", "").strip())
                .forEach(HelpTest::parse);
    }

    private static void parse(String example) {
        List<String> words =
                Stream.of(example.split(" (?=(?:[^']*'[^']*')*[^']*$)"))
                        .map(word -> word.replace("'", ""))
                        .skip(1)
                        .toList();
        CommandLine commandLine = Holdfast.commandLine();
        assertThatCode(() -> commandLine.parseArgs(words.toArray(new String[0])))
                .as(example)
                .doesNotThrowAnyException();
    }

    @ParameterizedTest
    @MethodSource("commands")
    void listsTheOptionsOfAllCommandsApart(String name) {
        String help = help(name);
        assertThat(help).containsOnlyOnce("\nGlobal options:\n");
        String global = help.substring(help.indexOf("\nGlobal options:\n"));
        String own = help.substring(0, help.indexOf("\nGlobal options:\n"));
        for (OptionSpec option : command(name).options()) {
            if (!option.hidden()) {
                boolean isGlobal = option.inherited() || command(name).parent() == null;
                assertThat(isGlobal ? global : own).contains(option.longestName());
                assertThat(isGlobal ? own : global)
                        .doesNotContain("  " + option.longestName() + "=");
            }
        }
    }

    @Test
    void aCommandThatIsForShellsIsNotShown() {
        assertThat(help("holdfast")).contains("generate").doesNotContain("complete ");
    }
}
