package dev.holdfast.cli;

import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Model.CommandSpec;

/** The commands that users see, for tests of all of them. */
final class Commands {
    private Commands() {}

    static List<CommandSpec> all() {
        List<CommandSpec> all = new ArrayList<>();
        add(Holdfast.commandLine(), all);
        return all;
    }

    private static void add(CommandLine command, List<CommandSpec> all) {
        if (!command.getCommandSpec().usageMessage().hidden()) {
            all.add(command.getCommandSpec());
            command.getSubcommands().values().forEach(below -> add(below, all));
        }
    }
}
