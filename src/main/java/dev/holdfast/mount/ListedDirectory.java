package dev.holdfast.mount;

import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.fuse.Attributes;
import dev.holdfast.fuse.Directory;
import dev.holdfast.fuse.Errno;
import dev.holdfast.fuse.FileTime;
import dev.holdfast.fuse.Node;
import java.util.List;
import java.util.Optional;

/** A directory that is made of what the repository lists. */
abstract class ListedDirectory implements Directory {
    private final View view;
    private final String path;
    private final long inode;

    /**
     * @param path in the whole repository
     */
    ListedDirectory(View view, String path) {
        this.view = view;
        this.path = path;
        this.inode = Inodes.ofPath(path);
    }

    /**
     * A child as a listing shows it.
     *
     * @param cursor at least 1, rising, and the same in every listing, whatever comes and goes
     */
    record Child(String name, long cursor, long inode, int type) {

        /**
         * A child of a directory without an order of its own: listed in that of inode numbers,
         * which are hashes of the name and so as good a cursor as any.
         */
        static Child byHash(String name, String parentPath, int type) {
            long inode = Inodes.ofPath(GroupPath.below(parentPath, name));
            return new Child(name, Math.max(1, inode >>> 2), inode, type);
        }
    }

    View view() {
        return view;
    }

    /** In the whole repository. */
    String path() {
        return path;
    }

    long inode() {
        return inode;
    }

    @Override
    public long parentInode() {
        return Inodes.ofPath(GroupPath.above(path));
    }

    /** All children by rising cursor. */
    abstract List<Child> children();

    /** The child of that name. */
    abstract Optional<Node> child(String name);

    /** When what is in it changed last. */
    FileTime time() {
        return view.started();
    }

    Failures.Place place() {
        return new Failures.Listed(path.isEmpty() ? view.repository().location() : path);
    }

    @Override
    public final Node lookup(byte[] name) {
        return view.failures()
                .guard(
                        place(),
                        () ->
                                child(new String(name, UTF_8))
                                        .orElseThrow(() -> new Errno(Errno.ENOENT)));
    }

    @Override
    public final void list(long cursor, EntrySink sink) {
        for (Child child : view.failures().guard(place(), this::children)) {
            if (child.cursor() > cursor
                    && !sink.accept(
                            child.name().getBytes(UTF_8),
                            child.inode(),
                            child.type(),
                            child.cursor())) {
                return;
            }
        }
    }

    @Override
    public Attributes attributes() {
        return view.failures().guard(place(), () -> view.directory(inode, time()));
    }

    @Override
    public long validMillis() {
        return view.options().refresh().toMillis();
    }
}
