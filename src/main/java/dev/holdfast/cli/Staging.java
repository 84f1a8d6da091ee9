package dev.holdfast.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.BadKey;
import dev.holdfast.Busy;
import dev.holdfast.Damaged;
import dev.holdfast.HoldfastException;
import dev.holdfast.Refused;
import dev.holdfast.Unreachable;
import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.fuse.Directory;
import dev.holdfast.fuse.Errno;
import dev.holdfast.fuse.FileSystem;
import dev.holdfast.fuse.Node;
import dev.holdfast.fuse.StatFs;
import dev.holdfast.os.Kernel;
import dev.holdfast.os.OsError;
import dev.holdfast.snapshot.Snapshot;
import dev.holdfast.snapshot.WritePolicy;
import dev.holdfast.stage.Base;
import dev.holdfast.stage.Commit;
import dev.holdfast.stage.ControlDirectory;
import dev.holdfast.stage.ControlledFileSystem;
import dev.holdfast.stage.KeyWrap;
import dev.holdfast.stage.SnapshotBase;
import dev.holdfast.stage.StageOptions;
import dev.holdfast.stage.StagingArea;
import dev.holdfast.stage.Usage;
import dev.holdfast.store.SnapshotEntry;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A staging area in service: opened on its base, committed on request, on idleness and at the end,
 * and able to say how it is.
 */
final class Staging {
    private static final Logger LOG = LoggerFactory.getLogger(Staging.class);
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Memory for decoded chunks of the base. */
    static final long CACHE_BYTES = 96L << 20;

    private final Plan plan;
    private final StagingArea area;
    private final Commit commit;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(Staging::daemon);
    private volatile Optional<SnapshotBase> base = Optional.empty();
    private volatile ObjectNode lastCommit = JsonNodeFactory.instance.objectNode();
    private volatile ObjectNode lastError = JsonNodeFactory.instance.objectNode();
    private volatile long committedChanges;
    private volatile Optional<Long> committingEntries = Optional.empty();
    private long seenChanges = -1;
    private Instant lastChange = Instant.now();

    /**
     * What is staged, and how.
     *
     * @param from what a new area begins with; empty is the default, the latest snapshot
     */
    record Plan(
            Session session,
            Namespace namespace,
            GroupId group,
            String archive,
            WritePolicy policy,
            Path directory,
            Path mountPoint,
            Optional<String> from,
            Duration syncInterval,
            boolean commitOnUnmount,
            Optional<Duration> commitWhenIdle,
            LedgerOption ledger,
            Watch watch) {}

    private Staging(Plan plan) {
        this.plan = plan;
        StageOptions options = StageOptions.defaults().withSyncInterval(plan.syncInterval());
        KeyWrap wrap = wrap(plan.policy());
        if (Files.exists(plan.directory().resolve("area.json"))) {
            this.area = StagingArea.open(plan.directory(), wrap, options, this::reopen);
            checkFrom();
            // What it held at the last end is not known to be committed.
            this.committedChanges = -1;
        } else {
            this.base = startingPoint().map(this::openBase);
            createPrivately(plan.directory());
            this.area = StagingArea.create(plan.directory(), wrap, options, base.map(b -> b));
            this.committedChanges = area.changes();
        }
        this.commit =
                new Commit(
                        area,
                        plan.session().repository(),
                        plan.namespace(),
                        plan.group(),
                        plan.archive(),
                        plan.policy(),
                        Runtime.getRuntime().availableProcessors(),
                        this::openBase);
        if (plan.commitWhenIdle().isPresent()) {
            Duration idle = plan.commitWhenIdle().get();
            Future<?> unused =
                    timer.scheduleWithFixedDelay(() -> commitIfIdle(idle), 1, 1, TimeUnit.SECONDS);
        }
    }

    private static Thread daemon(Runnable task) {
        Thread thread = new Thread(task, "commit-timer");
        thread.setDaemon(true);
        return thread;
    }

    /** Opens the area of the plan, or makes it. */
    static Staging open(Plan plan) {
        StageCommand.refuseInside(plan.directory(), plan.mountPoint());
        return new Staging(plan);
    }

    private static void createPrivately(Path directory) {
        try {
            Files.createDirectories(directory);
            Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
        } catch (IOException e) {
            throw new HoldfastException(
                    "cannot create the staging directory " + directory + ": " + e.getMessage(), e);
        }
    }

    /**
     * The area's key, sealed under the backup key; without one (crypt mode none) protected by file
     * modes only.
     */
    private static KeyWrap wrap(WritePolicy policy) {
        BlobCodec codec = policy.key().map(BlobCodec::encrypting).orElseGet(BlobCodec::plain);
        return new KeyWrap() {
            @Override
            public Optional<BlobCodec> chunkCodec() {
                return policy.key().map(key -> codec);
            }

            @Override
            public byte[] wrap(byte[] secret) {
                return codec.encode(secret, false);
            }

            @Override
            public byte[] unwrap(byte[] sealed) {
                try {
                    return codec.decode(sealed);
                } catch (Damaged e) {
                    throw new BadKey(
                            "the staging area was made with another key than the one given", e);
                }
            }
        };
    }

