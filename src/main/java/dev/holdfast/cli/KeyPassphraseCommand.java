package dev.holdfast.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.KeyLock;
import dev.holdfast.crypto.KeyStorage;
import dev.holdfast.crypto.SecretSources;
import dev.holdfast.format.KeyFile;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code holdfast key passphrase}. */
@Command(
        name = "passphrase",
        description = "Change the passphrase, the KDF or the hint of a key.",
        footer = {
            "",
            "The old passphrase comes from PBS_ENCRYPTION_PASSWORD (or _FD, _FILE, _CMD), the new one from",
            "HOLDFAST_NEW_PASSPHRASE (or _FD, _FILE, _CMD), else both are asked for. Without --hint the old hint",
            "is removed.",
            "",
            "Example:",
            "  holdfast key passphrase /root/web1.key --kdf none"
        })
final class KeyPassphraseCommand implements Callable<Integer> {
    @ParentCommand KeyCommand key;

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "Default: the default key.")
    Optional<Path> file = Optional.empty();

    @Mixin KeyProtection protection;

    @Override
    public Integer call() {
        protection.check();
        Path path = KeyFiles.existing(file, key.options());
        KeyFile old = KeyStorage.read(path);
        try (BackupKey opened =
                KeyLock.unlock(old, path.toString(), SecretSources.ofProcess()::keyPassphrase)) {
            KeyStorage.replace(path, protection.lock(opened));
            if (key.options().json) {
                Output.json(
                        JsonNodeFactory.instance
                                .objectNode()
                                .put("path", path.toString())
                                .put("fingerprint", opened.fingerprint().longForm()));
            }
        }
        Output.remark(
                key.options(),
                "Changed "
                        + path
                        + "; copies on paper still need the passphrase they were printed with.");
        return ExitCode.DONE;
    }
}
