package dev.holdfast.search;

import java.util.Optional;
import java.util.Set;

/**
 * What two snapshots have under one name of one directory.
 *
 * @param before in the first one
 * @param after in the second one; one of them is there
 */
public record Pair(Optional<Item> before, Optional<Item> after) {
    public Pair {
        if (before.isEmpty() && after.isEmpty()) {
            throw new IllegalArgumentException("a pair of nothing");
        }
    }

    /** The same two files with the places of their contents, as far as these are known. */
    public Pair at(Optional<ContentId> old, Optional<ContentId> fresh) {
        return new Pair(
                before.map(item -> old.map(item::at).orElse(item)),
                after.map(item -> fresh.map(item::at).orElse(item)));
    }

    /** Either of them. */
    public Item any() {
        return after.or(() -> before).orElseThrow();
    }

    /** Its name. */
    public byte[] name() {
        return any().name();
    }

    /** Whether it is only in the second one. */
    public boolean isAdded() {
        return before.isEmpty();
    }

    /** Whether it is only in the first one. */
    public boolean isRemoved() {
        return after.isEmpty();
    }

    /**
     * What changed of something that is in both.
     *
     * @param isArchive whether it is an archive, image or blob, whose time is the snapshot's
     */
    public Set<Aspect> changes(boolean isArchive) {
        return isAdded() || isRemoved()
                ? Set.of()
                : Aspect.between(before.get(), after.get(), isArchive);
    }

    /** Of two of one kind other than directories, whether the content is the same. */
    public Likeness likeness() {
        return isAdded() || isRemoved()
                ? Likeness.DIFFERENT
                : Likeness.of(before.get(), after.get());
    }

    /** Whether something may differ below: one is a directory, and not the same one in both. */
    public boolean leadsOn() {
        return (before.filter(Item::isDirectory).isPresent()
                        || after.filter(Item::isDirectory).isPresent())
                && !(before.isPresent()
                        && after.isPresent()
                        && before.get().isDirectory()
                        && after.get().isDirectory()
                        && before.get().pages().equals(after.get().pages()));
    }
}
