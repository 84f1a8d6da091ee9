package dev.holdfast.cli;

import ch.qos.logback.classic.Level;
import dev.holdfast.format.CryptMode;
import dev.holdfast.format.FormatException;
import dev.holdfast.format.Namespace;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.ScopeType;
import picocli.CommandLine.TypeConversionException;

/** Options that every command takes, before or after its name. */
@Command
final class GlobalOptions {
    @Option(
            names = "--repository",
            paramLabel = "R",
            scope = ScopeType.INHERIT,
            description = {
                "/abs/path, ./rel/path or file:PATH: a local datastore directory; [[USER@REALM[!TOKEN]@]HOST[:PORT]:]STORE: a"
                        + " Proxmox Backup Server. Default: $HOLDFAST_REPOSITORY, $PBS_REPOSITORY, or $PBS_SERVER, $PBS_PORT,"
                        + " $PBS_DATASTORE and $PBS_AUTH_ID."
            })
    Optional<String> repository = Optional.empty();

    Namespace namespace = Namespace.ROOT;

    /** Whether the namespace is what the user said, rather than the default. */
    boolean namespaceSaid;

    @Option(
            names = "--ns",
            paramLabel = "NS",
            scope = ScopeType.INHERIT,
            converter = NamespaceConverter.class,
            description = "Namespace; default is the root, on a server $PBS_NAMESPACE.")
    void namespace(Namespace said) {
        namespace = said;
        namespaceSaid = true;
    }

    @Option(
            names = "--keyfile",
            paramLabel = "F",
            scope = ScopeType.INHERIT,
            description =
                    "Encryption key; may be repeated for reading. Default: the official client's search path.")
    List<Path> keyFiles = new ArrayList<>();

    @Option(
            names = "--keyfd",
            paramLabel = "N",
            scope = ScopeType.INHERIT,
            description = "Read the encryption key from this file descriptor.")
    Optional<Integer> keyDescriptor = Optional.empty();

    @Option(
            names = "--master-pubkey-file",
            paramLabel = "F",
            scope = ScopeType.INHERIT,
            description =
                    "Wrap the key for this master key into every new snapshot. Default: master-public.pem on the official"
                            + " client's search path, if there is one.")
    Optional<Path> masterPublicKey = Optional.empty();

    @Option(
            names = "--pq-escrow",
            paramLabel = "F",
            scope = ScopeType.INHERIT,
            description =
                    "Wrap the key for this post-quantum master key, too (ML-KEM-1024; the official client ignores it).")
    Optional<Path> pqEscrow = Optional.empty();

    @Option(
            names = "--master-key",
            paramLabel = "PRIV",
            scope = ScopeType.INHERIT,
            description =
                    "Read snapshots whose key is not at hand through the wrapped key they carry; a private key in PEM."
                            + " Passphrase: $HOLDFAST_MASTER_PASSPHRASE (or _FD, _FILE, _CMD), else asked for.")
    Optional<Path> masterKey = Optional.empty();

    @Option(
            names = "--crypt-mode",
            paramLabel = "MODE",
            scope = ScopeType.INHERIT,
            converter = CryptModeConverter.class,
            description =
                    "encrypt, sign-only or none. Without a key and without this, writing is refused.")
    Optional<CryptMode> cryptMode = Optional.empty();

    @Option(
            names = "--json",
            scope = ScopeType.INHERIT,
            description = "Machine-readable output: one JSON document.")
    boolean json;

    @Option(
            names = "--no-progress",
            scope = ScopeType.INHERIT,
            description = "Do not show progress.")
    boolean noProgress;

    @Option(
            names = "--progress",
            scope = ScopeType.INHERIT,
            description = "Show progress even without a terminal.")
    boolean progress;

    @Option(names = "--quiet", scope = ScopeType.INHERIT, description = "Say nothing but errors.")
    boolean quiet;

    @Option(
            names = "--verbose",
            scope = ScopeType.INHERIT,
            description = "Say more: remarks that are no warnings, as a new connection.")
    boolean verbose;

    @Option(
            names = "--debug",
            scope = ScopeType.INHERIT,
            description = "Show stack traces and more log.")
    boolean debug;

    @Option(names = "--version", versionHelp = true, description = "Show the version.")
    boolean version;

    @Option(
            names = {"-h", "--help"},
            usageHelp = true,
            scope = ScopeType.INHERIT,
            description = "Show this help.")
    boolean help;

    /** Whether the parsed command line asks for stack traces. */
    static boolean isDebug(ParseResult parsed) {
        return has(parsed, "--debug");
    }

    /** What the parsed command line wants to have logged; the most talkative option counts. */
    static Level logLevel(ParseResult parsed) {
        if (isDebug(parsed)) {
            return Level.DEBUG;
        }
        if (has(parsed, "--verbose")) {
            return Level.INFO;
        }
        return has(parsed, "--quiet") ? Level.ERROR : Level.WARN;
    }

    private static boolean has(ParseResult parsed, String option) {
        for (ParseResult level = parsed; level != null; level = level.subcommand()) {
            if (level.hasMatchedOption(option)) {
                return true;
            }
        }
        return false;
    }

    static final class NamespaceConverter implements ITypeConverter<Namespace> {
        @Override
        public Namespace convert(String value) {
            try {
                return Namespace.parse(value);
            } catch (IllegalArgumentException e) {
                throw new TypeConversionException(e.getMessage());
            }
        }
    }

    static final class CryptModeConverter implements ITypeConverter<CryptMode> {
        @Override
        public CryptMode convert(String value) {
            try {
                return CryptMode.parse(value);
            } catch (FormatException e) {
                throw new TypeConversionException(
                        "'" + value + "' is no crypt mode; expected encrypt, sign-only or none");
            }
        }
    }
}
