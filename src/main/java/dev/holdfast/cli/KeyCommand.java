package dev.holdfast.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.BadKey;
import dev.holdfast.NotFound;
import dev.holdfast.Refused;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.KeyLock;
import dev.holdfast.crypto.KeyPaths;
import dev.holdfast.crypto.KeyStorage;
import dev.holdfast.crypto.SecretSources;
import dev.holdfast.format.Fingerprint;
import dev.holdfast.format.FormatException;
import dev.holdfast.format.Kdf;
import dev.holdfast.format.KeyFile;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code holdfast key …}: everything about encryption keys. */
@Command(
        name = "key",
        description = "Create, show and change encryption keys.",
        synopsisSubcommandLabel = "COMMAND",
        footer = {
            "",
            "Examples:",
            "  holdfast key create",
            "  holdfast key create /root/web1.key --kdf none",
            "  holdfast key show"
        })
final class KeyCommand implements Runnable {
    @ParentCommand Holdfast parent;

    @Spec CommandSpec spec;

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "no key command given");
    }

    private static KeyPaths paths() {
        return new KeyPaths(System.getenv());
    }

    private Path existing(Optional<Path> file) {
        if (file.isPresent()) {
            return file.get();
        }
        if (!parent.options.keyFiles.isEmpty()) {
            return parent.options.keyFiles.get(0);
        }
        return paths().find(KeyPaths.ENCRYPTION_KEY)
                .orElseThrow(
                        () ->
                                new NotFound(
                                        "there is no default key ("
                                                + paths().place(KeyPaths.ENCRYPTION_KEY)
                                                + "); create one with: holdfast key create"));
    }

    private static void checkHint(Optional<String> hint, Kdf kdf) {
        if (hint.isPresent() && kdf instanceof Kdf.None) {
            throw new UsageException("--hint is of no use with --kdf none");
        }
        try {
            hint.ifPresent(KeyFile::checkHint);
        } catch (FormatException e) {
            throw new UsageException(e.getMessage());
        }
    }

    private static byte[] newPassphrase(Kdf kdf) {
        return kdf instanceof Kdf.None ? new byte[0] : SecretSources.ofProcess().newPassphrase();
    }

    private static Kdf kdf(String name) {
        try {
            return KeyLock.newKdf(name);
        } catch (IllegalArgumentException e) {
            throw new UsageException(e.getMessage());
        }
    }

    @Command(
            name = "create",
            description =
                    "Create a new key. Keep a copy on paper: without the key, backups are lost.")
    int create(
            @Parameters(
                            arity = "0..1",
                            paramLabel = "FILE",
                            description = "Default: the official client's place.")
                    Path file,
            @Option(
                            names = "--kdf",
                            paramLabel = "KDF",
                            defaultValue = "scrypt",
                            description = "scrypt, pbkdf2 or none.")
                    String kdfName,
            @Option(names = "--hint", paramLabel = "H", description = "Reminds of the passphrase.")
                    String hint) {
        Path path = file != null ? file : paths().place(KeyPaths.ENCRYPTION_KEY);
        Kdf kdf = kdf(kdfName);
        checkHint(Optional.ofNullable(hint), kdf);
        if (Files.exists(path)) {
            throw new Refused("key file " + path + " exists already; it is not overwritten");
        }
        long now = Instant.now().getEpochSecond();
        byte[] passphrase = newPassphrase(kdf);
        try (BackupKey key = BackupKey.random(now)) {
            KeyStorage.create(
                    path, KeyLock.lock(key, kdf, passphrase, now, Optional.ofNullable(hint)));
            if (parent.options.json) {
                ObjectNode json = JsonNodeFactory.instance.objectNode();
                Output.json(
                        json.put("path", path.toString())
                                .put("fingerprint", key.fingerprint().longForm()));
            } else {
                Output.line("path: " + path);
                Output.line("fingerprint: " + key.fingerprint().longForm());
            }
            Output.remark(
                    parent.options,
                    "Now make a copy of this key on paper and keep it in a safe place: holdfast key paper "
                            + path
                            + "\nWithout the key nobody can read the backups made with it.");
        }
        return ExitCode.DONE;
    }

    @Command(name = "show", description = "Show what a key file says, without unlocking it.")
    int show(
            @Parameters(
                            arity = "0..1",
                            paramLabel = "FILE",
                            description = "Default: the default key.")
                    Path file) {
        Path path = existing(Optional.ofNullable(file));
        KeyFile key = KeyStorage.read(path);
        if (parent.options.json) {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            json.put("path", path.toString()).put("kdf", key.kdf().text());
            json.put("created", key.createdSeconds()).put("modified", key.modifiedSeconds());
            key.fingerprint().ifPresent(f -> json.put("fingerprint", f.longForm()));
            key.hint().ifPresent(h -> json.put("hint", h));
            Output.json(json);
        } else {
            Output.line("path:        " + path);
            Output.line("kdf:         " + key.kdf().text());
            Output.line("created:     " + localTime(key.createdSeconds()));
            Output.line("modified:    " + localTime(key.modifiedSeconds()));
            Output.line(
                    "fingerprint: "
                            + key.fingerprint().map(Fingerprint::longForm).orElse("not stored"));
            key.hint().ifPresent(h -> Output.line("hint:        " + h));
        }
        return ExitCode.DONE;
    }

    @Command(
            name = "passphrase",
            description = "Change the passphrase or the KDF of a key.",
            footer = {
                "",
                "The old passphrase comes from PBS_ENCRYPTION_PASSWORD (or _FD, _FILE, _CMD), the new one from",
                "HOLDFAST_NEW_PASSPHRASE (or _FD, _FILE, _CMD), else both are asked for."
            })
    int passphrase(
            @Parameters(
                            arity = "0..1",
                            paramLabel = "FILE",
                            description = "Default: the default key.")
                    Path file,
            @Option(
                            names = "--kdf",
                            paramLabel = "KDF",
                            defaultValue = "scrypt",
                            description = "scrypt, pbkdf2 or none.")
                    String kdfName,
            @Option(
                            names = "--hint",
                            paramLabel = "H",
                            description =
                                    "Reminds of the new passphrase; without it the old hint is removed.")
                    String hint) {
        Path path = existing(Optional.ofNullable(file));
        Kdf kdf = kdf(kdfName);
        checkHint(Optional.ofNullable(hint), kdf);
        KeyFile old = KeyStorage.read(path);
        try (BackupKey key =
                KeyLock.unlock(old, path.toString(), SecretSources.ofProcess()::keyPassphrase)) {
            KeyFile locked =
                    KeyLock.lock(
                            key,
                            kdf,
                            newPassphrase(kdf),
                            Instant.now().getEpochSecond(),
                            Optional.ofNullable(hint));
            checkUnlocked(locked, key);
            KeyStorage.replace(path, locked);
        }
        Output.remark(
                parent.options,
                "Changed "
                        + path
                        + "; copies on paper still need the passphrase they were printed with.");
        return ExitCode.DONE;
    }

    /** A key file that was written wrong would be a lost key. */
    private static void checkUnlocked(KeyFile locked, BackupKey key) {
        if (!locked.fingerprint().equals(Optional.of(key.fingerprint()))) {
            throw new BadKey("the changed key would not be the same key; nothing was written");
        }
    }

    private static String localTime(long epochSeconds) {
        return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(
                Instant.ofEpochSecond(epochSeconds).atZone(ZoneId.systemDefault()));
    }
}
