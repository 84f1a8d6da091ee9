package dev.holdfast.stage;

import dev.holdfast.chunk.EncodePipeline;
import dev.holdfast.format.CryptMode;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Manifest;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.format.pxar.Body;
import dev.holdfast.snapshot.ArchiveListener;
import dev.holdfast.snapshot.BaseArchive;
import dev.holdfast.snapshot.FileCounts;
import dev.holdfast.snapshot.SnapshotBuilder;
import dev.holdfast.snapshot.SourceEntry;
import dev.holdfast.snapshot.WritePolicy;
import dev.holdfast.store.Repository;
import dev.holdfast.store.SnapshotEntry;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;

/**
 * Turns what a staging area holds into a snapshot. The state is that of the instant at which it
 * begins; writers go on meanwhile. If it fails at any point, the repository has no new snapshot and
 * the area is as it was.
 */
public final class Commit {
    private final StagingArea area;
    private final Repository repository;
    private final Namespace namespace;
    private final GroupId group;
    private final String archiveName;
    private final WritePolicy policy;
    private final int threads;
    private final Function<SnapshotId, SnapshotBase> openBase;

    /**
     * Commits of one area.
     *
     * @param archiveName {@code root.pxar}
     * @param threads how many chunks are encoded at once
     * @param openBase opens the new snapshot as the area's next base
     */
    public Commit(
            StagingArea area,
            Repository repository,
            Namespace namespace,
            GroupId group,
            String archiveName,
            WritePolicy policy,
            int threads,
            Function<SnapshotId, SnapshotBase> openBase) {
        this.area = area;
        this.repository = repository;
        this.namespace = namespace;
        this.group = group;
        this.archiveName = archiveName;
        this.policy = policy;
        this.threads = threads;
        this.openBase = openBase;
    }

    /**
     * What a commit did.
     *
     * @param manifest of the new snapshot
     * @param entries files, directories and other objects in the snapshot
     * @param files what became of regular files
     * @param totals what went through the encoders
     */
    public record Result(
            Manifest manifest,
            long entries,
            FileCounts files,
            EncodePipeline.Totals totals,
            Duration time) {
        /** The new snapshot. */
        public SnapshotId snapshot() {
            return manifest.snapshot();
        }
    }

    /** Hears how far a commit is; on the committing thread. */
    public interface Progress {
        /** So many entries are done, so many bytes of content went through. */
        void at(long entries, long contentBytes);
    }

    /**
     * Makes a snapshot and the area's new base of it.
     *
     * @param base the area's present base
     * @throws dev.holdfast.HoldfastException if anything is in the way; nothing has changed then
     */
    public Result run(Optional<SnapshotBase> base, Optional<String> notes, Progress progress) {
        Instant start = Instant.now();
        try (Frozen view = area.freeze()) {
            Placements placements = new Placements();
            Listener listener = new Listener(placements, progress);
            SnapshotId id = nextId();
            EncodePipeline.Totals totals;
            Manifest manifest;
            try (SnapshotBuilder builder =
                    SnapshotBuilder.begin(repository, namespace, id, policy, threads)) {
                listener.builder = Optional.of(builder);
                Optional<BaseArchive> archive =
                        base.flatMap(b -> builder.base(b.snapshot(), archiveName));
                builder.tree(
                        archiveName,
                        new FrozenTree(view, base, policy.mode() == CryptMode.ENCRYPT).root(),
                        archive,
                        Optional.empty(),
                        listener);
                manifest = builder.finish(notes);
                totals = builder.totals();
            }
            area.rebase(view, openBase.apply(id), placements);
            return new Result(
                    manifest,
                    listener.entries,
                    listener.files,
                    totals,
                    Duration.between(start, Instant.now()));
        }
    }

    /**
     * Now, or a second after the newest snapshot when that is as new: two commits may follow one
     * another quickly.
     */
    private SnapshotId nextId() {
        long now = Instant.now().getEpochSecond();
        List<SnapshotEntry> all = repository.snapshots(namespace, group);
        long newest = all.isEmpty() ? 0 : all.get(all.size() - 1).id().epochSeconds();
        return group.at(newest >= now && newest < now + 60 ? newest + 1 : now);
    }

    private static final class Listener implements ArchiveListener {
        private static final int STEP = 256;

        private final Placements placements;
        private final Progress progress;
        private Optional<SnapshotBuilder> builder = Optional.empty();
        private long entries;
        private FileCounts files = FileCounts.NONE;

        Listener(Placements placements, Progress progress) {
            this.placements = placements;
            this.progress = progress;
        }

        @Override
        public void visited(SourceEntry entry) {
            if (++entries % STEP == 0) {
                progress.at(entries, builder.map(b -> b.totals().contentBytes()).orElse(0L));
            }
        }

        @Override
        public void placed(
                SourceEntry.File file,
                long filenameOffset,
                Body.Regular placed,
                boolean wasReused) {
            files = files.plus(file, wasReused);
            if (file instanceof FrozenTree.InodeFile known) {
                placements.file(known.number(), placed.contentOffset());
                if (file.linkIdentity().isPresent()) {
                    placements.link(known.number(), filenameOffset);
                }
            }
        }

        @Override
        public void ended(SourceEntry.Directory directory, long endOffset) {
            if (directory instanceof FrozenTree.InodeDirectory known && known.inode().isUnread()) {
                placements.directory(known.number(), endOffset);
            }
        }
    }
}
