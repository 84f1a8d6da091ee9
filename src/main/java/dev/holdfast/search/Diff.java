package dev.holdfast.search;

import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import java.util.Optional;

/**
 * Compares trees by their pages. Directories in which every name, size, time and attribute is the
 * same are equal lists of digests, and are not looked into. For one thread.
 */
public final class Diff {
    private final Pages pages;

    public Diff(Pages pages) {
        this.pages = pages;
    }

    /** Hears of differences. */
    public interface Visitor {
        /**
         * Something was added, removed or changed; directories before what is in them.
         *
         * @param path of names, the archive's first; valid during the call
         * @return whether to go on
         */
        boolean differs(List<byte[]> path, Pair pair);
    }

    /** Compares all archives of two snapshots. */
    public void compare(IndexedSnapshot before, IndexedSnapshot after, Visitor visitor) {
        walk(List.of(), Pairs.of(before.items(), after.items()), visitor);
    }

    /**
     * Compares what two snapshots have at a path.
     *
     * @param path to it, its own name included
     */
    public void compare(List<byte[]> path, Pair pair, Visitor visitor) {
        Iterator<Pair> one = List.of(pair).iterator();
        walk(path.subList(0, path.size() - 1), one, visitor);
    }

    /**
     * Compares what is below two directories.
     *
     * @param path to them, their own name included
     */
    public void below(List<byte[]> path, Pair pair, Visitor visitor) {
        walk(path, Pairs.below(pages, pair), visitor);
    }

    /** Whether the content of two things is the same: of directories, of all that is in them. */
    public Likeness likeness(Item before, Item after) {
        if (!before.isDirectory() || !after.isDirectory()) {
            return Likeness.of(before, after);
        }
        Likeness[] found = {Likeness.LIKELY_SAME};
        walk(
                List.of(before.name()),
                Pairs.below(pages, new Pair(Optional.of(before), Optional.of(after))),
                (path, pair) -> {
                    found[0] = Likeness.DIFFERENT;
                    return false;
                });
        return found[0];
    }

    private void walk(List<byte[]> start, Iterator<Pair> top, Visitor visitor) {
        List<byte[]> path = new ArrayList<>(start);
        Deque<Iterator<Pair>> open = new ArrayDeque<>();
        open.push(top);
        while (!open.isEmpty()) {
            if (!open.element().hasNext()) {
                open.pop();
                if (!open.isEmpty()) {
                    path.remove(path.size() - 1);
                }
                continue;
            }
            Pair pair = open.element().next();
            path.add(pair.name());
            if (pair.isAdded() || pair.isRemoved() || !pair.changes(path.size() == 1).isEmpty()) {
                if (!visitor.differs(path, pair)) {
                    return;
                }
            }
            if (pair.leadsOn()) {
                open.push(Pairs.below(pages, pair));
            } else {
                path.remove(path.size() - 1);
            }
        }
    }
}
