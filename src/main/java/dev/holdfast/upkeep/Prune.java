package dev.holdfast.upkeep;

import dev.holdfast.Busy;
import dev.holdfast.NotFound;
import dev.holdfast.Refused;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.store.Repository;
import dev.holdfast.store.SnapshotEntry;
import java.util.ArrayList;
import java.util.List;
import java.util.function.BiConsumer;

/** Removes the snapshots of a group that the rules do not keep, oldest first. */
public final class Prune {
    private Prune() {}

    /**
     * What the rules say of a group.
     *
     * @throws NotFound if there is no such group
     */
    public static List<PruneDecision> plan(
            Repository repository, Namespace namespace, GroupId group, PruneRules rules) {
        List<SnapshotEntry> snapshots = repository.snapshots(namespace, group);
        if (snapshots.isEmpty()) {
            throw new NotFound("there is no group " + group + " in " + repository.location());
        }
        return rules.decide(snapshots);
    }

    /**
     * Does what was decided. Snapshots that are in use stay.
     *
     * @param stayed hears which stayed, and why
     * @return the removed ones
     */
    public static List<SnapshotId> carryOut(
            Repository repository,
            Namespace namespace,
            List<PruneDecision> decisions,
            BiConsumer<SnapshotId, String> stayed) {
        List<SnapshotId> removed = new ArrayList<>();
        for (PruneDecision decision : decisions) {
            if (decision.keeps()) {
                continue;
            }
            SnapshotId id = decision.snapshot().id();
            try {
                repository.forget(namespace, id);
                removed.add(id);
            } catch (Busy | NotFound | Refused e) {
                // In use, gone already, or protected since the decision.
                stayed.accept(id, e.getMessage());
            }
        }
        return removed;
    }
}
