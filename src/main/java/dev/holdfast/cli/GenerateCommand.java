package dev.holdfast.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.holdfast.Unreachable;
import dev.holdfast.cli.reference.Completion;
import dev.holdfast.cli.reference.ManualPage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code holdfast generate}. */
@Command(
        name = "generate",
        description =
                "Write manual pages and completion for shells, where no package has installed them.",
        footer = {
            "",
            "Examples:",
            "  holdfast generate --bash ~/.local/share/bash-completion/completions/holdfast",
            "  holdfast generate --fish ~/.config/fish/completions/holdfast.fish",
            "  holdfast generate --man /usr/local/share/man/man1"
        })
final class GenerateCommand implements Callable<Integer> {
    private static final List<String> EXIT_CODES =
            List.of(
                    ExitCode.DONE + " done",
                    ExitCode.FAILED + " failed",
                    ExitCode.USAGE + " wrong usage",
                    ExitCode.KEY + " key missing or wrong",
                    ExitCode.DAMAGED + " damaged data found",
                    ExitCode.UNREACHABLE + " repository unreachable, or it refused",
                    ExitCode.NOT_FOUND + " something asked for does not exist",
                    ExitCode.BUSY + " busy: try again");

    @ParentCommand Holdfast parent;

    @Spec CommandSpec spec;

    @Option(
            names = "--man",
            paramLabel = "DIR",
            description = "Write a manual page for each command into this directory.")
    Optional<Path> man = Optional.empty();

    @Option(names = "--bash", paramLabel = "FILE", description = "Write completion for bash.")
    Optional<Path> bash = Optional.empty();

    @Option(
            names = "--zsh",
            paramLabel = "FILE",
            description = "Write completion for zsh; the file must be called _holdfast.")
    Optional<Path> zsh = Optional.empty();

    @Option(names = "--fish", paramLabel = "FILE", description = "Write completion for fish.")
    Optional<Path> fish = Optional.empty();

    private final ArrayNode written = JsonNodeFactory.instance.arrayNode();

    @Override
    public Integer call() {
        CommandSpec root = spec.root();
        if (man.or(() -> bash).or(() -> zsh).or(() -> fish).isEmpty()) {
            throw new UsageException("say what to generate: --man, --bash, --zsh or --fish");
        }
        bash.ifPresent(file -> write(file, Completion.BASH.script(root)));
        zsh.ifPresent(file -> write(file, Completion.ZSH.script(root)));
        fish.ifPresent(file -> write(file, Completion.FISH.script(root)));
        man.ifPresent(
                directory ->
                        ManualPage.all(root, Holdfast.version(), EXIT_CODES)
                                .forEach(
                                        page ->
                                                write(
                                                        directory.resolve(page.fileName()),
                                                        page.text())));
        if (parent.options.json) {
            Output.json(JsonNodeFactory.instance.objectNode().set("written", written));
        }
        return ExitCode.DONE;
    }

    private void write(Path file, String text) {
        try {
            Files.createDirectories(file.toAbsolutePath().getParent());
            Files.writeString(file, text);
            written.add(file.toString());
        } catch (IOException e) {
            throw new Unreachable("cannot write " + file + ": " + e.getMessage(), e);
        }
    }
}
