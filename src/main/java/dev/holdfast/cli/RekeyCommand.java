package dev.holdfast.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.KeyLock;
import dev.holdfast.crypto.KeyStorage;
import dev.holdfast.crypto.SecretSources;
import dev.holdfast.format.CryptMode;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.snapshot.WritePolicy;
import dev.holdfast.store.Repository;
import dev.holdfast.store.SnapshotEntry;
import dev.holdfast.upkeep.Rekey;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.LongAdder;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code holdfast rekey}. */
@Command(
        name = "rekey",
        description = {
            "Encrypt snapshots under another key, or for the first time: into another repository or namespace, with the same times,"
                    + " notes and protection. Each is read back before it counts; old ones are kept unless --remove-old is said."
        },
        footer = {
            "",
            "Examples:",
            "  holdfast rekey --keyfile old.json --new-keyfile new.json --to /srv/backup2",
            "  holdfast rekey host/web1 --new-keyfile new.json --to-ns rekeyed --dry-run"
        })
final class RekeyCommand implements Callable<Integer> {
    @ParentCommand Holdfast parent;

    @Parameters(
            arity = "0..1",
            paramLabel = "GROUP|SNAPSHOT",
            description = "What; default is everything in the namespace.")
    Optional<String> what = Optional.empty();

    @Option(
            names = "--new-keyfile",
            paramLabel = "F",
            required = true,
            description =
                    "The key to encrypt with. Its passphrase comes from HOLDFAST_NEW_PASSPHRASE (or _FD, _FILE, _CMD).")
    Path newKeyFile;

    @Option(
            names = "--to",
            paramLabel = "R",
            description = "Repository to write to; default is the same.")
    Optional<String> to = Optional.empty();

    @Option(
            names = "--to-ns",
            paramLabel = "NS",
            converter = GlobalOptions.NamespaceConverter.class,
            description = "Namespace to write to, made if need be; default is the same.")
    Optional<Namespace> toNamespace = Optional.empty();

    @Option(names = "--dry-run", description = "Only tell how much there is to do.")
    boolean dryRun;

    @Option(
            names = "--remove-old",
            description =
                    "Remove each old snapshot once the new one was read back; protected ones stay.")
    boolean removeOld;

    private final LongAdder bytes = new LongAdder();

    @Override
    public Integer call() {
        try (Session session = new Session(parent.options);
                BackupKey key = newKey()) {
            Namespace namespace = toNamespace.orElse(parent.options.namespace);
            Repository source = session.repository();
            Repository target = to.isPresent() ? RepositoryLocation.open(to.get()) : source;
            if (target.location().equals(source.location())
                    && namespace.equals(parent.options.namespace)) {
                throw new UsageException(
                        "the new snapshots need another place: name a repository with --to or a namespace with --to-ns");
            }
            WritePolicy policy =
                    new WritePolicy(CryptMode.ENCRYPT, Optional.of(key), false, session.escrow());
            Rekey rekey =
                    new Rekey(
                            source,
                            parent.options.namespace,
                            session.keys(),
                            target,
                            namespace,
                            policy,
                            Runtime.getRuntime().availableProcessors(),
                            new Rekey.RekeyProgress() {
                                @Override
                                public void bytes(long count) {
                                    bytes.add(count);
                                }
                            });
            List<SnapshotId> snapshots = snapshots(session);
            Rekey.Estimate estimate = rekey.estimate(snapshots);
            if (dryRun) {
                print(estimate);
                return ExitCode.DONE;
            }
            if (!namespace.isRoot() && !target.namespaces().contains(namespace)) {
                target.createNamespace(namespace);
            }
            List<Rekey.Result> results;
            try (Progress progress =
                    Progress.of(
                            parent.options,
                            () ->
                                    ProgressState.bytes(
                                            "encrypting anew",
                                            bytes.sum(),
                                            estimate.contentBytes()))) {
                results = rekey.run(snapshots);
                progress.done();
            }
            return report(source, results);
        }
    }

    private BackupKey newKey() {
        return KeyLock.unlock(
                KeyStorage.read(newKeyFile),
                newKeyFile.toString(),
                SecretSources.ofProcess()::newPassphrase);
    }

    private List<SnapshotId> snapshots(Session session) {
        Repository repository = session.repository();
        if (what.isPresent() && GroupId.tryParse(what.get()).isEmpty()) {
            return List.of(session.snapshot(what.get()));
        }
        List<GroupId> groups =
                what.map(w -> List.of(Session.group(w)))
                        .orElseGet(() -> repository.groups(parent.options.namespace));
        List<SnapshotId> all = new ArrayList<>();
        for (GroupId group : groups) {
            repository.snapshots(parent.options.namespace, group).stream()
                    .filter(SnapshotEntry::finished)
                    .map(SnapshotEntry::id)
                    .forEach(all::add);
        }
        return all;
    }

    private void print(Rekey.Estimate estimate) {
        if (parent.options.json) {
            Output.json(
                    JsonNodeFactory.instance
                            .objectNode()
                            .put("snapshots", estimate.snapshots())
                            .put("content-bytes", estimate.contentBytes())
                            .put("read-bytes", estimate.distinctBytes()));
            return;
        }
        Output.line(
                String.format(
                        "%d snapshots with %s of content; %s would be read, encrypted and written (before compression)",
                        estimate.snapshots(),
                        Output.bytes(estimate.contentBytes()),
                        Output.bytes(estimate.distinctBytes())));
    }

    private int report(Repository source, List<Rekey.Result> results) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        boolean complete = true;
        for (Rekey.Result result : results) {
            boolean failed = result.outcome() == Rekey.Outcome.FAILED;
            complete &= !failed;
            json.withArray("snapshots")
                    .addObject()
                    .put("snapshot", result.snapshot().toString())
                    .put("outcome", result.outcome().name().toLowerCase(Locale.ROOT))
                    .put("remark", result.remark());
            if (failed) {
                System.err.println("holdfast: " + result.snapshot() + ": " + result.remark());
            } else {
                if (!parent.options.json) {
                    Output.line(
                            (result.outcome() == Rekey.Outcome.DONE ? "encrypted  " : "was there  ")
                                    + result.snapshot());
                }
                if (removeOld && result.outcome() == Rekey.Outcome.THERE) {
                    // An earlier run may have been stopped before it read the new one back.
                    Output.remark(
                            parent.options,
                            "holdfast: warning: "
                                    + result.snapshot()
                                    + " was there already, and the old one is kept: verify the new one, then forget the"
                                    + " old one");
                } else if (removeOld && !isProtected(source, result.snapshot())) {
                    source.forget(parent.options.namespace, result.snapshot());
                }
            }
        }
        if (parent.options.json) {
            Output.json(json);
        }
        return complete ? ExitCode.DONE : ExitCode.FAILED;
    }

    private boolean isProtected(Repository source, SnapshotId id) {
        return source.snapshots(parent.options.namespace, id.group()).stream()
                .anyMatch(e -> e.id().equals(id) && e.isProtected());
    }
}
