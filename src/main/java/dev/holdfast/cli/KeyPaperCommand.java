package dev.holdfast.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.holdfast.crypto.KeyLock;
import dev.holdfast.crypto.paper.PaperCopy;
import dev.holdfast.format.Kdf;
import dev.holdfast.format.KeyFile;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code holdfast key paper}. */
@Command(
        name = "paper",
        description = {
            "Print a key, or a master private key, for keeping on paper: as text and as QR codes.",
            "A protected key stays protected; keep its passphrase elsewhere."
        },
        footer = {
            "",
            "Examples:",
            "  holdfast key paper > key.html",
            "  holdfast key paper /root/web1.key --format text --subject web1 | lpr"
        })
final class KeyPaperCommand implements Callable<Integer> {
    private static final int MAX_BYTES = 64 << 10;

    @ParentCommand KeyCommand key;

    @Parameters(
            arity = "0..1",
            paramLabel = "FILE",
            description = "A key file or a master private key (PEM). Default: the default key.")
    Optional<Path> file = Optional.empty();

    @Mixin PaperFormat format;

    @Option(
            names = "--output",
            paramLabel = "FILE",
            description = "Write to this new file instead of standard output.")
    Optional<Path> output = Optional.empty();

    @Override
    public Integer call() {
        if (key.options().json && output.isEmpty()) {
            throw new UsageException("a page for paper is no JSON; name a file with --output");
        }
        Path path = KeyFiles.existing(file, key.options());
        byte[] content = KeyFiles.read(path, "key file", MAX_BYTES);
        PaperCopy copy = PaperCopy.of(content, path.toString());
        if (!copy.isMaster()) {
            check(KeyFile.parse(content), path);
        }
        Arrays.fill(content, (byte) 0);
        byte[] page = format.print(List.of(copy));
        if (output.isPresent()) {
            KeyFiles.create(output.get(), page);
            if (key.options().json) {
                Output.json(
                        JsonNodeFactory.instance
                                .objectNode()
                                .put("output", output.get().toString()));
            }
            Output.remark(key.options(), "Wrote " + output.get() + "; print it, then remove it.");
        } else {
            Output.bytes(page, 0, page.length);
            Output.flush();
        }
        return ExitCode.DONE;
    }

    /** A damaged key is not worth paper; a protected one stays closed, so it is not looked into. */
    private void check(KeyFile file, Path path) {
        if (file.kdf() instanceof Kdf.None) {
            KeyLock.unlock(file, path.toString(), () -> new byte[0]).close();
            Output.remark(
                    key.options(),
                    "holdfast: warning: "
                            + path
                            + " has no passphrase; whoever finds the paper can read the backups");
        }
    }
}
