package dev.holdfast.search;

import dev.holdfast.format.Digest;
import java.util.BitSet;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiPredicate;

/**
 * The pages of one path in many snapshots, each with the numbers of the snapshots that have it
 * there: so that what is the same in all of them is looked at once.
 */
public final class SnapshotSet {
    private final Map<Digest, BitSet> pages = new HashMap<>();

    /** Snapshots that have all of a directory. */
    public void add(List<Digest> directory, BitSet snapshots) {
        for (Digest page : directory) {
            pages.computeIfAbsent(page, p -> new BitSet()).or(snapshots);
        }
    }

    /** Sees every item of every page once. */
    public void forEach(Pages source, Visitor visitor) {
        pages.forEach(
                (page, snapshots) ->
                        source.items(page).forEach(item -> visitor.visit(item, snapshots)));
    }

    /** Sees every directory of every page once, and of other items those that are wanted. */
    void forEach(Pages source, BiPredicate<byte[], Kind> wanted, Visitor visitor) {
        pages.forEach(
                (page, snapshots) -> {
                    ItemInput in = new ItemInput(source.page(page));
                    while (in.hasNext()) {
                        in.readHead();
                        if (in.kind() == Kind.DIRECTORY || wanted.test(in.name(), in.kind())) {
                            visitor.visit(in.rest(), snapshots);
                        } else {
                            in.skip();
                        }
                    }
                });
    }

    /** Sees items of that name. */
    public void named(Pages source, byte[] name, Visitor visitor) {
        pages.forEach(
                (page, snapshots) ->
                        source.inPage(page, name)
                                .ifPresent(item -> visitor.visit(item, snapshots)));
    }

    /** Hears of items. */
    public interface Visitor {
        void visit(Item item, BitSet snapshots);
    }

    /** Sees all archives of all snapshots. */
    public static void forEachArchive(List<IndexedSnapshot> snapshots, Visitor visitor) {
        for (int i = 0; i < snapshots.size(); i++) {
            BitSet number = new BitSet();
            number.set(i);
            snapshots.get(i).items().forEach(item -> visitor.visit(item, number));
        }
    }
}
