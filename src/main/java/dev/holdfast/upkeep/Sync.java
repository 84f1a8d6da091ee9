package dev.holdfast.upkeep;

import dev.holdfast.Busy;
import dev.holdfast.HoldfastException;
import dev.holdfast.NotFound;
import dev.holdfast.Refused;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Manifest;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.os.OsError;
import dev.holdfast.snapshot.Snapshot;
import dev.holdfast.store.Maintenance;
import dev.holdfast.store.Repository;
import dev.holdfast.store.SnapshotEntry;
import dev.holdfast.store.SnapshotReader;
import dev.holdfast.store.SnapshotWriter;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;

/**
 * Brings the snapshots of one repository into another, as they are stored: no key is needed.
 * Snapshots of a group arrive in order, each complete or not at all; only chunks that the target
 * does not have travel, so an interrupted run goes on where it was.
 */
public final class Sync {
    private final Repository source;
    private final Repository target;
    private final SyncOptions options;
    private final SyncProgress progress;
    private final RateLimit limit;
    private final SnapshotCopy.Counters counters = new SnapshotCopy.Counters();
    private final List<String> copied = new ArrayList<>();
    private final List<SyncReport.Remark> skipped = new ArrayList<>();
    private final List<SyncReport.Remark> failed = new ArrayList<>();
    private final List<String> removed = new ArrayList<>();

    /** A sync from one repository to another; run it once. */
    public Sync(Repository source, Repository target, SyncOptions options, SyncProgress progress) {
        this.source = source;
        this.target = target;
        this.options = options;
        this.progress = progress;
        this.limit = new RateLimit(options.bytesPerSecond());
    }

    private record Pair(Namespace from, Namespace to, GroupId group) {
        String name(SnapshotId snapshot) {
            return from.isRoot() ? snapshot.toString() : from + ":" + snapshot;
        }
    }

    /** Does it. What goes wrong with one group does not keep the others from being copied. */
    public SyncReport run() {
        Optional<Maintenance> repair =
                options.resyncCorrupt() ? Optional.of(repairable()) : Optional.empty();
        List<Pair> pairs = new ArrayList<>();
        Set<Namespace> present = new HashSet<>(target.namespaces());
        for (Namespace from : sourceNamespaces()) {
            Namespace to = mapped(from);
            for (GroupId group : source.groups(from)) {
                if (GroupFilter.pass(options.filters(), group)) {
                    pairs.add(new Pair(from, to, group));
                }
            }
            if (!present.contains(to)) {
                target.createNamespace(to);
            }
        }
        ExecutorService chunkThreads = pool(options.threads(), "sync-chunk");
        ExecutorService groupThreads = pool(options.groupsAtOnce(), "sync-group");
        try {
            List<CompletableFuture<Void>> groups = new ArrayList<>();
            for (Pair pair : pairs) {
                groups.add(
                        CompletableFuture.runAsync(
                                () -> group(pair, repair, chunkThreads), groupThreads));
            }
            groups.forEach(CompletableFuture::join);
        } finally {
            groupThreads.shutdownNow();
            chunkThreads.shutdownNow();
        }
        if (options.removeVanished()) {
            removeVanishedGroups(pairs);
        }
        return new SyncReport(
                copied,
                skipped,
                failed,
                removed,
                counters.chunks().get(),
                counters.bytes().get(),
                counters.knownChunks().get());
    }

    private static ExecutorService pool(int threads, String name) {
        return Executors.newFixedThreadPool(
                threads,
                task -> {
                    Thread thread = new Thread(task, name);
                    thread.setDaemon(true);
                    return thread;
                });
    }

    private List<Namespace> sourceNamespaces() {
        List<Namespace> all = source.namespaces();
        if (!all.contains(options.sourceNamespace())) {
            throw new NotFound(
                    "there is no namespace '"
                            + options.sourceNamespace()
                            + "' in "
                            + source.location());
        }
        return all.stream().filter(one -> isChosen(options.sourceNamespace(), one)).toList();
    }

    private boolean isChosen(Namespace root, Namespace one) {
        int depth = root.components().size();
        int below = one.components().size() - depth;
        return below >= 0
                && below <= options.maxDepth().orElse(Integer.MAX_VALUE)
                && one.components().subList(0, depth).equals(root.components());
    }

