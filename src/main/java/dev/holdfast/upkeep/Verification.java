package dev.holdfast.upkeep;

import dev.holdfast.Busy;
import dev.holdfast.Damaged;
import dev.holdfast.HoldfastException;
import dev.holdfast.NotFound;
import dev.holdfast.chunk.ChunkCache;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.format.CryptMode;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Manifest;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.os.OsError;
import dev.holdfast.snapshot.Snapshot;
import dev.holdfast.store.Repository;
import dev.holdfast.store.SnapshotReader;
import dev.holdfast.store.VerifyState;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Checks snapshots wholly (datastore.md §11). With the key: signatures, every chunk's tag, digest
 * and length, every item of every archive – what a server, which has no key, cannot. Without: CRCs,
 * sizes, sums, existence. However many snapshots share a chunk, it is read once.
 */
public final class Verification {
    private static final Logger LOG = LoggerFactory.getLogger(Verification.class);
    private static final long CACHE_BYTES = 64L << 20;
    private static final int REPORTED_PROBLEMS = 10_000;

    /** Made by the official client's speed test; servers leave it out too. */
    private static final String BENCHMARK = "host/benchmark";

    private final Repository repository;
    private final KeyRing keys;
    private final ChunkLedger ledger;
    private final VerifyOptions options;
    private final VerifyProgress progress;
    private final Instant start = Instant.now();
    private final List<VerifyProblem> problems = new ArrayList<>();
    private long omittedProblems;
    private int verified;
    private int failed;
    private int skipped;
    private int withoutKey;

    /** Whether the chunks of all targets are known. */
    private boolean isListed = true;

    /** A verification of snapshots of {@code repository}; run it once. */
    public Verification(
            Repository repository,
            KeyRing keys,
            ChunkLedger ledger,
            VerifyOptions options,
            VerifyProgress progress) {
        this.repository = repository;
        this.keys = keys;
        this.ledger = ledger;
        this.options = options;
        this.progress = progress;
    }

    /** A snapshot in its namespace. */
    public record Target(Namespace namespace, SnapshotId snapshot) {}

    /** The finished snapshots of a namespace and all below it. */
    public static List<Target> all(Repository repository, Namespace namespace) {
        List<Target> targets = new ArrayList<>();
        int depth = namespace.components().size();
        for (Namespace one : repository.namespaces()) {
            if (one.components().size() >= depth
                    && one.components().subList(0, depth).equals(namespace.components())) {
                for (GroupId group : repository.groups(one)) {
                    if (!group.toString().equals(BENCHMARK)) {
                        targets.addAll(group(repository, one, group));
                    }
                }
            }
        }
        return targets;
    }

    /** The finished snapshots of a group, newest first. */
    public static List<Target> group(Repository repository, Namespace namespace, GroupId group) {
        List<Target> targets = new ArrayList<>();
        for (var entry : repository.snapshots(namespace, group)) {
            if (entry.finished()) {
                targets.add(0, new Target(namespace, entry.id()));
            }
        }
        return targets;
    }

    /** Verifies these snapshots. */
    public VerifyReport run(List<Target> targets) {
        return run(targets, false);
    }

    /**
     * Verifies these snapshots.
     *
     * @param isEverything whether they are all that the repository has: what else the ledger knows
     *     is gone then
     */
    public VerifyReport run(List<Target> targets, boolean isEverything) {
        ChunkSelection selection =
                new ChunkSelection(
                        ledger, options.unverifiedSince().map(start::minus), options.sample());
        List<Target> chosen = choose(targets, selection);
        selection.complete();
        selection.list(isEverything && isListed ? Optional.of(start) : Optional.empty());
        ChunkCache cache = new ChunkCache(CACHE_BYTES);
        try (VerifyRun run =
                new VerifyRun(options, progress, ledger, selection, repository.maintenance())) {
            for (Target target : chosen) {
                progress.snapshot(target.namespace(), target.snapshot());
                verify(run, target, cache);
                run.tick();
            }
            return new VerifyReport(
                    verified,
                    failed,
                    skipped,
                    withoutKey,
                    run.chunks().count(),
                    run.chunks().contentBytes(),
                    run.chunks().damaged(),
                    run.quarantined(),
                    problems,
                    omittedProblems,
                    selection.checkedSince());
        }
    }

