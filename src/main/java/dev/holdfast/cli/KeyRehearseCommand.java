package dev.holdfast.cli;

import dev.holdfast.NotFound;
import dev.holdfast.crypto.KeyPaths;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.store.Repository;
import dev.holdfast.store.SnapshotEntry;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code holdfast key rehearse}. */
@Command(
        name = "rehearse",
        description = {
            "Prove that recovery works before it is needed: read paper copies and shares back, open the wrapped keys of the"
                    + " newest snapshots with the master key, and unseal one chunk of each group with what was found.",
            "Without copies, --master-key and --keyfile, the default key is tried."
        },
        footer = {
            "",
            "Exit code: 0 recovery works, 3 a key would be missing, 4 data is damaged. Passphrases come from where all",
            "commands take them, so that it can run from a weekly timer.",
            "",
            "Examples:",
            "  holdfast key rehearse key.jpg --repository /srv/backup",
            "  holdfast key rehearse share-1.jpg share-4.jpg share-5.jpg --master-key /mnt/usb/master-private.pem --json"
        })
final class KeyRehearseCommand implements Callable<Integer> {
    @ParentCommand KeyCommand key;

    @Parameters(
            arity = "0..*",
            paramLabel = "COPY",
            description = "Paper copies and shares: images, HTML or text files.")
    List<Path> copies = new ArrayList<>();

    @Option(
            names = "--group",
            paramLabel = "GROUP",
            description =
                    "Only this group; may be repeated. Default: all, in all namespaces below --ns.")
    List<String> groups = new ArrayList<>();

    @Override
    public Integer call() {
        GlobalOptions options = key.options();
        List<GroupId> wanted = groups.stream().map(Session::group).toList();
        try (Session session = new Session(options)) {
            Repository repository = session.repository();
            RehearsalReport report =
                    new RehearsalReport(repository.location(), Instant.now().getEpochSecond());
            try (Rehearsal rehearsal = new Rehearsal(repository, report)) {
                addSources(rehearsal, options);
                if (!rehearseAll(rehearsal, repository, wanted) && !wanted.isEmpty()) {
                    throw new NotFound("there is no snapshot of " + String.join(", ", groups));
                }
                rehearsal.finish();
            }
            if (options.json) {
                Output.json(report.json());
            } else {
                report.print();
            }
            return report.exitCode();
        }
    }

    private void addSources(Rehearsal rehearsal, GlobalOptions options) {
        if (!copies.isEmpty()) {
            rehearsal.addPages(copies);
        }
        options.masterKey.ifPresent(rehearsal::addMasterKey);
        options.keyFiles.forEach(rehearsal::addKeyFile);
        if (copies.isEmpty() && options.masterKey.isEmpty() && options.keyFiles.isEmpty()) {
            Optional<Path> standard = KeyFiles.paths().find(KeyPaths.ENCRYPTION_KEY);
            rehearsal.addKeyFile(
                    standard.orElseThrow(
                            () ->
                                    new UsageException(
                                            "nothing to rehearse with: give paper copies, shares, --master-key or"
                                                    + " --keyfile")));
            Output.remark(
                    options,
                    "holdfast: warning: only the key on this machine is tried, which may be lost together with it; give"
                            + " a paper copy, shares or --master-key");
        }
    }

    private boolean rehearseAll(Rehearsal rehearsal, Repository repository, List<GroupId> wanted) {
        boolean any = false;
        List<String> above = key.options().namespace.components();
        for (Namespace namespace : repository.namespaces()) {
            List<String> components = namespace.components();
            if (components.size() < above.size()
                    || !components.subList(0, above.size()).equals(above)) {
                continue;
            }
            for (GroupId group : repository.groups(namespace)) {
                Optional<SnapshotEntry> newest =
                        repository.snapshots(namespace, group).stream()
                                .filter(SnapshotEntry::finished)
                                .reduce((a, b) -> b);
                if (newest.isPresent() && (wanted.isEmpty() || wanted.contains(group))) {
                    rehearsal.rehearse(namespace, newest.get().id());
                    any = true;
                }
            }
        }
        return any;
    }
}
