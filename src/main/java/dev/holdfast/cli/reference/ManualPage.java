package dev.holdfast.cli.reference;

import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Model.PositionalParamSpec;

/**
 * The manual page of a command, in the macros of man(7). Each command has a page of its own, named
 * like {@code holdfast-key-create}.
 */
public final class ManualPage {
    private final CommandSpec command;
    private final String version;
    private final List<String> exitCodes;
    private final StringBuilder out = new StringBuilder();

    private ManualPage(CommandSpec command, String version, List<String> exitCodes) {
        this.command = command;
        this.version = version;
        this.exitCodes = exitCodes;
    }

    /** Where a page goes and what it says. */
    public record Page(String fileName, String text) {}

    /**
     * The pages of a command and of all below it.
     *
     * @param exitCodes their meanings, each as {@code "4 damaged data found"}
     */
    public static List<Page> all(CommandSpec root, String version, List<String> exitCodes) {
        return CommandTree.all(root).stream()
                .map(
                        command ->
                                new Page(
                                        name(command) + ".1",
                                        new ManualPage(command, version, exitCodes).text()))
                .toList();
    }

    private static String name(CommandSpec command) {
        return command.qualifiedName("-");
    }

    private String text() {
        String name = name(command);
        out.append(".\\\" Made from the command line of this version.\n");
        out.append(".TH ").append(quoted(name.toUpperCase(Locale.ROOT))).append(" 1 \"\" ");
        out.append(quoted(version)).append(" \"User Commands\"\n");
        // No breaks within words, no stretched blanks: lines hold options and paths.
        out.append(".nh\n.ad l\n");
        section("NAME");
        line(name + " \\- " + escaped(CommandTree.summary(command)));
        section("SYNOPSIS");
        synopsis();
        section("DESCRIPTION");
        paragraph(CommandTree.description(command));
        footerText().forEach(this::paragraph);
        arguments();
        options("OPTIONS", CommandTree.own(command));
        options("GLOBAL OPTIONS", CommandTree.global(command));
        commands();
        examples();
        section("EXIT STATUS");
        exitCodes.forEach(this::exitCode);
        seeAlso();
        return out.toString();
    }

    private void section(String heading) {
        out.append(".SH ").append(quoted(heading)).append('\n');
    }

    private void paragraph(String text) {
        out.append(".PP\n");
        line(escaped(text));
    }

    private void line(String escaped) {
        out.append(escaped.startsWith(".") || escaped.startsWith("'") ? "\\&" : "");
        out.append(escaped).append('\n');
    }

    private void synopsis() {
        String text = CommandTree.synopsis(command);
        String called = command.qualifiedName();
        out.append("\\fB").append(escaped(called)).append("\\fP");
        line(escaped(text.substring(called.length())));
    }

    private void arguments() {
        List<PositionalParamSpec> arguments = CommandTree.arguments(command);
        if (arguments.isEmpty()) {
            return;
        }
        section("ARGUMENTS");
        for (PositionalParamSpec argument : arguments) {
            item(
                    "\\fI" + escaped(argument.paramLabel()) + "\\fP",
                    CommandTree.description(argument));
        }
    }

    private void options(String heading, List<OptionSpec> options) {
        if (options.isEmpty()) {
            return;
        }
        section(heading);
        for (OptionSpec option : options) {
            List<String> names = new ArrayList<>();
            for (String name : option.names()) {
                names.add("\\fB" + escaped(name) + "\\fP");
            }
            String label = CommandTree.label(option);
            item(
                    String.join(", ", names)
                            + (label.isEmpty() ? "" : "=\\fI" + escaped(label) + "\\fP"),
                    CommandTree.description(option));
        }
    }

    private void item(String term, String description) {
        out.append(".TP\n");
        line(term);
        line(escaped(description));
    }

    private void commands() {
        List<CommandSpec> children = CommandTree.children(command);
        if (children.isEmpty()) {
            return;
        }
        section("COMMANDS");
        for (CommandSpec child : children) {
            out.append(".TP\n");
            line("\\fB" + escaped(name(child)) + "\\fP(1)");
            line(escaped(CommandTree.summary(child)) + ".");
        }
    }

    /** What the footer says beside examples. */
    private List<String> footerText() {
        List<String> paragraphs = new ArrayList<>();
        StringBuilder paragraph = new StringBuilder();
        for (String line : footer()) {
            if (isExample(line) || line.isBlank()) {
                if (!paragraph.isEmpty()) {
                    paragraphs.add(paragraph.toString());
                    paragraph.setLength(0);
                }
            } else {
                paragraph.append(paragraph.isEmpty() ? "" : " ").append(line);
            }
        }
        if (!paragraph.isEmpty()) {
            paragraphs.add(paragraph.toString());
        }
        return paragraphs;
    }

    private List<String> footer() {
        return CommandTree.footer(command).lines().toList();
    }

    private static boolean isExample(String line) {
        return line.startsWith("  ") || line.matches("Examples?:");
    }

    private void examples() {
        section("EXAMPLES");
        out.append(".RS 4\n.nf\n");
        for (String line : footer()) {
            if (line.startsWith("  ")) {
                line(escaped(line.strip()));
            }
        }
        out.append(".fi\n.RE\n");
    }

    private void exitCode(String meaning) {
        int blank = meaning.indexOf(' ');
        out.append(".TP\n");
        line("\\fB" + meaning.substring(0, blank) + "\\fP");
        line(escaped(meaning.substring(blank + 1)) + ".");
    }

    private void seeAlso() {
        List<String> others = new ArrayList<>();
        for (CommandSpec above = command.parent(); above != null; above = above.parent()) {
            others.add(0, above.qualifiedName("-"));
        }
        if (command.parent() != null) {
            for (CommandSpec sibling : CommandTree.children(command.parent())) {
                if (sibling != command) {
                    others.add(name(sibling));
                }
            }
        }
        if (others.isEmpty()) {
            return;
        }
        section("SEE ALSO");
        List<String> shown = new ArrayList<>();
        others.forEach(other -> shown.add("\\fB" + escaped(other) + "\\fP(1)"));
        line(String.join(",\n", shown));
    }

    private static String quoted(String text) {
        return '"' + escaped(text).replace("\"", "\\(dq") + '"';
    }

    /** Text in which nothing is taken for a request or an escape, and dashes can be copied. */
    static String escaped(String text) {
        StringBuilder escaped = new StringBuilder();
        for (String line : text.split("\n", -1)) {
            if (!escaped.isEmpty()) {
                escaped.append('\n');
            }
            if (line.startsWith(".") || line.startsWith("'")) {
                escaped.append("\\&");
            }
            escaped.append(
                    line.replace("\\", "\\e")
                            .replace("-", "\\-")
                            .replace("'", "\\(aq")
                            .replace("^", "\\(ha")
                            .replace("~", "\\(ti")
                            .replace("`", "\\(ga")
                            .replace("…", "..."));
        }
        return escaped.toString();
    }
}