    /** The snapshot that a new area begins with. */
    private Optional<SnapshotId> startingPoint() {
        String from = plan.from().orElse("latest");
        if (from.equals("empty")) {
            return Optional.empty();
        }
        if (from.equals("latest")) {
            List<SnapshotEntry> finished =
                    plan.session().repository().snapshots(plan.namespace(), plan.group()).stream()
                            .filter(SnapshotEntry::finished)
                            .toList();
            Optional<SnapshotId> newest =
                    finished.isEmpty()
                            ? Optional.empty()
                            : Optional.of(finished.get(finished.size() - 1).id());
            return newest.filter(this::hasArchive);
        }
        return Optional.of(plan.session().snapshot(from));
    }

    private boolean hasArchive(SnapshotId id) {
        try (Snapshot snapshot = openSnapshot(id)) {
            return snapshot.archives().contains(plan.archive());
        }
    }

    private void checkFrom() {
        if (plan.from().isEmpty()) {
            return;
        }
        Optional<SnapshotId> wanted = startingPoint();
        if (!wanted.equals(base.map(b -> b.snapshot().id()))) {
            area.close();
            throw new Refused(
                    "the staging area in "
                            + plan.directory()
                            + " exists already, on "
                            + base.map(b -> "snapshot " + b.snapshot().id()).orElse("no snapshot")
                            + "; leave out --from to go on with it, or remove the directory to give up what is not committed");
        }
    }

    private Snapshot openSnapshot(SnapshotId id) {
        return Snapshot.open(
                plan.session().repository().open(plan.namespace(), id),
                new KeyRing(plan.policy().key().stream().toList()),
                plan.watch().cache());
    }

    private SnapshotBase openBase(SnapshotId id) {
        ObjectNode descriptor = JsonNodeFactory.instance.objectNode();
        descriptor
                .put("ns", plan.namespace().toString())
                .put("snapshot", id.toString())
                .put("archive", plan.archive());
        Snapshot snapshot = openSnapshot(id);
        try {
            SnapshotBase opened =
                    new SnapshotBase(
                            snapshot,
                            plan.archive(),
                            descriptor.toString().getBytes(StandardCharsets.UTF_8));
            base = Optional.of(opened);
            return opened;
        } catch (RuntimeException | Error e) {
            snapshot.close();
            throw e;
        }
    }

    /** The base of an area that was made earlier. */
    private Base reopen(byte[] descriptor) {
        try {
            JsonNode json = JSON.readTree(descriptor);
            return openBase(SnapshotId.parse(json.path("snapshot").asText()));
        } catch (IOException e) {
            throw new Damaged("the staging area does not say what its base is", e);
        }
    }

    /** What is mounted: the tree, the control directory, and at the end the last commit. */
    FileSystem fileSystem() {
        ControlDirectory control =
                new ControlDirectory(
                                Kernel.effectiveUser(),
                                MountCommand.ownGroup(),
                                this::status,
                                this::commitForCaller)
                        .withReport(FlightRecording.NAME, new FlightRecording()::report);
        FileSystem tree = new ControlledFileSystem(area.fileSystem(), control);
        return new FileSystem() {
            @Override
            public Directory root() {
                return tree.root();
            }

            @Override
            public Optional<Node> byInode(long inode) {
                return tree.byInode(inode);
            }

            @Override
            public StatFs statFs() {
                return tree.statFs();
            }

            @Override
            public void close() {
                end(tree);
            }
        };
    }

    /** Lets others watch, once it is mounted. */
    void startWatch() {
        Map<String, String> labels =
                Map.of(
                        "kind", "stage",
                        "mountpoint", plan.mountPoint().toString(),
                        "group", plan.group().toString(),
                        "archive", plan.archive());
        plan.watch()
                .start(
                        plan.session(),
                        area.activity(),
                        labels,
                        metrics -> {
                            metrics.bytes(
                                    "dirty",
                                    "File content that is in no snapshot yet",
                                    () -> area.usage().changedBytes());
                            metrics.bytes(
                                    "spool",
                                    "Spool of the staging area on disk",
                                    () -> area.usage().spoolBytes());
                            metrics.gauge(
                                    "changed",
                                    "1 if something changed since the last commit",
                                    () -> isChanged() ? 1 : 0);
                            metrics.gauge(
                                    "full",
                                    "1 if nothing may grow until there is room",
                                    () -> area.usage().isFull() ? 1 : 0);
                            metrics.gauge(
                                    "commit.failed",
                                    "1 if the last commit failed",
                                    () -> lastError.isEmpty() ? 0 : 1);
                            metrics.age(
                                    "last.commit",
                                    "Time since the snapshot that the tree is based on",
                                    () -> Watch.age(base.map(Staging::timeOf)));
                        });
    }

    private static Instant timeOf(SnapshotBase base) {
        return Instant.ofEpochSecond(base.snapshot().id().epochSeconds());
    }

    private void end(FileSystem tree) {
        timer.shutdownNow();
        try {
            if (plan.commitOnUnmount() && isChanged()) {
                commit(Optional.empty());
            }
        } finally {
            tree.close();
        }
    }