    private Namespace mapped(Namespace from) {
        List<String> components = new ArrayList<>(options.targetNamespace().components());
        int depth = options.sourceNamespace().components().size();
        components.addAll(from.components().subList(depth, from.components().size()));
        return new Namespace(components);
    }

    /** Refuses before anything is done. */
    private Maintenance repairable() {
        return target.maintenance()
                .orElseThrow(
                        () ->
                                new Refused(
                                        target.location()
                                                + " is kept by a server, which alone can mend snapshots in it"));
    }

    private void group(Pair pair, Optional<Maintenance> maintenance, ExecutorService chunkThreads) {
        String name = pair.from().isRoot() ? pair.group() + "" : pair.from() + ":" + pair.group();
        try {
            List<SnapshotEntry> theirs = source.snapshots(pair.from(), pair.group());
            maintenance.ifPresent(m -> repair(pair, m, theirs, chunkThreads));
            for (SnapshotEntry entry : chosen(pair, theirs)) {
                if (!copy(pair, entry.id(), chunkThreads)) {
                    break;
                }
            }
            if (options.removeVanished()) {
                removeVanished(pair, theirs);
            }
        } catch (HoldfastException | OsError e) {
            fail(name, e);
        }
    }

    /** What is newer than all that the target has, oldest first. */
    private List<SnapshotEntry> chosen(Pair pair, List<SnapshotEntry> theirs) {
        List<SnapshotEntry> ours = target.snapshots(pair.to(), pair.group());
        long newest = 0;
        for (SnapshotEntry entry : ours) {
            if (entry.finished()) {
                newest = Math.max(newest, entry.id().epochSeconds());
            }
        }
        List<SnapshotEntry> chosen = new ArrayList<>();
        List<SnapshotEntry> finished = theirs.stream().filter(SnapshotEntry::finished).toList();
        int left = options.transferLast().orElse(finished.size());
        for (int i = finished.size() - 1; i >= 0 && left > 0; i--) {
            SnapshotEntry entry = finished.get(i);
            if (entry.id().epochSeconds() <= newest) {
                break;
            }
            chosen.add(0, entry);
            left -= isCounted(pair, entry) ? 1 : 0;
        }
        return chosen;
    }

    /** Whether a snapshot is one of the last: what the filters leave out does not count. */
    private boolean isCounted(Pair pair, SnapshotEntry entry) {
        if (options.transferLast().isEmpty()
                || !(options.verifiedOnly() || options.encryptedOnly())) {
            return true;
        }
        try (SnapshotReader reader = source.open(pair.from(), entry.id())) {
            Manifest manifest = Snapshot.decodeManifest(reader.manifestBlob(), entry.id());
            return objection(reader, manifest).isEmpty();
        } catch (HoldfastException | OsError e) {
            // Found again, and told, when it is copied.
            return true;
        }
    }

    /** Copies one; false if the group must end here, so that nothing arrives out of order. */
    private boolean copy(Pair pair, SnapshotId id, ExecutorService chunkThreads) {
        String name = pair.name(id);
        SnapshotReader opened;
        try {
            opened = source.open(pair.from(), id);
        } catch (NotFound e) {
            skip(name, e.getMessage());
            return true;
        } catch (HoldfastException | OsError e) {
            fail(name, e);
            return false;
        }
        try (SnapshotReader reader = opened) {
            byte[] blob = reader.manifestBlob();
            Manifest manifest = Snapshot.decodeManifest(blob, id);
            Optional<String> objection = objection(reader, manifest);
            if (objection.isPresent()) {
                skip(name, objection.get());
                return true;
            }
            progress.snapshot(id);
            try (SnapshotWriter writer = target.create(pair.to(), id)) {
                copy(reader, manifest, writer, Optional.empty(), chunkThreads).run(blob);
            }
            copyLog(pair, reader);
            synchronized (copied) {
                copied.add(name);
            }
            return true;
        } catch (HoldfastException | OsError e) {
            fail(name, e);
            return false;
        }
    }

    private Optional<String> objection(SnapshotReader reader, Manifest manifest) {
        if (options.verifiedOnly()
                && manifest.verifyState().filter(state -> state.equals("ok")).isEmpty()) {
            return Optional.of(
                    "not verified" + manifest.verifyState().map(s -> " (" + s + ")").orElse(""));
        }
        return options.encryptedOnly()
                ? EncryptedOnly.objection(reader, manifest)
                : Optional.empty();
    }

