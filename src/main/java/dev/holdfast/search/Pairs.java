package dev.holdfast.search;

import dev.holdfast.format.Digest;
import dev.holdfast.format.pxar.EntryName;
import java.util.ArrayDeque;
import java.util.HashSet;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;

/**
 * Merges two directories by name. Pages that both have are left out: what is in them is the same
 * all the way down. Memory: a page of each.
 */
public final class Pairs implements Iterator<Pair> {
    private final Side before;
    private final Side after;

    private Pairs(Side before, Side after) {
        this.before = before;
        this.after = after;
    }

    /** What may differ between two directories; of what is none, nothing. */
    public static Pairs below(Pages pages, Pair pair) {
        List<Digest> first = pair.before().map(Item::pages).orElse(List.of());
        List<Digest> second = pair.after().map(Item::pages).orElse(List.of());
        Set<Digest> common = new HashSet<>(first);
        common.retainAll(new HashSet<>(second));
        return new Pairs(new Side(pages, first, common), new Side(pages, second, common));
    }

    /** Merges items that are in no directory: the archives of snapshots. */
    public static Pairs of(List<Item> before, List<Item> after) {
        return new Pairs(new Side(before), new Side(after));
    }

    @Override
    public boolean hasNext() {
        return before.peek().isPresent() || after.peek().isPresent();
    }

    @Override
    public Pair next() {
        Optional<Item> first = before.peek();
        Optional<Item> second = after.peek();
        if (first.isEmpty() && second.isEmpty()) {
            throw new NoSuchElementException();
        }
        int order =
                first.isEmpty()
                        ? 1
                        : second.isEmpty()
                                ? -1
                                : EntryName.compare(first.get().name(), second.get().name());
        return new Pair(
                order <= 0 ? before.poll() : Optional.empty(),
                order >= 0 ? after.poll() : Optional.empty());
    }

    /** The items of one directory, a page at a time. */
    private static final class Side {
        private final Optional<Pages> pages;
        private final Queue<Digest> left = new ArrayDeque<>();
        private final Queue<Item> items = new ArrayDeque<>();

        Side(Pages pages, List<Digest> all, Set<Digest> common) {
            this.pages = Optional.of(pages);
            all.stream().filter(page -> !common.contains(page)).forEach(left::add);
        }

        Side(List<Item> items) {
            this.pages = Optional.empty();
            this.items.addAll(items);
        }

        Optional<Item> peek() {
            while (items.isEmpty() && !left.isEmpty()) {
                items.addAll(pages.orElseThrow().items(left.remove()));
            }
            return Optional.ofNullable(items.peek());
        }

        Optional<Item> poll() {
            Optional<Item> item = peek();
            items.poll();
            return item;
        }
    }
}
