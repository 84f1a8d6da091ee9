package dev.holdfast.stage;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;

/**
 * Lets the snapshot that was committed take the place of the base; see {@link StagingArea#rebase}.
 * Runs with the gate closed.
 *
 * <p>A run of the spool that is not younger than the frozen epoch, or a run of the old base, is in
 * the new snapshot at the same offset of the same file: content never moves. Two kinds of files are
 * not in the frozen view: those without a name, which keep referring to the old base and vanish
 * with a restart, and those in directories that were read from the old base after the freeze; these
 * are found in the new base by the names they had then.
 */
final class Rebase {
    private final Tree tree;
    private final Files files;
    private final Bases bases;
    private final FaultIn faultIn;
    private final Frozen view;
    private final Base newBase;
    private final int oldGeneration;
    private final int newGeneration;
    private final Map<Long, Long> movedDirectories = new HashMap<>();

    Rebase(Tree tree, Files files, Bases bases, FaultIn faultIn, Frozen view, Base newBase) {
        this.tree = tree;
        this.files = files;
        this.bases = bases;
        this.faultIn = faultIn;
        this.view = view;
        this.newBase = newBase;
        this.oldGeneration = bases.generation();
        this.newGeneration = Math.addExact(oldGeneration, 1);
    }

    void run(Placements placements) {
        bases.add(newGeneration, newBase);
        tree.setNumber("generation", newGeneration);
        tree.setBytes("base", newBase.descriptor());
        tree.baseLinks.clear();
        placements.forEach(
                new Placements.Visitor() {
                    @Override
                    public void file(long inode, long contentOffset) {
                        moveFile(inode, contentOffset, view.epoch());
                    }

                    @Override
                    public void directory(long inode, long ref) {
                        moveDirectory(inode, ref);
                    }

                    @Override
                    public void link(long inode, long ref) {
                        if (tree.inodes.containsKey(inode)) {
                            tree.baseLinks.put(ref, inode);
                        }
                    }
                });
        for (long directory : faultIn.recorded()) {
            Long ref = movedDirectories.get(directory);
            if (ref != null) {
                newBase.list(ref, entry -> moveEntry(directory, entry));
            }
        }
    }

    private void moveDirectory(long inode, long ref) {
        movedDirectories.put(inode, ref);
        Inode record = tree.inodes.get(inode);
        if (record != null && record.isUnread()) {
            tree.inodes.put(inode, record.withPlace(record.parent(), ref));
        }
    }

    /** An entry of a directory that was read from the old base after the freeze. */
    private void moveEntry(long directory, BaseEntry entry) {
        Long inode = tree.faults.get(new NameKey(directory, entry.name()));
        Inode record = inode == null ? null : tree.inodes.get(inode);
        if (record == null) {
            return;
        }
        if (record.isDirectory()) {
            moveDirectory(inode, entry.ref());
        } else {
            if (record.isRegular()) {
                moveFile(inode, entry.contentOffset(), 0);
            }
            if (entry.links() > 1) {
                tree.baseLinks.put(entry.ref(), inode);
            }
        }
    }

    private void moveFile(long inode, long contentOffset, int epoch) {
        Inode record = tree.inodes.get(inode);
        if (record == null || record.sizeBytes() == 0) {
            return;
        }
        if (record.epoch() <= epoch) {
            // Unchanged since the freeze: one run again, however scattered it was.
            files.extents()
                    .put(inode, 0, Extent.ofBase(contentOffset, record.sizeBytes(), newGeneration));
            return;
        }
        List<Map.Entry<Place, Extent>> old = new ArrayList<>();
        Iterator<Map.Entry<Place, Extent>> runs = files.extents().runs(inode);
        while (runs.hasNext()) {
            Map.Entry<Place, Extent> run = runs.next();
            Extent extent = run.getValue();
            if (extent.isBase() ? extent.stamp() == oldGeneration : extent.stamp() <= epoch) {
                old.add(run);
            }
        }
        for (Map.Entry<Place, Extent> run : old) {
            Extent moved =
                    Extent.ofBase(
                            contentOffset + run.getKey().number(),
                            run.getValue().lengthBytes(),
                            newGeneration);
            files.extents().replace(run.getKey(), run.getValue(), moved);
        }
    }
}
