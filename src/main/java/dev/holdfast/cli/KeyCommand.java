package dev.holdfast.cli;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code holdfast key …}: everything about encryption keys. */
@Command(
        name = "key",
        description = "Create, keep, copy and recover encryption keys.",
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            KeyCreateCommand.class,
            KeyShowCommand.class,
            KeyPassphraseCommand.class,
            KeyPaperCommand.class,
            KeyScanCommand.class,
            KeySplitCommand.class,
            KeyJoinCommand.class,
            KeyMasterCommand.class,
            KeyRecoverCommand.class,
            KeyRehearseCommand.class,
        },
        footer = {
            "",
            "Examples:",
            "  holdfast key create",
            "  holdfast key paper > key.html",
            "  holdfast key split --threshold 3 --shares 5 --output shares",
            "  holdfast key rehearse key.html --repository /srv/backup"
        })
final class KeyCommand implements Runnable {
    @ParentCommand Holdfast parent;

    @Spec CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no key command given");
    }

    /** The global options. */
    GlobalOptions options() {
        return parent.options;
    }
}
