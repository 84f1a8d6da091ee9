package dev.holdfast.stage;

import dev.holdfast.fuse.Attributes;
import dev.holdfast.fuse.Caller;
import dev.holdfast.fuse.Directory;
import dev.holdfast.fuse.Errno;
import dev.holdfast.fuse.FileTime;
import java.util.Arrays;
import java.util.Optional;
import org.h2.mvstore.Cursor;

/**
 * Names: creating, linking, removing, renaming, listing. Changes are called under {@link
 * Locks#changeNames}, with the directories' entries read ({@link FaultIn#read}).
 *
 * <p>A directory's entries are kept twice: by name, and by a number that grows over all
 * directories. The number is the cursor of a listing. It stays with the name when a rename puts
 * another inode under it, so that a name which exists during a whole listing is listed once; and it
 * goes to the new name when an entry is renamed within its directory.
 */
@SuppressWarnings("try") // a lock held is not referred to
final class Hierarchy {
    static final int MAX_NAME_BYTES = 255;
    private static final int MAX_TARGET_BYTES = 4095;
    private static final int REAP_NOW = 64;

    private final Tree tree;
    private final Files files;
    private final Xattrs xattrs;

    Hierarchy(Tree tree, Files files, Xattrs xattrs) {
        this.tree = tree;
        this.files = files;
        this.xattrs = xattrs;
    }

    /** The entry of that name. */
    Optional<Entry> find(long directory, byte[] name) {
        return Optional.ofNullable(tree.entries.get(new NameKey(directory, name)));
    }

    /** See {@link Directory#list}. */
    void list(long directory, long cursor, Directory.EntrySink sink) {
        try (Tree.Pin pin = tree.pin()) {
            Cursor<Place, Listed> listing = tree.order.cursor(new Place(directory, cursor + 1));
            while (listing.hasNext()) {
                Place place = listing.next();
                Listed entry = listing.getValue();
                if (place.inode() != directory
                        || !sink.accept(
                                entry.name(), entry.inode(), entry.type(), place.number())) {
                    return;
                }
            }
        }
    }

    private static void checkName(byte[] name) {
        if (name.length > MAX_NAME_BYTES) {
            throw new Errno(Errno.ENAMETOOLONG);
        }
        if (name.length == 0) {
            throw new Errno(Errno.ENOENT);
        }
    }

    private Inode existing(long directory) {
        Inode record = files.get(directory);
        if (record.links() == 0) {
            throw new Errno(Errno.ENOENT);
        }
        return record;
    }

    /** Creates a node of any type. */
    long create(long directory, byte[] name, int mode, long device, byte[] target, Caller caller) {
        checkName(name);
        if (target.length > MAX_TARGET_BYTES) {
            throw new Errno(Errno.ENAMETOOLONG);
        }
        Inode parent = existing(directory);
        if (find(directory, name).isPresent()) {
            throw new Errno(Errno.EEXIST);
        }
        FileTime now = FileTime.now();
        boolean isDirectory = (mode & Attributes.TYPE_MASK) == Attributes.DIRECTORY;
        boolean inheritsGroup = (parent.mode() & Inode.SET_GID) != 0;
        int bits = inheritsGroup && isDirectory ? mode | Inode.SET_GID : mode;
        long inode = tree.newInode();
        Inode fresh =
                Inode.fresh(bits, caller.uid(), inheritsGroup ? parent.gid() : caller.gid(), now)
                        .withDevice(device)
                        .withContent(target.length, 0, files.epoch())
                        .withPlace(isDirectory ? directory : 0, Inode.READ);
        tree.inodes.put(inode, xattrs.inherit(directory, parent, inode, fresh, caller.umask()));
        if (fresh.type() == Attributes.SYMLINK) {
            tree.targets.put(inode, target);
        }
        add(directory, name, inode, fresh.type());
        touch(directory, isDirectory ? 1 : 0, now);
        return inode;
    }

    private void add(long directory, byte[] name, long inode, int type) {
        long sequence = tree.newSequence();
        tree.entries.put(new NameKey(directory, name), new Entry(inode, type, sequence));
        tree.order.put(new Place(directory, sequence), new Listed(name, inode, type));
    }

    private void drop(long directory, byte[] name, Entry entry) {
        tree.entries.remove(new NameKey(directory, name));
        tree.order.remove(new Place(directory, entry.sequence()));
    }

    private void touch(long directory, int moreLinks, FileTime now) {
        files.update(
                directory,
                record -> record.withLinks(record.links() + moreLinks, now).touched(now));
    }

    /** One more name for a file. */
    void link(long directory, byte[] name, long inode) {
        checkName(name);
        existing(directory);
        Inode record = existing(inode);
        if (record.isDirectory()) {
            throw new Errno(Errno.EPERM);
        }
        if (find(directory, name).isPresent()) {
            throw new Errno(Errno.EEXIST);
        }
        if (record.links() == Integer.MAX_VALUE) {
            throw new Errno(Errno.EMLINK);
        }
        FileTime now = FileTime.now();
        files.update(inode, r -> r.withLinks(r.links() + 1, now));
        add(directory, name, inode, record.type());
        touch(directory, 0, now);
    }