    /**
     * Refuses to end while there is content that would be lost by it.
     *
     * @throws Busy saying how much, and what to do
     */
    void checkMayEnd() {
        checkNothingWaits(area.usage().unwrittenFiles());
    }

    /** As {@link #checkMayEnd}, for a number from a mount's status. */
    static void checkNothingWaits(long unwrittenFiles) {
        if (unwrittenFiles > 0) {
            throw new Busy(
                    unwrittenFiles
                            + " closed files wait in memory for room on the disk of the staging area;"
                            + " make room there or delete files in the mount, or give them up with unmount --force");
        }
    }

    /** After a failure to mount. */
    void closeQuietly() {
        timer.shutdownNow();
        area.close();
    }

    private boolean isChanged() {
        return area.changes() != committedChanges;
    }

    private synchronized void commitIfIdle(Duration idle) {
        long changes = area.changes();
        if (changes != seenChanges) {
            seenChanges = changes;
            lastChange = Instant.now();
        } else if (isChanged()
                && Duration.between(lastChange, Instant.now()).compareTo(idle) >= 0) {
            try {
                commit(Optional.empty());
            } catch (RuntimeException e) {
                LOG.error("commit failed, and is tried again: {}", e.getMessage());
                lastChange = Instant.now();
            }
        }
    }

    /** A line was written to {@code .holdfast/commit}. */
    private void commitForCaller(String notes) {
        try {
            commit(Optional.of(notes).filter(n -> !n.isBlank()));
        } catch (Errno e) {
            throw e;
        } catch (RuntimeException e) {
            throw new Errno(errno(e));
        }
    }

    private static int errno(RuntimeException e) {
        if (e instanceof Busy) {
            return Errno.EBUSY;
        }
        if (e instanceof BadKey) {
            return Errno.EACCES;
        }
        if (e instanceof Refused) {
            return Errno.EPERM;
        }
        return e instanceof OsError os ? os.errno() : Errno.EIO;
    }

    private synchronized void commit(Optional<String> notes) {
        long changes = area.changes();
        try {
            committingEntries = Optional.of(0L);
            Commit.Result result =
                    commit.run(
                            base,
                            notes,
                            (entries, bytes) -> committingEntries = Optional.of(entries));
            // First: the snapshot is there whatever becomes of the ledger, and must not be made
            // again.
            committedChanges = changes;
            lastCommit = describe(result);
            plan.ledger().committed(plan.namespace(), result.manifest());
            lastError = JsonNodeFactory.instance.objectNode();
        } catch (RuntimeException e) {
            LOG.error("commit failed: {}", Holdfast.describe(e));
            LOG.debug("commit failed", e);
            ObjectNode error = JsonNodeFactory.instance.objectNode();
            error.put("time", Instant.now().toString())
                    .put("message", Holdfast.describe(e))
                    .put("exit-code", ExitCode.of(e))
                    .put("passes", e instanceof Unreachable || e instanceof Busy);
            lastError = error;
            throw e;
        } finally {
            committingEntries = Optional.empty();
        }
    }

    private static ObjectNode describe(Commit.Result result) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("snapshot", result.snapshot().toString()).put("time", Instant.now().toString());
        json.put("entries", result.entries());
        Summary.put(json, result.files());
        json.put("chunks", result.totals().chunks())
                .put("content-bytes", result.totals().contentBytes());
        json.put("new-chunks", result.totals().newChunks())
                .put("new-bytes", result.totals().newContentBytes());
        json.put("stored-bytes", result.totals().newBlobBytes())
                .put("seconds", result.time().toMillis() / 1000.0);
        return json;
    }

    private byte[] status() {
        Usage usage = area.usage();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("kind", "stage").put("mountpoint", plan.mountPoint().toString());
        json.put("pid", ProcessHandle.current().pid()).put("repository", plan.session().location());
        if (!plan.namespace().isRoot()) {
            json.put("namespace", plan.namespace().toString());
        }
        json.put("group", plan.group().toString()).put("archive", plan.archive());
        json.put(
                "key-fingerprint",
                plan.policy().key().map(k -> k.fingerprint().longForm()).orElse(null));
        json.put("staging-dir", plan.directory().toString());
        json.put("base", base.map(b -> b.snapshot().id().toString()).orElse(null));
        json.put("changed", isChanged())
                .put("dirty-bytes", usage.changedBytes())
                .put("inodes", usage.inodes());
        json.put("spool-bytes", usage.spoolBytes())
                .put("tree-bytes", usage.treeBytes())
                .put("full", usage.isFull())
                .put("unwritten-files", usage.unwrittenFiles());
        json.put("commit-on-unmount", plan.commitOnUnmount());
        plan.watch().describe(json, area.activity());
        committingEntries.ifPresent(entries -> json.put("committing-entries", entries));
        json.set("last-commit", lastCommit);
        json.set("last-error", lastError);
        try {
            return (JSON.writerWithDefaultPrettyPrinter().writeValueAsString(json) + "\n")
                    .getBytes(StandardCharsets.UTF_8);
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("a tree of plain values serialises", e);
        }
    }
}
