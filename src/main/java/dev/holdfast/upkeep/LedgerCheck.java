package dev.holdfast.upkeep;

import dev.holdfast.Busy;
import dev.holdfast.Damaged;
import dev.holdfast.NotFound;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.format.Digest;
import dev.holdfast.format.Manifest;
import dev.holdfast.format.Namespace;
import dev.holdfast.snapshot.Snapshot;
import dev.holdfast.store.Repository;
import dev.holdfast.store.SnapshotEntry;
import dev.holdfast.store.SnapshotReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** Compares a repository with what the ledger says there must be. */
public final class LedgerCheck {
    private final Repository repository;
    private final SnapshotLedger ledger;

    /** A comparison of a repository with a ledger that was checked on opening. */
    public LedgerCheck(Repository repository, SnapshotLedger ledger) {
        this.repository = repository;
        this.ledger = ledger;
    }

    /** What happened to a snapshot other than by our own prune or forget. */
    public enum Kind {
        /** It is gone while newer ones are there. */
        REMOVED,
        /** It is there with another content. */
        REPLACED,
        /** It is gone and so is all that was newer: the group is in an earlier state. */
        ROLLED_BACK
    }

    /** A snapshot that is not as the ledger says. */
    public record Finding(SnapshotLedger.Name name, Kind kind) {
        @Override
        public String toString() {
            return switch (kind) {
                case REMOVED -> name + " was removed";
                case REPLACED -> name + " was replaced by another of the same time";
                case ROLLED_BACK ->
                        name + " is gone: its group was rolled back to an earlier state";
            };
        }
    }

    /** All differences, in the order of the ledger. */
    public List<Finding> run() {
        List<Finding> findings = new ArrayList<>();
        for (Map.Entry<SnapshotLedger.Name, Digest> entry : ledger.expected().entrySet()) {
            SnapshotLedger.Name name = entry.getKey();
            Optional<Digest> found = digest(name);
            if (found.isEmpty()) {
                findings.add(
                        new Finding(name, isNewerThanAll(name) ? Kind.ROLLED_BACK : Kind.REMOVED));
            } else if (!found.get().equals(entry.getValue())) {
                findings.add(new Finding(name, Kind.REPLACED));
            }
        }
        findings.sort((a, b) -> a.name().snapshot().compareTo(b.name().snapshot()));
        return findings;
    }

    /** Whether nothing as new as it is left in its group, though something older is. */
    private boolean isNewerThanAll(SnapshotLedger.Name name) {
        List<SnapshotEntry> left =
                repository.snapshots(name.namespace(), name.snapshot().group()).stream()
                        .filter(SnapshotEntry::finished)
                        .toList();
        return !left.isEmpty()
                && left.get(left.size() - 1).id().epochSeconds() < name.snapshot().epochSeconds();
    }

    private Optional<Digest> digest(SnapshotLedger.Name name) {
        try {
            return Optional.of(SnapshotLedger.digest(manifest(name)));
        } catch (NotFound | Busy e) {
            return Optional.empty();
        } catch (Damaged e) {
            // Whatever is there, it is not what was committed.
            return Optional.of(new Digest(0, 0, 0, 0));
        }
    }

    private Manifest manifest(SnapshotLedger.Name name) {
        try (SnapshotReader reader = repository.open(name.namespace(), name.snapshot())) {
            return Snapshot.decodeManifest(reader.manifestBlob(), name.snapshot());
        }
    }

    /**
     * Enters all snapshots of a namespace, and of those below, that the ledger does not know, as
     * they are now.
     *
     * @return how many
     */
    public int adopt(BackupKey key, Namespace namespace) {
        int count = 0;
        Map<SnapshotLedger.Name, Digest> known = ledger.expected();
        for (Verification.Target target : Verification.all(repository, namespace)) {
            SnapshotLedger.Name name =
                    new SnapshotLedger.Name(target.namespace(), target.snapshot());
            if (!known.containsKey(name)) {
                ledger.committed(key, target.namespace(), manifest(name));
                count++;
            }
        }
        return count;
    }
}