    /**
     * Those to be verified, and their chunks. What cannot be read here is left to be found, and
     * reported, by the check itself.
     */
    private List<Target> choose(List<Target> targets, ChunkSelection selection) {
        List<Target> chosen = new ArrayList<>();
        for (Target target : targets) {
            if (options.newerThan().isPresent()
                    && target.snapshot().epochSeconds()
                            <= options.newerThan().get().getEpochSecond()) {
                skipped++;
                isListed = false;
                continue;
            }
            try (SnapshotReader reader = repository.open(target.namespace(), target.snapshot())) {
                Manifest manifest =
                        Snapshot.decodeManifest(reader.manifestBlob(), target.snapshot());
                if (isVerifiedLately(manifest)) {
                    skipped++;
                    isListed = false;
                    continue;
                }
                boolean hasKey = manifest.keyFingerprint().flatMap(keys::find).isPresent();
                for (ManifestFile file : manifest.files()) {
                    if (!file.name().endsWith(".blob")) {
                        selection.add(
                                reader.index(file), hasKey || file.mode() != CryptMode.ENCRYPT);
                    }
                }
            } catch (Damaged | Busy | NotFound e) {
                isListed = false;
                LOG.debug("{}: {}", target.snapshot(), e.getMessage());
            }
            chosen.add(target);
        }
        return chosen;
    }

    /** What a server or a run without the key found is no proof for somebody who has the key. */
    private boolean isVerifiedLately(Manifest manifest) {
        return options.unverifiedSince().isPresent()
                && keys.fingerprints().isEmpty()
                && VerifyState.of(manifest)
                        .filter(VerifyState::ok)
                        .filter(
                                state ->
                                        state.startSeconds()
                                                >= start.minus(options.unverifiedSince().get())
                                                        .getEpochSecond())
                        .isPresent();
    }

    private void verify(VerifyRun run, Target target, ChunkCache cache) {
        SnapshotReader reader;
        try {
            reader = repository.open(target.namespace(), target.snapshot());
        } catch (Busy | NotFound e) {
            LOG.warn("{}", e.getMessage());
            skipped++;
            return;
        }
        int before = problems.size();
        long omittedBefore = omittedProblems;
        verified++;
        try (reader) {
            try (Snapshot snapshot = Snapshot.open(reader, keys, cache)) {
                SnapshotCheck check =
                        new SnapshotCheck(run, target.namespace(), snapshot, cache, this::found);
                check.check();
                withoutKey += check.withoutKey() ? 1 : 0;
                conclude(target, problems.size() == before && omittedProblems == omittedBefore);
            } catch (Damaged e) {
                found(
                        VerifyProblem.of(
                                target.namespace(),
                                target.snapshot(),
                                String.valueOf(e.getMessage())));
                conclude(target, false);
            }
        }
    }

    private void found(VerifyProblem problem) {
        progress.problem(problem);
        if (problems.size() < REPORTED_PROBLEMS) {
            problems.add(problem);
        } else {
            omittedProblems++;
        }
    }

    /** A sample that is right says nothing of the rest, so only a failure is recorded then. */
    private void conclude(Target target, boolean ok) {
        failed += ok ? 0 : 1;
        if (!options.record()
                || repository.maintenance().isEmpty()
                || (ok && options.sample() < 1)) {
            return;
        }
        try {
            repository
                    .maintenance()
                    .get()
                    .recordVerification(
                            target.namespace(),
                            target.snapshot(),
                            new VerifyState(ok, start.getEpochSecond()));
        } catch (HoldfastException | OsError e) {
            LOG.warn("the result for {} is not recorded: {}", target.snapshot(), e.getMessage());
        }
    }
}
