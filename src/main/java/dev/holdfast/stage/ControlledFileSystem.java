package dev.holdfast.stage;

import dev.holdfast.fuse.Attributes;
import dev.holdfast.fuse.Caller;
import dev.holdfast.fuse.Directory;
import dev.holdfast.fuse.Errno;
import dev.holdfast.fuse.FileSystem;
import dev.holdfast.fuse.FileTime;
import dev.holdfast.fuse.Node;
import dev.holdfast.fuse.StatFs;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** A file system with a {@link ControlDirectory} in its root. */
public final class ControlledFileSystem implements FileSystem {
    private final FileSystem inner;
    private final Root root;

    public ControlledFileSystem(FileSystem inner, ControlDirectory control) {
        this.inner = inner;
        this.root = new Root(inner.root(), control);
        control.putInto(root);
    }

    @Override
    public Directory root() {
        return root;
    }

    @Override
    public Optional<Node> byInode(long inode) {
        return inner.byInode(inode);
    }

    @Override
    public StatFs statFs() {
        return inner.statFs();
    }

    @Override
    public void close() {
        inner.close();
    }

    /**
     * The directory behind {@code newParent}, for a rename to {@code newName} in it; the root of
     * this wrapper may be the target of a rename that the wrapper does not see.
     */
    static Directory renameTarget(Directory newParent, byte[] newName) {
        if (newParent instanceof Root root) {
            Root.checkName(newName, Errno.EBUSY);
            return root.tree;
        }
        return newParent;
    }

    /** The root with one more name. Nobody can create, remove or rename that name. */
    private static final class Root implements Directory {
        private static final byte[] NAME = ControlDirectory.ascii(ControlDirectory.NAME);

        private final Directory tree;
        private final ControlDirectory control;

        Root(Directory tree, ControlDirectory control) {
            this.tree = tree;
            this.control = control;
        }

        private static void checkName(byte[] name, int errno) {
            if (Arrays.equals(name, NAME)) {
                throw new Errno(errno);
            }
        }

        @Override
        public Node lookup(byte[] name) {
            return Arrays.equals(name, NAME) ? control : tree.lookup(name);
        }

        @Override
        public long validMillis() {
            return tree.validMillis();
        }

        @Override
        public void list(long cursor, EntrySink sink) {
            tree.list(
                    cursor,
                    (name, inode, mode, next) ->
                            Arrays.equals(name, NAME) || sink.accept(name, inode, mode, next));
        }

        @Override
        public Attributes attributes() {
            return tree.attributes();
        }

        @Override
        public Created create(byte[] name, int mode, int flags, Caller caller) {
            checkName(name, Errno.EEXIST);
            return tree.create(name, mode, flags, caller);
        }

        @Override
        public Node makeNode(byte[] name, int mode, long device, Caller caller) {
            checkName(name, Errno.EEXIST);
            return tree.makeNode(name, mode, device, caller);
        }

        @Override
        public Directory makeDirectory(byte[] name, int mode, Caller caller) {
            checkName(name, Errno.EEXIST);
            return tree.makeDirectory(name, mode, caller);
        }

        @Override
        public Node makeSymlink(byte[] name, byte[] target, Caller caller) {
            checkName(name, Errno.EEXIST);
            return tree.makeSymlink(name, target, caller);
        }

        @Override
        public void link(byte[] name, Node target, Caller caller) {
            checkName(name, Errno.EEXIST);
            tree.link(name, target, caller);
        }

        @Override
        public void unlink(byte[] name, Caller caller) {
            checkName(name, Errno.EISDIR);
            tree.unlink(name, caller);
        }

        @Override
        public void removeDirectory(byte[] name, Caller caller) {
            checkName(name, Errno.EBUSY);
            tree.removeDirectory(name, caller);
        }

        @Override
        public void rename(byte[] name, Directory newParent, byte[] newName, Caller caller) {
            checkName(name, Errno.EBUSY);
            tree.rename(name, newParent, newName, caller);
        }

        @Override
        public void sync() {
            tree.sync();
        }

        @Override
        public Optional<byte[]> xattr(String name) {
            return tree.xattr(name);
        }

        @Override
        public List<String> xattrNames() {
            return tree.xattrNames();
        }

        @Override
        public void setXattr(String name, byte[] value, int flags, Caller caller) {
            tree.setXattr(name, value, flags, caller);
        }

        @Override
        public void removeXattr(String name, Caller caller) {
            tree.removeXattr(name, caller);
        }

        @Override
        public void chmod(int mode, Caller caller) {
            tree.chmod(mode, caller);
        }

        @Override
        public void chown(Optional<Integer> uid, Optional<Integer> gid, Caller caller) {
            tree.chown(uid, gid, caller);
        }

        @Override
        public void setTimes(Optional<FileTime> atime, Optional<FileTime> mtime, Caller caller) {
            tree.setTimes(atime, mtime, caller);
        }
    }
}
