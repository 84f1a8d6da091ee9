package dev.holdfast.cli;

import dev.holdfast.BadKey;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.KeySplitting;
import dev.holdfast.crypto.paper.PaperReader;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code holdfast key join}. */
@Command(
        name = "join",
        description =
                "Rebuild a key from shares: text, HTML or photographs of their pages, in any order.",
        footer = {
            "",
            "Example:",
            "  holdfast key join share-1.jpg share-4.txt share-5.html --output /root/web1.key"
        })
final class KeyJoinCommand implements Callable<Integer> {
    @ParentCommand KeyCommand key;

    @Parameters(
            arity = "1..*",
            paramLabel = "SHARE",
            description = "Files with shares; - is standard input.")
    List<Path> pages;

    @Mixin RescuedKey rescued;

    @Override
    public Integer call() {
        rescued.check();
        PaperReader reader = PaperPages.read(pages);
        if (reader.shares().isEmpty()) {
            throw new BadKey(
                    "these pages hold no shares but a whole key; read it with: holdfast key scan");
        }
        try (BackupKey joined = KeySplitting.join(reader.shares())) {
            rescued.write(joined, key.options());
        }
        return ExitCode.DONE;
    }
}
