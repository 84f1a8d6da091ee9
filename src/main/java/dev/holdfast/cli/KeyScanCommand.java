package dev.holdfast.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.BadKey;
import dev.holdfast.crypto.KeyLock;
import dev.holdfast.crypto.KeyStorage;
import dev.holdfast.crypto.SecretSources;
import dev.holdfast.crypto.paper.PaperReader;
import dev.holdfast.format.Fingerprint;
import dev.holdfast.format.Kdf;
import dev.holdfast.format.KeyFile;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code holdfast key scan}. */
@Command(
        name = "scan",
        description = {
            "Read a key, or a master private key, back from paper: from its text, from photographs of its QR codes (PNG,"
                    + " JPEG), or from the HTML file; several pages in any order.",
            "The fingerprint is checked; for a protected key that needs its passphrase."
        },
        footer = {"", "Example:", "  holdfast key scan photo.jpg --output /root/web1.key"})
final class KeyScanCommand implements Callable<Integer> {
    @ParentCommand KeyCommand key;

    @Parameters(
            arity = "1..*",
            paramLabel = "IN",
            description = "Images, HTML or text files; - is standard input.")
    List<Path> pages;

    @Option(
            names = "--output",
            paramLabel = "FILE",
            description = "Write the key to this new file; default is standard output.")
    Optional<Path> output = Optional.empty();

    @Override
    public Integer call() {
        output.ifPresent(KeyFiles::checkAbsent);
        PaperReader reader = PaperPages.read(pages);
        Optional<String> master = reader.masterPem();
        if (!reader.shares().isEmpty()) {
            throw new BadKey(
                    "these pages hold shares of key "
                            + reader.shares().get(0).fingerprint().shortForm()
                            + "; rebuild it with: holdfast key join");
        }
        if (master.isPresent() && reader.keys().isEmpty()) {
            write(master.get().getBytes(StandardCharsets.US_ASCII));
            output.ifPresent(
                    o -> Output.remark(key.options(), "Wrote the master key to " + o + "."));
            return ExitCode.DONE;
        }
        if (reader.keys().size() > 1 || master.isPresent()) {
            throw new BadKey(
                    "the pages hold several keys ("
                            + reader.keys().stream()
                                    .map(k -> Session.shortForm(k.fingerprint()))
                                    .collect(Collectors.joining(", "))
                            + (master.isPresent() ? ", a master key" : "")
                            + "); scan one at a time");
        }
        KeyFile found = reader.keys().get(0);
        boolean checked = check(found);
        if (output.isPresent()) {
            KeyStorage.create(output.get(), found);
            report(found, output.get(), checked);
        } else {
            write(found.encode(ZoneId.systemDefault()));
        }
        return ExitCode.DONE;
    }

    /** Whether the key is the one that its fingerprint names, as far as that can be known. */
    private boolean check(KeyFile found) {
        SecretSources sources = SecretSources.ofProcess();
        if (!(found.kdf() instanceof Kdf.None) && !sources.canGiveKeyPassphrase()) {
            Output.remark(
                    key.options(),
                    "holdfast: warning: the fingerprint was not checked, since that needs the passphrase"
                            + " (PBS_ENCRYPTION_PASSWORD, or _FD, _FILE, _CMD)");
            return false;
        }
        KeyLock.unlock(found, "on paper", sources::keyPassphrase).close();
        return true;
    }

    private void report(KeyFile found, Path path, boolean checked) {
        String fingerprint = found.fingerprint().map(Fingerprint::longForm).orElse("not stored");
        if (key.options().json) {
            ObjectNode json = JsonNodeFactory.instance.objectNode();
            Output.json(
                    json.put("path", path.toString())
                            .put("kdf", found.kdf().text())
                            .put("fingerprint", fingerprint)
                            .put("checked", checked));
        } else {
            Output.line("path: " + path);
            Output.line("fingerprint: " + fingerprint + (checked ? " (checked)" : ""));
        }
    }

    private void write(byte[] content) {
        if (output.isPresent()) {
            KeyFiles.create(output.get(), content);
        } else {
            Output.bytes(content, 0, content.length);
            Output.flush();
        }
    }
}
