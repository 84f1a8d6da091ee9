package dev.holdfast.mount;

import dev.holdfast.fuse.Attributes;
import dev.holdfast.fuse.Directory;
import dev.holdfast.fuse.Errno;
import dev.holdfast.fuse.Node;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/**
 * A directory below {@code .versions} or {@code .diff}, made from the search index. Only the owner
 * of the mount gets into these: what lies there has passed no check of the directories that it came
 * from.
 */
abstract class FoundDirectory implements Directory {
    /** Of all of them. */
    static final int MODE = Attributes.DIRECTORY | 0500;

    private final View view;
    private final long inode;
    private final long parentInode;

    FoundDirectory(View view, long inode, long parentInode) {
        this.view = view;
        this.inode = inode;
        this.parentInode = parentInode;
    }

    /**
     * A child as a listing shows it.
     *
     * @param mode type bits, and what else is known
     */
    record Child(byte[] name, long inode, int mode) {
        static Child of(long parent, byte[] name, int mode) {
            return new Child(name, Inodes.ofChild(parent, name), mode);
        }

        /** Hashes of names are as good a cursor as any, and stay when other names come. */
        long cursor() {
            return Math.max(1, inode >>> 2);
        }
    }

    final View view() {
        return view;
    }

    final long inode() {
        return inode;
    }

    @Override
    public final long parentInode() {
        return parentInode;
    }

    /** All children in any order. */
    abstract List<Child> children();

    /** The child of that name. */
    abstract Optional<Node> child(byte[] name);

    /** What decides the children, and is equal for equal ones. */
    abstract Object state();

    /** Where it is, for messages. */
    abstract Failures.Place place();

    @Override
    public final Node lookup(byte[] name) {
        return view.failures()
                .guard(place(), () -> child(name).orElseThrow(() -> new Errno(Errno.ENOENT)));
    }

    @Override
    public final void list(long cursor, EntrySink sink) {
        List<Child> sorted =
                view.failures()
                        .guard(place(), () -> view.trees().listing(state(), this::sortedChildren));
        for (Child child : sorted) {
            if (child.cursor() > cursor
                    && !sink.accept(child.name(), child.inode(), child.mode(), child.cursor())) {
                return;
            }
        }
    }

    private List<Child> sortedChildren() {
        return children().stream().sorted(Comparator.comparingLong(Child::cursor)).toList();
    }

    @Override
    public Attributes attributes() {
        return view.directory(
                inode,
                MODE & ~Attributes.TYPE_MASK,
                view.options().ownerUid(),
                view.options().ownerGid(),
                view.started());
    }

    @Override
    public long validMillis() {
        return view.options().refresh().toMillis();
    }
}
