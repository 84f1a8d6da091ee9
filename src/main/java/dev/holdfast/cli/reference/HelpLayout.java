package dev.holdfast.cli.reference;

import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_COMMAND_LIST;
import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_FOOTER;
import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_FOOTER_HEADING;
import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_OPTION_LIST;
import static picocli.CommandLine.Model.UsageMessageSpec.SECTION_KEY_SYNOPSIS;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import picocli.CommandLine;
import picocli.CommandLine.Help;
import picocli.CommandLine.IHelpSectionRenderer;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;

/**
 * Help texts in which the few options of a command stand apart from the many that all commands
 * take.
 */
public final class HelpLayout {
    private static final String GLOBAL = "globalOptions";
    private static final String HEADING = "Global options:";
    private static final int WIDTH = 80;

    private HelpLayout() {}

    /** Gives the whole command line this layout. */
    public static void apply(CommandLine commandLine) {
        List<String> keys = new ArrayList<>(commandLine.getHelpSectionKeys());
        keys.add(keys.indexOf(SECTION_KEY_FOOTER_HEADING), GLOBAL);
        commandLine.setHelpSectionKeys(keys);
        Map<String, IHelpSectionRenderer> sections = new HashMap<>(commandLine.getHelpSectionMap());
        sections.put(SECTION_KEY_SYNOPSIS, HelpLayout::synopsis);
        sections.put(SECTION_KEY_OPTION_LIST, HelpLayout::ownOptions);
        sections.put(SECTION_KEY_COMMAND_LIST, HelpLayout::commands);
        sections.put(GLOBAL, HelpLayout::globalOptions);
        // Examples are not wrapped: they are there to be copied.
        sections.put(
                SECTION_KEY_FOOTER,
                help -> CommandTree.footer(help.commandSpec()) + System.lineSeparator());
        commandLine.setHelpSectionMap(sections);
    }

    private static String synopsis(Help help) {
        return CommandTree.synopsis(help.commandSpec()) + System.lineSeparator();
    }

    private static String ownOptions(Help help) {
        List<OptionSpec> own = CommandTree.own(help.commandSpec());
        return own.isEmpty() ? "" : section("Options:", list(help, own));
    }

    private static String globalOptions(Help help) {
        CommandSpec command = help.commandSpec();
        return section(HEADING, list(help, CommandTree.global(command)));
    }

    /** One line each: what a command does in full is in its own help. */
    private static String commands(Help help) {
        List<CommandSpec> commands = CommandTree.children(help.commandSpec());
        if (commands.isEmpty()) {
            return "";
        }
        int width = commands.stream().mapToInt(command -> command.name().length()).max().orElse(0);
        Help.TextTable table =
                Help.TextTable.forColumns(
                        help.colorScheme(),
                        new Help.Column(width + 4, 2, Help.Column.Overflow.SPAN),
                        new Help.Column(WIDTH - width - 4, 0, Help.Column.Overflow.WRAP));
        commands.forEach(c -> table.addRowValues(c.name(), CommandTree.summary(c)));
        return table.toString();
    }

    private static String section(String heading, String list) {
        return System.lineSeparator() + heading + System.lineSeparator() + list;
    }

    private static String list(Help help, List<OptionSpec> options) {
        Help.Layout layout = help.createDefaultLayout(options, List.of(), help.colorScheme());
        layout.addAllOptions(options, help.parameterLabelRenderer());
        return layout.toString();
    }
}
