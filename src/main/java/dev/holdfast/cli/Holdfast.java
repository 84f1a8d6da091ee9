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
        footer = {
            "",
            "Examples:",
            "  holdfast key create",
            "  holdfast init /srv/backup",
            "  holdfast backup root.pxar:/home --repository /srv/backup",
            "  holdfast mount /mnt/backups --repository /srv/backup"
        })
public final class Holdfast implements Runnable {
    /** Every command, in the order of the help. */
    private static final List<String> COMMANDS =
            List.of(
                    "init",
                    "key",
                    "list",
                    "show",
                    "ls",
                    "cat",
                    "find",
                    "versions",
                    "diff",
                    "mount",
                    "stage",
                    "status",
                    "commit",
                    "unmount",
                    "backup",
                    "restore",
                    "verify",
                    "prune",
                    "gc",
                    "forget",
                    "protect",
                    "notes",
                    "sync",
                    "rekey",
                    "generate",
                    "complete");

    @Mixin GlobalOptions options;

    @CommandLine.Spec CommandLine.Model.CommandSpec spec;

    private Holdfast() {}

    /** Runs the command line and ends the process with its exit code. */
    public static void main(String[] args) {
        int code = run(args);
        Background.ended(code);
        System.exit(code);
    }

    /** Runs the command line. */
    static int run(String... args) {
        if (List.of(args).contains("key")) {
            Driver.protectSecrets();
        }
        return commandLine(needed(args)).execute(args);
    }

    /** The whole command line, ready to parse and execute. */
    static CommandLine commandLine() {
        return commandLine(COMMANDS);
    }

    /**
     * Those commands that a command line names. Building the model of all of them, each with its
     * copies of the global options, takes two thirds of the time of a short command.
     */
    private static List<String> needed(String... args) {
        List<String> words = List.of(args);
        List<String> named = COMMANDS.stream().filter(words::contains).toList();
        boolean helpComesFirst =
                words.stream()
                        .takeWhile(word -> !named.contains(word))
                        .anyMatch(word -> word.equals("--help") || word.equals("-h"));
        return named.isEmpty() || named.contains("generate") || helpComesFirst ? COMMANDS : named;
    }

    private static CommandLine commandLine(List<String> commands) {
        PrintWriter err = new PrintWriter(System.err, true, StandardCharsets.UTF_8);
        CommandLine commandLine = new CommandLine(new Holdfast());
        commands.forEach(name -> commandLine.addSubcommand(name, command(name)));
        // From here on: these apply to the subcommands that are there.
        commandLine
                .setErr(err)
                .setCaseInsensitiveEnumValuesAllowed(true)
                // A key file may well be called "key".
                .setAllowSubcommandsAsOptionParameters(true)
                .setExecutionStrategy(Holdfast::execute)
                .setParameterExceptionHandler(Holdfast::usageError)
                .setExecutionExceptionHandler(Holdfast::failure);
        HelpLayout.apply(commandLine);
        return commandLine;
    }

    private static Object command(String name) {
        return switch (name) {
            case "init" -> new InitCommand();
            case "key" -> new KeyCommand();
            case "list" -> new ListCommand();
            case "show" -> new ShowCommand();
            case "ls" -> new LsCommand();
            case "cat" -> new CatCommand();
            case "find" -> new FindCommand();
            case "versions" -> new VersionsCommand();
            case "diff" -> new DiffCommand();
            case "mount" -> new MountCommand();
            case "stage" -> new StageCommand();
            case "status" -> new StatusCommand();
            case "commit" -> new CommitCommand();
            case "unmount" -> new UnmountCommand();
            case "backup" -> new BackupCommand();
            case "restore" -> new RestoreCommand();
            case "verify" -> new VerifyCommand();
            case "prune" -> new PruneCommand();
            case "gc" -> new GcCommand();
            case "forget" -> new ForgetCommand();
            case "protect" -> new ProtectCommand();
            case "notes" -> new NotesCommand();
            case "sync" -> new SyncCommand();
            case "rekey" -> new RekeyCommand();
            case "generate" -> new GenerateCommand();
            case "complete" -> new CompleteCommand();
            default -> throw new IllegalArgumentException(name);
        };
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no command given");
    }

    private static int execute(CommandLine.ParseResult parsed) {
        LogConfigurator.level(GlobalOptions.logLevel(parsed));
        return new CommandLine.RunLast().execute(parsed);
    }

    private static int usageError(ParameterException e, String[] args) {
        CommandLine all = e.getCommandLine().getCommandSpec().root().commandLine();
        if (e instanceof CommandLine.UnmatchedArgumentException
                && all.getSubcommands().size() < COMMANDS.size()) {
            // Which command may have been meant is known only by all of them.
            return commandLine().execute(args);
        }
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
