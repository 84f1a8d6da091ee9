package dev.holdfast.cli;

import dev.holdfast.HoldfastException;
import dev.holdfast.cli.reference.HelpLayout;
import dev.holdfast.fuse.Errno;
import dev.holdfast.os.OsError;
import java.io.PrintWriter;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.ParameterException;

/** The {@code holdfast} command. */
@Command(
        name = "holdfast",
        description =
                "Encrypted, deduplicated backups (Proxmox Backup Server format) as file systems.",
        versionProvider = Holdfast.Version.class,
        synopsisSubcommandLabel = "COMMAND",
        subcommands = {
            InitCommand.class,
            KeyCommand.class,
            ListCommand.class,
            ShowCommand.class,
            LsCommand.class,
            CatCommand.class,
            MountCommand.class,
            StageCommand.class,
            StatusCommand.class,
            CommitCommand.class,
            UnmountCommand.class,
            BackupCommand.class,
            RestoreCommand.class,
            VerifyCommand.class,
            PruneCommand.class,
            GcCommand.class,
            ForgetCommand.class,
            ProtectCommand.class,
            NotesCommand.class,
            SyncCommand.class,
            RekeyCommand.class,
            GenerateCommand.class,
            CompleteCommand.class,
        },
        footer = {
            "",
            "Examples:",
            "  holdfast key create",
            "  holdfast init /srv/backup",
            "  holdfast backup root.pxar:/home --repository /srv/backup",
            "  holdfast mount /mnt/backups --repository /srv/backup"
        })
public final class Holdfast implements Runnable {
    @Mixin GlobalOptions options;

    @CommandLine.Spec CommandLine.Model.CommandSpec spec;

    private Holdfast() {}

    /** Runs the command line and ends the process with its exit code. */
    public static void main(String[] args) {
        System.exit(run(args));
    }

    /** Runs the command line. */
    static int run(String... args) {
        if (List.of(args).contains("key")) {
            Driver.protectSecrets();
        }
        return commandLine().execute(args);
    }

    /** The whole command line. */
    static CommandLine commandLine() {
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        CommandLine commandLine =
                new CommandLine(new Holdfast())
                        .setErr(err)
                        .setCaseInsensitiveEnumValuesAllowed(true)
                        .setParameterExceptionHandler(Holdfast::usageError)
                        .setExecutionExceptionHandler(Holdfast::failure);
        HelpLayout.apply(commandLine);
        return commandLine;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no command given");
    }

    private static int usageError(ParameterException e, String[] args) {
        PrintWriter err = e.getCommandLine().getErr();
        err.println(
                "holdfast: "
                        + describeUsage(e)
                        + "; see: "
                        + e.getCommandLine().getCommandSpec().qualifiedName()
                        + " --help");
        return ExitCode.USAGE;
    }

    private static String describeUsage(ParameterException e) {
        if (e instanceof CommandLine.UnmatchedArgumentException unmatched
                && !unmatched.isUnknownOption()) {
            String word = "'" + unmatched.getUnmatched().get(0) + "'";
            if (e.getCommandLine().getSubcommands().isEmpty()) {
                return word + " is one argument too many";
            }
            String first = word.substring(0, 2);
            List<String> similar =
                    unmatched.getSuggestions().stream()
                            .filter(name -> ("'" + name).startsWith(first))
                            .toList();
            return "there is no command "
                    + word
                    + (similar.isEmpty() ? "" : "; did you mean " + similar.get(0) + "?");
        }
        return e.getMessage().lines().findFirst().orElse("wrong usage");
    }

    private static int failure(
            Exception e, CommandLine commandLine, CommandLine.ParseResult parsed) {
        PrintWriter err = commandLine.getErr();
        if (GlobalOptions.isDebug(parsed)) {
            e.printStackTrace(err);
        }
        err.println("holdfast: " + describe(e));
        return ExitCode.of(e);
    }

    /** One line: what happened, to what, what to do. */
    static String describe(Throwable e) {
        if (e instanceof HoldfastException
                || e instanceof OsError
                || e instanceof IllegalArgumentException) {
            return String.valueOf(e.getMessage()).replace('\n', ' ');
        }
        if (e instanceof Errno errno) {
            return "the staging area failed: " + OsError.describe(errno.number());
        }
        if (e instanceof UncheckedIOException io) {
            return String.valueOf(io.getCause().getMessage());
        }
        return "internal error: " + e + "; run again with --debug and report it";
    }

    /** The version in the jar's manifest. */
    static final class Version implements IVersionProvider {
        @Override
        public String[] getVersion() {
            return new String[] {version()};
        }
    }

    /** Name and version. */
    static String version() {
        String version = Holdfast.class.getPackage().getImplementationVersion();
        return "holdfast " + (version == null ? "(development)" : version);
    }
}
