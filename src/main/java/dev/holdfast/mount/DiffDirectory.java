package dev.holdfast.mount;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.format.Digest;
import dev.holdfast.format.pxar.EntryName;
import dev.holdfast.fuse.Node;
import dev.holdfast.search.Diff;
import dev.holdfast.search.IndexedSnapshot;
import dev.holdfast.search.Item;
import dev.holdfast.search.Pages;
import dev.holdfast.search.Pair;
import dev.holdfast.search.Pairs;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Supplier;

/**
 * A directory of {@code added}, {@code removed} or {@code changed} between two snapshots: what is
 * so itself, and directories with such things below. Of what was changed it shows how it is now.
 */
final class DiffDirectory extends FoundDirectory {
    private final Two two;
    private final What what;
    private final List<byte[]> path;
    private final Optional<Pair> pair;

    private DiffDirectory(
            Two two, long inode, long parent, What what, List<byte[]> path, Optional<Pair> pair) {
        super(two.view(), inode, parent);
        this.two = two;
        this.what = what;
        this.path = path;
        this.pair = pair;
    }

    /** Which differences are shown. */
    enum What {
        ADDED,
        REMOVED,
        CHANGED;

        byte[] fileName() {
            return name().toLowerCase(Locale.ROOT).getBytes(UTF_8);
        }

        boolean is(Pair pair, boolean isArchive) {
            return switch (this) {
                case ADDED -> pair.isAdded();
                case REMOVED -> pair.isRemoved();
                case CHANGED -> !pair.changes(isArchive).isEmpty();
            };
        }

        /** The side that is shown. */
        Optional<Item> shown(Pair pair) {
            return this == REMOVED ? pair.before() : pair.after();
        }
    }

    /** The directory {@code A..B}. */
    static final class Two extends FoundDirectory {
        private final SnapshotKey before;
        private final SnapshotKey after;

        Two(View view, long inode, long parent, SnapshotKey before, SnapshotKey after) {
            super(view, inode, parent);
            this.before = before;
            this.after = after;
        }

        @Override
        List<Child> children() {
            List<Child> children = new ArrayList<>();
            for (What what : What.values()) {
                children.add(Child.of(inode(), what.fileName(), MODE));
            }
            return children;
        }

        @Override
        Optional<Node> child(byte[] name) {
            for (What what : What.values()) {
                if (EntryName.compare(what.fileName(), name) == 0) {
                    long inode = Inodes.ofChild(inode(), name);
                    return Optional.of(
                            new DiffDirectory(
                                    this, inode, inode(), what, List.of(), Optional.empty()));
                }
            }
            return Optional.empty();
        }

        IndexedSnapshot before() {
            return view().trees().one(before);
        }

        IndexedSnapshot after() {
            return view().trees().one(after);
        }

        Pages pages() {
            // Both snapshots are of one group.
            return view().trees().pages(after.namespace(), after.id().group());
        }

        @Override
        Object state() {
            return inode();
        }

        @Override
        Failures.Place place() {
            return new Failures.Listed(before + ".." + after.id().timeText());
        }
    }

    private Iterator<Pair> pairs() {
        return pair.isPresent()
                ? Pairs.below(two.pages(), pair.get())
                : Pairs.of(two.before().items(), two.after().items());
    }

    /** What both snapshots have under a name, if one of them has it. */
    private Optional<Pair> pair(byte[] name) {
        Optional<Item> before = item(pair.flatMap(Pair::before), two::before, name);
        Optional<Item> after = item(pair.flatMap(Pair::after), two::after, name);
        return before.isEmpty() && after.isEmpty()
                ? Optional.empty()
                : Optional.of(new Pair(before, after));
    }

    private Optional<Item> item(
            Optional<Item> directory, Supplier<IndexedSnapshot> snapshot, byte[] name) {
        return pair.isPresent()
                ? directory.flatMap(d -> two.pages().child(d, name))
                : snapshot.get().lookup(two.pages(), List.of(name));
    }

    private boolean isShown(Pair child) {
        Optional<Item> item = what.shown(child);
        if (item.isEmpty()) {
            return false;
        }
        return what.is(child, path.isEmpty())
                || (item.get().isDirectory() && child.leadsOn() && hasBelow(child));
    }

    private record Question(What what, List<Digest> before, List<Digest> after) {}

    private boolean hasBelow(Pair child) {
        Question question =
                new Question(
                        what,
                        child.before().map(Item::pages).orElse(List.of()),
                        child.after().map(Item::pages).orElse(List.of()));
        return view().trees()
                .answer(
                        question,
                        () -> {
                            boolean[] found = {false};
                            new Diff(two.pages())
                                    .below(
                                            List.of(child.name()),
                                            child,
                                            (names, below) -> {
                                                found[0] = what.is(below, false);
                                                return !found[0];
                                            });
                            return found[0];
                        });
    }

    @Override
    List<Child> children() {
        List<Child> children = new ArrayList<>();
        for (Iterator<Pair> all = pairs(); all.hasNext(); ) {
            Pair child = all.next();
            if (isShown(child)) {
                Item item = what.shown(child).orElseThrow();
                int mode = item.isDirectory() ? MODE : item.mode();
                children.add(Child.of(inode(), child.name(), mode));
            }
        }
        return children;
    }

    @Override
    Optional<Node> child(byte[] name) {
        return pair(name).filter(this::isShown).map(this::node);
    }

    private Node node(Pair child) {
        List<byte[]> childPath = new ArrayList<>(path);
        childPath.add(child.name());
        long childInode = Inodes.ofChild(inode(), child.name());
        if (what.shown(child).orElseThrow().isDirectory()) {
            return new DiffDirectory(two, childInode, inode(), what, childPath, Optional.of(child));
        }
        SnapshotKey of = what == What.REMOVED ? two.before : two.after;
        return new FoundNode(view().trees().node(of, childPath), childInode);
    }

    @Override
    Object state() {
        return List.of(inode(), two.before, two.after);
    }

    @Override
    Failures.Place place() {
        return two.place();
    }
}
