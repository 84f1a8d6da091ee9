package dev.holdfast.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.KeyLock;
import dev.holdfast.crypto.KeySplitting;
import dev.holdfast.crypto.KeyStorage;
import dev.holdfast.crypto.SecretSources;
import dev.holdfast.crypto.paper.PaperCopy;
import dev.holdfast.format.KeyShare;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code holdfast key split}. */
@Command(
        name = "split",
        description = {
            "Split a key into shares to be kept by different people or in different places, each a page for paper.",
            "Any K of the N shares rebuild the key, without its passphrase; fewer say nothing about it."
        },
        footer = {"", "Example:", "  holdfast key split --threshold 3 --shares 5 --output shares"})
final class KeySplitCommand implements Callable<Integer> {
    @ParentCommand KeyCommand key;

    @Parameters(arity = "0..1", paramLabel = "FILE", description = "Default: the default key.")
    Optional<Path> file = Optional.empty();

    @Option(
            names = "--threshold",
            paramLabel = "K",
            required = true,
            description = "How many shares rebuild the key; at least 2.")
    int threshold;

    @Option(
            names = "--shares",
            paramLabel = "N",
            required = true,
            description = "How many shares to make; at most 255.")
    int shares;

    @Mixin PaperFormat format;

    @Option(
            names = {"--output", "--output-dir"},
            paramLabel = "DIR",
            description = "Write one file per share here; default is all pages to standard output.")
    Optional<Path> output = Optional.empty();

    @Override
    public Integer call() {
        if (threshold < 2 || shares < threshold || shares > KeyShare.MAX_SHARES) {
            throw new UsageException(
                    "--threshold "
                            + threshold
                            + " --shares "
                            + shares
                            + " is not possible; it takes 2 ≤ K ≤ N ≤ "
                            + KeyShare.MAX_SHARES);
        }
        if (key.options().json && output.isEmpty()) {
            throw new UsageException("pages for paper are no JSON; name a directory with --output");
        }
        Path path = KeyFiles.existing(file, key.options());
        output.ifPresent(
                dir -> {
                    for (int i = 1; i <= shares; i++) {
                        KeyFiles.checkAbsent(dir.resolve(name(i)));
                    }
                });
        List<KeyShare> made;
        try (BackupKey opened =
                KeyLock.unlock(
                        KeyStorage.read(path),
                        path.toString(),
                        SecretSources.ofProcess()::keyPassphrase)) {
            made = KeySplitting.split(opened, threshold, shares);
            // Shares that do not give the key would be noticed only when it is too late.
            KeySplitting.join(made.subList(shares - threshold, shares)).close();
        }
        if (output.isPresent()) {
            ArrayNode json = JsonNodeFactory.instance.arrayNode();
            for (KeyShare share : made) {
                Path page = output.get().resolve(name(share.number()));
                KeyFiles.create(page, format.print(List.of(PaperCopy.of(share))));
                json.add(page.toString());
                if (!key.options().json) {
                    Output.line(page.toString());
                }
            }
            if (key.options().json) {
                Output.json(
                        JsonNodeFactory.instance
                                .objectNode()
                                .put("threshold", threshold)
                                .set("shares", json));
            }
        } else {
            byte[] pages = format.print(made.stream().map(PaperCopy::of).toList());
            Output.bytes(pages, 0, pages.length);
            Output.flush();
        }
        Output.remark(
                key.options(),
                "Give each share to somebody else, then remove the files. Any "
                        + threshold
                        + " of them rebuild the key with: holdfast key join");
        return ExitCode.DONE;
    }

    private String name(int number) {
        return "share-" + number + "-of-" + shares + format.extension();
    }
}
