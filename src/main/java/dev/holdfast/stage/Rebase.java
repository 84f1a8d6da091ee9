package dev.holdfast.stage;

import dev.holdfast.fuse.Attributes;
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

    /**
     * Asks the new base for everything first, because that may fail; then changes the tree, which
     * may not.
     */
    void run(Placements placements) {
        byte[] descriptor = newBase.descriptor();
        List<Move> moves = movesOfLateEntries(placements);
        bases.add(newGeneration, newBase);
        tree.setNumber("generation", newGeneration);
        tree.setBytes("base", descriptor);
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
                        moveLink(inode, ref);
                    }
                });
        for (Move move : moves) {
            if (move.isDirectory) {
                moveDirectory(move.inode, move.ref);
            } else {
                moveFile(move.inode, move.contentOffset, 0);
                if (move.isShared) {
                    moveLink(move.inode, move.ref);
                }
            }
        }
    }

    /** Where the new base has what was read from the old one after the freeze. */
    private List<Move> movesOfLateEntries(Placements placements) {
        Map<Long, Long> refs = new HashMap<>();
        placements.forEach(
                new Placements.Visitor() {
                    @Override
                    public void file(long inode, long contentOffset) {}

                    @Override
                    public void directory(long inode, long ref) {
                        refs.put(inode, ref);
                    }

                    @Override
                    public void link(long inode, long ref) {}
                });
        List<Move> moves = new ArrayList<>();
        for (long directory : faultIn.recorded()) {
            Long ref = refs.get(directory);
            if (ref != null) {
                newBase.list(
                        ref,
                        entry -> {
                            Long inode = tree.faults.get(new NameKey(directory, entry.name()));
                            if (inode != null) {
                                Move move = Move.of(inode, entry);
                                moves.add(move);
                                if (move.isDirectory) {
                                    refs.put(inode, entry.ref());
                                }
                            }
                        });
            }
        }
        return moves;
    }

    private record Move(
            long inode, boolean isDirectory, long ref, long contentOffset, boolean isShared) {
        static Move of(long inode, BaseEntry entry) {
            boolean isDirectory = (entry.mode() & Attributes.TYPE_MASK) == Attributes.DIRECTORY;
            return new Move(
                    inode,
                    isDirectory,
                    entry.ref(),
                    entry.contentOffset(),
                    !isDirectory && entry.links() > 1);
        }
    }

    private void moveDirectory(long inode, long ref) {
        Inode record = tree.inodes.get(inode);
        if (record != null && record.isUnread()) {
            tree.inodes.put(inode, record.withPlace(record.parent(), ref));
        }
    }

    private void moveLink(long inode, long ref) {
        if (tree.inodes.containsKey(inode)) {
            tree.baseLinks.put(ref, inode);
        }
    }

    private void moveFile(long inode, long contentOffset, int epoch) {
        Inode record = tree.inodes.get(inode);
        if (record == null || !record.isRegular() || record.sizeBytes() == 0) {
            return;
        }
        if (record.epoch() <= epoch) {
            // Unchanged since the freeze: one run again, however scattered it was.
            files.extents()
                    .putWhole(
                            inode, Extent.ofBase(contentOffset, record.sizeBytes(), newGeneration));
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
