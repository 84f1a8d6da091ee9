package dev.holdfast.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.KeyStorage;
import dev.holdfast.format.KeyFile;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.Optional;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/** Where a key goes that was rebuilt or recovered, and how it is protected there. */
final class RescuedKey {
    @Option(
            names = "--output",
            paramLabel = "FILE",
            description = "Write the key to this new file; default is standard output.")
    Optional<Path> output = Optional.empty();

    @Mixin KeyProtection protection;

    /** Fails on options that do not make sense, or if the file exists. */
    void check() {
        protection.check();
        output.ifPresent(KeyFiles::checkAbsent);
    }

    /** Writes the key file and says which key it is. */
    void write(BackupKey key, GlobalOptions options) {
        KeyFile file = protection.lockRescued(key, options);
        String fingerprint = key.fingerprint().longForm();
        if (output.isEmpty()) {
            byte[] json = file.encode(ZoneId.systemDefault());
            Output.bytes(json, 0, json.length);
            Output.flush();
            Output.remark(options, "fingerprint: " + fingerprint);
            return;
        }
        KeyStorage.create(output.get(), file);
        if (options.json) {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            Output.json(
                    json.put("path", output.get().toString())
                            .put("kdf", file.kdf().text())
                            .put("fingerprint", fingerprint));
        } else {
            Output.line("path: " + output.get());
            Output.line("fingerprint: " + fingerprint);
        }
    }
}
