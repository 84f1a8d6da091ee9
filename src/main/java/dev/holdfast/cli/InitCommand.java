package dev.holdfast.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.holdfast.store.local.LocalDatastore;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code holdfast init}. */
@Command(
        name = "init",
        description = "Create a local datastore.",
        footer = {"", "Example:", "  holdfast init /srv/backup"})
final class InitCommand implements Callable<Integer> {
    @ParentCommand Holdfast parent;

    @Parameters(
            paramLabel = "PATH",
            description = "An empty directory, or one that does not exist yet.")
    String path;

    @Option(
            names = "--name",
            paramLabel = "NAME",
            description = "Name of the datastore; default is the directory's name.")
    Optional<String> name = Optional.empty();

    @Override
    public Integer call() {
        Path directory = RepositoryLocation.localPath(path);
        LocalDatastore.create(directory, name);
        if (parent.options.json) {
            Output.json(
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("path", directory.toAbsolutePath().normalize().toString()));
            return ExitCode.DONE;
        }
        Output.remark(
                parent.options,
                "Created datastore "
                        + directory.toAbsolutePath().normalize()
                        + "; use it with --repository or HOLDFAST_REPOSITORY.");
        return ExitCode.DONE;
    }
}
