package dev.holdfast.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.crypto.KeyStorage;
import dev.holdfast.format.Fingerprint;
import dev.holdfast.format.KeyFile;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code holdfast key show}. */
@Command(
        name = "show",
        description = "Show what a key file says, without unlocking it.",
        footer = {"", "Example:", "  holdfast key show /root/web1.key"})
final class KeyShowCommand implements Callable<Integer> {
    @ParentCommand KeyCommand key;

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "Default: the default key.")
    Optional<Path> file = Optional.empty();

    @Override
    public Integer call() {
        Path path = KeyFiles.existing(file, key.options());
        KeyFile shown = KeyStorage.read(path);
        if (key.options().json) {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            json.put("path", path.toString()).put("kdf", shown.kdf().text());
            json.put("created", shown.createdSeconds()).put("modified", shown.modifiedSeconds());
            shown.fingerprint().ifPresent(f -> json.put("fingerprint", f.longForm()));
            shown.hint().ifPresent(h -> json.put("hint", h));
            Output.json(json);
        } else {
            Output.line("path:        " + path);
            Output.line("kdf:         " + shown.kdf().text());
            Output.line("created:     " + localTime(shown.createdSeconds()));
            Output.line("modified:    " + localTime(shown.modifiedSeconds()));
            Output.line(
                    "fingerprint: "
                            + shown.fingerprint().map(Fingerprint::longForm).orElse("not stored"));
            shown.hint().ifPresent(h -> Output.line("hint:        " + h));
        }
        return ExitCode.DONE;
    }

    private static String localTime(long epochSeconds) {
        return DateTimeFormatter.ISO_OFFSET_DATE_TIME.format(
                Instant.ofEpochSecond(epochSeconds).atZone(ZoneId.systemDefault()));
    }
}