    /** Removes a name that is no directory. */
    void unlink(long directory, byte[] name) {
        Entry entry = entry(directory, name);
        if (entry.type() == Attributes.DIRECTORY) {
            throw new Errno(Errno.EISDIR);
        }
        FileTime now = FileTime.now();
        drop(directory, name, entry);
        touch(directory, 0, now);
        forget(entry.inode(), now);
    }

    private Entry entry(long directory, byte[] name) {
        checkName(name);
        return find(directory, name).orElseThrow(() -> new Errno(Errno.ENOENT));
    }

    /** Takes one name from an inode; without any it goes when nobody has it open. */
    private void forget(long inode, FileTime now) {
        Inode left = files.update(inode, r -> r.withLinks(Math.max(0, r.links() - 1), now));
        if (left.links() == 0 && files.reap(inode, REAP_NOW) != Files.Reaped.GONE) {
            tree.orphans.put(inode, 0L);
        }
    }

    /** Removes an empty directory. */
    void removeDirectory(long directory, byte[] name) {
        Entry entry = entry(directory, name);
        if (entry.type() != Attributes.DIRECTORY) {
            throw new Errno(Errno.ENOTDIR);
        }
        checkEmpty(entry.inode());
        drop(directory, name, entry);
        touch(directory, -1, FileTime.now());
        removeInodeOfDirectory(entry.inode());
    }

    private void removeInodeOfDirectory(long inode) {
        Inode record = tree.inodes.remove(inode);
        if (record != null && record.has(Inode.XATTRS)) {
            Xattrs.removeAll(tree, inode);
        }
    }

    private void checkEmpty(long directory) {
        Place first = tree.order.ceilingKey(new Place(directory, 0));
        if (first != null && first.inode() == directory) {
            throw new Errno(Errno.ENOTEMPTY);
        }
    }

    /** As {@code rename(2)}. */
    void rename(long from, byte[] name, long to, byte[] newName) {
        checkName(newName);
        Entry source = entry(from, name);
        existing(to);
        boolean isDirectory = source.type() == Attributes.DIRECTORY;
        if (isDirectory && isWithin(to, source.inode())) {
            throw new Errno(Errno.EINVAL);
        }
        Optional<Entry> target = find(to, newName);
        if (target.isPresent() && target.get().inode() == source.inode()) {
            return;
        }
        FileTime now = FileTime.now();
        int moreInTarget = isDirectory ? 1 : 0;
        if (target.isPresent()) {
            if (target.get().type() == Attributes.DIRECTORY) {
                if (!isDirectory) {
                    throw new Errno(Errno.EISDIR);
                }
                checkEmpty(target.get().inode());
                moreInTarget--;
            } else if (isDirectory) {
                throw new Errno(Errno.ENOTDIR);
            }
        }
        if (target.isEmpty() && from == to) {
            // As rsync ends each file: the entry keeps its place in listings.
            tree.entries.remove(new NameKey(from, name));
            tree.entries.put(new NameKey(to, newName), source);
            tree.order.put(
                    new Place(to, source.sequence()),
                    new Listed(newName, source.inode(), source.type()));
        } else {
            drop(from, name, source);
        }
        if (target.isPresent()) {
            replace(to, newName, target.get(), source);
            if (target.get().type() == Attributes.DIRECTORY) {
                removeInodeOfDirectory(target.get().inode());
            } else {
                forget(target.get().inode(), now);
            }
        } else if (from != to) {
            add(to, newName, source.inode(), source.type());
        }
        files.update(
                source.inode(),
                r -> {
                    Inode changed = r.withTimes(r.atime(), r.mtime(), now);
                    return isDirectory ? changed.withPlace(to, r.baseRef()) : changed;
                });
        int lessInSource = isDirectory ? 1 : 0;
        if (from == to) {
            touch(to, moreInTarget - lessInSource, now);
        } else {
            touch(from, -lessInSource, now);
            touch(to, moreInTarget, now);
        }
    }

    private void replace(long directory, byte[] name, Entry old, Entry by) {
        Entry entry = new Entry(by.inode(), by.type(), old.sequence());
        tree.entries.put(new NameKey(directory, name), entry);
        tree.order.put(
                new Place(directory, old.sequence()), new Listed(name, by.inode(), by.type()));
    }

    private boolean isWithin(long directory, long ancestor) {
        long at = directory;
        while (at != Tree.ROOT) {
            if (at == ancestor) {
                return true;
            }
            at = files.get(at).parent();
        }
        return ancestor == Tree.ROOT;
    }

    /** The target of a symbolic link. */
    byte[] target(long inode) {
        byte[] target = tree.targets.get(inode);
        if (target == null) {
            throw new Errno(
                    files.get(inode).type() == Attributes.SYMLINK ? Errno.EIO : Errno.EINVAL);
        }
        return Arrays.copyOf(target, target.length);
    }
}
