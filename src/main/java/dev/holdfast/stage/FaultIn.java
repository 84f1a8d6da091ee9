package dev.holdfast.stage;

import dev.holdfast.Damaged;
import dev.holdfast.HoldfastException;
import dev.holdfast.fuse.Attributes;
import dev.holdfast.fuse.FileTime;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings the entries of a directory of the base into the tree when it is touched first. Its
 * subdirectories stay unread, its files' content stays in the base.
 *
 * <p>A large directory comes in several steps between which the tree may be sealed. Until the last
 * one it counts as unread, so nobody sees a part of it; after a crash in between, names that are
 * there already are taken as they are.
 */
@SuppressWarnings("try") // a lock held is not referred to
final class FaultIn {
    private static final Logger LOG = LoggerFactory.getLogger(FaultIn.class);
    private static final int STEP = 4096;

    private final Tree tree;
    private final Files files;
    private final Bases bases;
    private final Locks locks;
    private final Runnable admit;
    private final List<Long> duringFreeze = new ArrayList<>();
    private boolean recording;

    /**
     * @param admit waits until there is memory for more changes
     */
    FaultIn(Tree tree, Files files, Bases bases, Locks locks, Runnable admit) {
        this.tree = tree;
        this.files = files;
        this.bases = bases;
        this.locks = locks;
        this.admit = admit;
    }

    /** Makes sure that the entries of {@code directory} are in the tree. Takes its own locks. */
    void read(long directory) {
        if (!files.get(directory).isUnread()) {
            return;
        }
        try (Locks.Held names = locks.keepNames()) {
            Inode record = files.get(directory);
            if (!record.isUnread()) {
                return;
            }
            Step step = new Step(directory);
            bases.use(
                    bases.generation(),
                    base -> {
                        base.list(record.baseRef(), step::add);
                        step.finish();
                    });
        }
    }

    /**
     * Counts the subdirectories of an unread directory, once, so that its link count is known
     * without bringing its entries in. If that would take long, or the base cannot be read, it
     * stays 1, which stands for unknown.
     */
    void countLinks(long directory) {
        Inode record = files.get(directory);
        if (!record.isUnread() || record.links() != 1) {
            return;
        }
        OptionalInt[] subdirectories = {OptionalInt.empty()};
        try {
            bases.use(
                    bases.generation(),
                    base -> subdirectories[0] = base.countDirectories(record.baseRef()));
        } catch (HoldfastException e) {
            LOG.warn("the links of directory {} cannot be counted: {}", directory, e.getMessage());
            return;
        }
        if (subdirectories[0].isEmpty()) {
            return;
        }
        int links = 2 + subdirectories[0].getAsInt();
        admit.run();
        try (Locks.Held held = locks.change()) {
            files.update(
                    directory,
                    r ->
                            r.baseRef() == record.baseRef() && r.links() == 1
                                    ? r.withLinks(links, r.ctime())
                                    : r);
        }
    }

    /** From now on remembers what is read, for {@link Rebase}. The gate is closed. */
    void startRecording() {
        recording = true;
        duringFreeze.clear();
        tree.faults.clear();
    }

    /** The gate is closed, or nobody cares any more. */
    void stopRecording() {
        recording = false;
        duringFreeze.clear();
        tree.faults.clear();
    }

    /** The directories read since {@link #startRecording}, parents first. */
    List<Long> recorded() {
        return List.copyOf(duringFreeze);
    }

    private final class Step {
        private final long directory;
        private final List<BaseEntry> waiting = new ArrayList<>();
        private int directories;

        Step(long directory) {
            this.directory = directory;
        }

        void add(BaseEntry entry) {
            if (entry.name().length == 0 || entry.name().length > Hierarchy.MAX_NAME_BYTES) {
                throw new Damaged("a name in the base has " + entry.name().length + " bytes");
            }
            waiting.add(entry);
            if (waiting.size() == STEP) {
                flush(false);
            }
        }

        void finish() {
            flush(true);
        }