    private SnapshotCopy copy(
            SnapshotReader reader,
            Manifest manifest,
            SnapshotWriter writer,
            Optional<Maintenance> repair,
            ExecutorService chunkThreads) {
        return new SnapshotCopy(
                reader,
                manifest,
                writer,
                repair,
                chunkThreads,
                2 * options.threads(),
                limit,
                counters,
                progress);
    }

    private void copyLog(Pair pair, SnapshotReader reader) {
        byte[] log = reader.clientLogBlob();
        if (log.length > 0) {
            target.addClientLog(pair.to(), reader.id(), log);
        }
    }

    /** Stores snapshots again that failed verification in the target. */
    private void repair(
            Pair pair,
            Maintenance maintenance,
            List<SnapshotEntry> theirs,
            ExecutorService chunkThreads) {
        Set<SnapshotId> available = new HashSet<>();
        theirs.stream().filter(SnapshotEntry::finished).forEach(e -> available.add(e.id()));
        for (SnapshotEntry entry : target.snapshots(pair.to(), pair.group())) {
            if (!entry.finished() || !available.contains(entry.id()) || !isCorrupt(pair, entry)) {
                continue;
            }
            String name = pair.name(entry.id());
            try (SnapshotReader reader = source.open(pair.from(), entry.id())) {
                byte[] blob = reader.manifestBlob();
                Manifest manifest = Snapshot.decodeManifest(blob, entry.id());
                Optional<String> objection = objection(reader, manifest);
                if (objection.isPresent()) {
                    skip(name, objection.get());
                    continue;
                }
                progress.snapshot(entry.id());
                try (SnapshotWriter writer = maintenance.rewrite(pair.to(), entry.id())) {
                    copy(reader, manifest, writer, Optional.of(maintenance), chunkThreads)
                            .run(blob);
                }
                synchronized (copied) {
                    copied.add(name);
                }
            } catch (HoldfastException | OsError e) {
                fail(name, e);
            }
        }
    }

    private boolean isCorrupt(Pair pair, SnapshotEntry entry) {
        try (SnapshotReader reader = target.open(pair.to(), entry.id())) {
            return Snapshot.decodeManifest(reader.manifestBlob(), entry.id())
                    .verifyState()
                    .filter(state -> state.equals("failed"))
                    .isPresent();
        } catch (dev.holdfast.Damaged e) {
            return true;
        } catch (Busy | NotFound e) {
            return false;
        }
    }

    private void removeVanished(Pair pair, List<SnapshotEntry> theirs) {
        Set<SnapshotId> there = new HashSet<>();
        theirs.forEach(entry -> there.add(entry.id()));
        for (SnapshotEntry entry : target.snapshots(pair.to(), pair.group())) {
            if (entry.finished() && !there.contains(entry.id())) {
                remove(pair.to(), entry);
            }
        }
    }

    private void remove(Namespace namespace, SnapshotEntry entry) {
        String name = namespace.isRoot() ? entry.id().toString() : namespace + ":" + entry.id();
        if (entry.isProtected()) {
            skip(name, "vanished from the source, but protected");
            return;
        }
        try {
            target.forget(namespace, entry.id());
            synchronized (removed) {
                removed.add(name);
            }
        } catch (Busy | Refused | NotFound e) {
            skip(name, e.getMessage());
        }
    }

    private void removeVanishedGroups(List<Pair> pairs) {
        Set<String> there = new HashSet<>();
        pairs.forEach(pair -> there.add(pair.to() + ":" + pair.group()));
        for (Namespace to : target.namespaces()) {
            if (!isChosen(options.targetNamespace(), to)) {
                continue;
            }
            for (GroupId group : target.groups(to)) {
                if (GroupFilter.pass(options.filters(), group)
                        && !there.contains(to + ":" + group)) {
                    for (SnapshotEntry entry : target.snapshots(to, group)) {
                        remove(to, entry);
                    }
                }
            }
        }
    }

    private void skip(String name, String why) {
        synchronized (skipped) {
            skipped.add(new SyncReport.Remark(name, why));
        }
    }

    private void fail(String name, RuntimeException e) {
        synchronized (failed) {
            failed.add(new SyncReport.Remark(name, String.valueOf(e.getMessage())));
        }
    }
}
