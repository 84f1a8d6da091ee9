package dev.holdfast.stage;

import dev.holdfast.Busy;
import dev.holdfast.HoldfastException;
import dev.holdfast.Refused;
import dev.holdfast.fuse.Errno;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * From the instant that a commit takes to the moment at which the area sits on the snapshot made of
 * it: one frozen view at a time. Guarded by the sealing lock.
 */
@SuppressWarnings("try") // a lock held is not referred to
final class Freezing {
    private static final Logger LOG = LoggerFactory.getLogger(Freezing.class);

    private final Locks locks;
    private final Tree tree;
    private final Spool spool;
    private final Files files;
    private final Bases bases;
    private final FaultIn faultIn;
    private final Sealer sealer;
    private Optional<Frozen> frozen = Optional.empty();

    Freezing(
            Locks locks,
            Tree tree,
            Spool spool,
            Files files,
            Bases bases,
            FaultIn faultIn,
            Sealer sealer) {
        this.locks = locks;
        this.tree = tree;
        this.spool = spool;
        this.files = files;
        this.bases = bases;
        this.faultIn = faultIn;
        this.sealer = sealer;
    }

    /** See {@link StagingArea#freeze}. */
    Frozen freeze() {
        // The most is sealed before names have to wait.
        sealInAdvance();
        // No directory may be half read: what a rebase must move is recorded from here on.
        try (Locks.Held names = locks.keepNames()) {
            return freezeHeld();
        }
    }

    private void sealInAdvance() {
        try {
            sealer.seal();
        } catch (Errno e) {
            LOG.debug("the state cannot be sealed: {}", e.getMessage());
        }
    }

    private Frozen freezeHeld() {
        locks.sealing.lock();
        try {
            if (frozen.isPresent()) {
                throw new Busy("a commit is running already");
            }
            Frozen[] made = new Frozen[1];
            boolean[] unwritten = new boolean[1];
            try {
                sealer.sealHeld(
                        () -> {
                            unwritten[0] = files.isAnyOpenAndDirty();
                            made[0] = new Frozen(this::thawed, tree, spool, bases, files);
                            files.nextEpoch();
                            faultIn.startRecording();
                            sealer.setFrozen(true);
                        });
                if (unwritten[0]) {
                    throw new Refused(
                            "the disk of the staging area has no room for what was written to open"
                                    + " files; close or delete some, or make room beside it");
                }
            } catch (RuntimeException e) {
                if (made[0] != null) {
                    frozen = Optional.of(made[0]);
                    made[0].close();
                }
                throw e instanceof Errno
                        ? new HoldfastException("the staging area cannot be made durable now", e)
                        : e;
            }
            frozen = Optional.of(made[0]);
            return made[0];
        } finally {
            locks.sealing.unlock();
        }
    }

    /** Called by {@link Frozen#close}. */
    private void thawed(Frozen view) {
        locks.sealing.lock();
        try (Locks.Held gate = locks.closeGate()) {
            if (frozen.filter(f -> f == view).isPresent()) {
                frozen = Optional.empty();
                faultIn.stopRecording();
                sealer.setFrozen(false);
            }
        } finally {
            locks.sealing.unlock();
        }
        sealer.retireBases();
    }

    /** See {@link StagingArea#rebase}. */
    void rebase(Frozen view, Base newBase, Placements placements) {
        sealInAdvance();
        try (Locks.Held names = locks.keepNames()) {
            rebaseHeld(view, newBase, placements);
        }
    }

    private void rebaseHeld(Frozen view, Base newBase, Placements placements) {
        locks.sealing.lock();
        try {
            if (frozen.filter(f -> f == view).isEmpty()) {
                throw new IllegalStateException("the view is not open");
            }
            sealer.sealHeld(
                    () -> new Rebase(tree, files, bases, faultIn, view, newBase).run(placements));
        } finally {
            locks.sealing.unlock();
        }
    }
}