        private void flush(boolean last) {
            admit.run();
            try (Locks.Held held = locks.change()) {
                for (BaseEntry entry : waiting) {
                    insert(entry);
                }
                waiting.clear();
                if (last) {
                    if (recording) {
                        duringFreeze.add(directory);
                    }
                    files.update(
                            directory,
                            record ->
                                    record.withPlace(record.parent(), Inode.READ)
                                            .withLinks(2 + directories, record.ctime()));
                }
            }
        }

        private void insert(BaseEntry entry) {
            int type = entry.mode() & Attributes.TYPE_MASK;
            if (type == Attributes.DIRECTORY) {
                directories++;
            }
            NameKey key = new NameKey(directory, entry.name());
            boolean shared = type != Attributes.DIRECTORY && entry.links() > 1;
            Long known = shared ? tree.baseLinks.get(entry.ref()) : null;
            Entry remnant = tree.entries.get(key);
            if (remnant != null) {
                forget(key, remnant, known);
            }
            long inode = known == null ? tree.newInode() : known;
            if (known == null) {
                store(tree, inode, directory, entry, bases.generation());
                if (shared) {
                    tree.baseLinks.put(entry.ref(), inode);
                }
                if (recording) {
                    tree.faults.put(key, inode);
                }
            }
            long sequence = tree.newSequence();
            tree.entries.put(key, new Entry(inode, type, sequence));
            tree.order.put(new Place(directory, sequence), new Listed(entry.name(), inode, type));
        }
    }

    /**
     * Forgets an entry of a reading that was cut off, by a crash or a failure. Nobody has seen it,
     * and it may refer to the base before this one: a rebase knows read directories only.
     */
    private void forget(NameKey key, Entry remnant, Long known) {
        long inode = remnant.inode();
        tree.entries.remove(key);
        tree.order.remove(new Place(key.inode(), remnant.sequence()));
        if (known == null || known != inode) {
            files.extents().discard(inode, Integer.MAX_VALUE);
            Xattrs.removeAll(tree, inode);
            tree.targets.remove(inode);
            tree.inodes.remove(inode);
        }
    }

    /** Stores the inode of an entry of the base. */
    static void store(Tree tree, long inode, long parent, BaseEntry entry, int generation) {
        FileTime mtime = entry.mtime();
        int type = entry.mode() & Attributes.TYPE_MASK;
        boolean isDirectory = type == Attributes.DIRECTORY;
        long size =
                type == Attributes.REGULAR
                        ? entry.sizeBytes()
                        : type == Attributes.SYMLINK ? entry.linkTarget().length : 0;
        int traits = 0;
        for (Map.Entry<String, byte[]> each : entry.xattrs().entrySet()) {
            byte[] name = each.getKey().getBytes(java.nio.charset.StandardCharsets.UTF_8);
            tree.xattrs.put(new NameKey(inode, name), each.getValue());
            traits |= Inode.XATTRS;
            switch (each.getKey()) {
                case Xattrs.CAPABILITY -> traits |= Inode.CAPABILITY;
                case Acl.ACCESS -> traits |= Inode.ACCESS_ACL;
                case Acl.DEFAULT -> traits |= Inode.DEFAULT_ACL;
                default -> {}
            }
        }
        tree.inodes.put(
                inode,
                new Inode(
                        entry.mode(),
                        entry.links(),
                        entry.uid(),
                        entry.gid(),
                        entry.flags(),
                        entry.device(),
                        size,
                        type == Attributes.REGULAR ? size : 0,
                        mtime,
                        mtime,
                        mtime,
                        0,
                        isDirectory ? parent : 0,
                        isDirectory ? entry.ref() : Inode.READ,
                        traits));
        if (type == Attributes.SYMLINK) {
            tree.targets.put(inode, entry.linkTarget());
        }
        if (type == Attributes.REGULAR && size > 0) {
            tree.extents.put(
                    new Place(inode, 0), Extent.ofBase(entry.contentOffset(), size, generation));
        }
    }
}
