package dev.holdfast.cli;

import dev.holdfast.HoldfastException;
import dev.holdfast.format.ArchiveName;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.snapshot.Snapshot;
import dev.holdfast.store.Repository;
import dev.holdfast.store.SnapshotEntry;
import dev.holdfast.store.SnapshotReader;
import java.util.concurrent.Callable;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/**
 * {@code holdfast complete KIND WORD}, which shells call when somebody presses the tabulator key:
 * prints what there is in the repository, one per line. Needs no key, asks nothing, and is silent
 * if something is wrong.
 */
@Command(
        name = "complete",
        hidden = true,
        description = "Print names in the repository, for the completion of shells.",
        footer = {"", "Example:", "  holdfast complete snapshot host/web1/"})
final class CompleteCommand implements Callable<Integer> {
    /** What can be asked for. */
    enum Kind {
        NAMESPACE,
        GROUP,
        /** Of the group that the word begins with; groups as long as it does not name one. */
        SNAPSHOT,
        /** Of the snapshot that the word is. */
        ARCHIVE
    }

    @ParentCommand Holdfast parent;

    @Parameters(index = "0", paramLabel = "KIND", description = "${COMPLETION-CANDIDATES}")
    Kind kind;

    @Parameters(
            index = "1",
            arity = "0..1",
            paramLabel = "WORD",
            defaultValue = "",
            description = "The word as far as it is typed; for archives the snapshot.")
    String word;

    @Override
    public Integer call() {
        try (Session session = new Session(parent.options)) {
            names(session).forEach(Output::line);
        } catch (HoldfastException | IllegalArgumentException e) {
            if (parent.options.debug) {
                throw e;
            }
        }
        return ExitCode.DONE;
    }

    private Stream<String> names(Session session) {
        Repository repository = session.repository();
        return switch (kind) {
            case NAMESPACE ->
                    repository.namespaces().stream()
                            .filter(namespace -> !namespace.isRoot())
                            .map(Namespace::toString);
            case GROUP -> groups(repository).map(GroupId::toString);
            case SNAPSHOT -> {
                int end = word.lastIndexOf('/');
                if (end <= word.indexOf('/')) {
                    yield groups(repository).map(group -> group + "/");
                }
                GroupId group = GroupId.parse(word.substring(0, end));
                yield Stream.concat(
                        repository.snapshots(parent.options.namespace, group).stream()
                                .filter(SnapshotEntry::finished)
                                .map(entry -> entry.id().toString()),
                        Stream.of(group + "/latest"));
            }
            case ARCHIVE -> archives(repository, session.snapshot(word));
        };
    }

    private Stream<GroupId> groups(Repository repository) {
        return repository.groups(parent.options.namespace).stream();
    }

    private Stream<String> archives(Repository repository, SnapshotId id) {
        try (SnapshotReader reader = repository.open(parent.options.namespace, id)) {
            return Snapshot.decodeManifest(reader.manifestBlob(), id).files().stream()
                    .map(file -> ArchiveName.user(file.name()))
                    .filter(name -> !name.endsWith(".ppxar") && !name.endsWith(".pcat1"))
                    .map(name -> name.replaceAll("\\.mpxar$", ".pxar"));
        }
    }
}
