package dev.holdfast.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.KeyPaths;
import dev.holdfast.crypto.KeyStorage;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code holdfast key create}. */
@Command(
        name = "create",
        description = "Create a new key. Keep a copy on paper: without the key, backups are lost.",
        footer = {
            "",
            "The passphrase comes from HOLDFAST_NEW_PASSPHRASE (or _FD, _FILE, _CMD), else it is asked for.",
            "",
            "Example:",
            "  holdfast key create /root/web1.key --hint 'the long one'"
        })
final class KeyCreateCommand implements Callable<Integer> {
    @ParentCommand KeyCommand key;

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "Default: the official client's place.")
    Optional<Path> file = Optional.empty();

    @Mixin KeyProtection protection;

    @Override
    public Integer call() {
        protection.check();
        Path path = file.orElseGet(() -> KeyFiles.paths().place(KeyPaths.ENCRYPTION_KEY));
        KeyFiles.checkAbsent(path);
        try (BackupKey created = BackupKey.random(Instant.now().getEpochSecond())) {
            KeyStorage.create(path, protection.lock(created));
            String fingerprint = created.fingerprint().longForm();
            if (key.options().json) {
                Output.json(
                        JsonNodeFactory.instance
                                .objectNode()
                                .put("path", path.toString())
                                .put("fingerprint", fingerprint));
            } else {
                Output.line("path: " + path);
                Output.line("fingerprint: " + fingerprint);
            }
        }
        Output.remark(
                key.options(),
                "Now make a copy of this key on paper and keep it in a safe place: holdfast key paper "
                        + path
                        + "\nWithout the key nobody can read the backups made with it.");
        return ExitCode.DONE;
    }
}
