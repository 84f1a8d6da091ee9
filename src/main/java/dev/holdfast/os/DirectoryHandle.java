package dev.holdfast.os;

import static dev.holdfast.os.LibC.AT_SYMLINK_NOFOLLOW;
import static dev.holdfast.os.Scratch.check;
import static dev.holdfast.os.Scratch.checkWord;

/**
 * An open directory through which its entries are reached by name. Nothing that others do to the
 * names above it leads a call elsewhere, no call follows a symbolic link, and a tree may be deeper
 * than a path may be long. Names are raw bytes without a slash. Failure is an {@link OsError},
 * which knows the name, not the path.
 */
public final class DirectoryHandle implements AutoCloseable {
    private static final int AT_REMOVEDIR = 0x200;
    private static final int FLAGS = Descriptor.O_RDONLY | Descriptor.O_DIRECTORY;

    private final Descriptor descriptor;

    private DirectoryHandle(Descriptor descriptor) {
        this.descriptor = descriptor;
    }

    /** Opens a directory by a path that the user gave, in which links are followed. */
    public static DirectoryHandle open(byte[] path) {
        return new DirectoryHandle(Descriptor.open(path, FLAGS, 0));
    }

    /** Takes over a directory that was opened otherwise. */
    public static DirectoryHandle of(Descriptor directory) {
        return new DirectoryHandle(directory);
    }

    /** Opens a directory in this one; a symbolic link is {@code ENOTDIR}. */
    public DirectoryHandle directory(byte[] name) {
        return new DirectoryHandle(open(name, FLAGS, 0));
    }

    /** Opens an entry; a symbolic link is {@code ELOOP} (with {@code O_PATH}, the link itself). */
    public Descriptor open(byte[] name, int flags, int mode) {
        Scratch scratch = Scratch.ofThread();
        long fd;
        do {
            fd =
                    LibC.OPENAT.call(
                            number(),
                            scratch.path(name, "open"),
                            flags | Descriptor.O_NOFOLLOW | Descriptor.O_CLOEXEC,
                            mode);
        } while ((int) fd == -1 && NativeFunction.errno() == OsError.EINTR);
        return Descriptor.opened(check(fd, "open", name), name);
    }

    /** {@code lstat} of an entry. */
    public Stat lstat(byte[] name) {
        Scratch scratch = Scratch.ofThread();
        check(
                LibC.STATX.call(
                        number(),
                        scratch.path(name, "lstat"),
                        AT_SYMLINK_NOFOLLOW,
                        Stat.BASIC,
                        scratch.block()),
                "lstat",
                name);
        return Stat.at(scratch.block());
    }

    /** Makes a directory; the process's umask applies. */
    public void mkdir(byte[] name, int mode) {
        check(LibC.MKDIRAT.call(number(), path(name, "mkdir"), mode), "mkdir", name);
    }

    /** {@code mknod}: {@code mode} with type bits, {@code device} as {@code st_rdev}. */
    public void mknod(byte[] name, int mode, long device) {
        check(LibC.MKNODAT.call(number(), path(name, "mknod"), mode, device), "mknod", name);
    }

    /** Makes a symbolic link. */
    public void symlink(byte[] target, byte[] name) {
        Scratch scratch = Scratch.ofThread();
        check(
                LibC.SYMLINKAT.call(
                        scratch.path(target, "symlink"), number(), scratch.second(name, "symlink")),
                "symlink",
                name);
    }

    /** Gives {@code existing} in {@code from} the further name {@code name} here. */
    public void link(DirectoryHandle from, byte[] existing, byte[] name) {
        Scratch scratch = Scratch.ofThread();
        check(
                LibC.LINKAT.call(
                        from.number(),
                        scratch.path(existing, "link"),
                        number(),
                        scratch.second(name, "link"),
                        0),
                "link",
                name);
    }

    /** Renames within this directory, replacing what has the new name. */
    public void rename(byte[] from, byte[] to) {
        Scratch scratch = Scratch.ofThread();
        check(
                LibC.RENAMEAT.call(
                        number(),
                        scratch.path(from, "rename"),
                        number(),
                        scratch.second(to, "rename")),
                "rename",
                from);
    }

    /** Removes a name that is no directory. */
    public void unlink(byte[] name) {
        check(LibC.UNLINKAT.call(number(), path(name, "unlink"), 0), "unlink", name);
    }

    /** Removes an empty directory. */
    public void rmdir(byte[] name) {
        check(LibC.UNLINKAT.call(number(), path(name, "rmdir"), AT_REMOVEDIR), "rmdir", name);
    }

    /** The target of a symbolic link. */
    public byte[] readlink(byte[] name) {
        Scratch scratch = Scratch.ofThread();
        long length =
                checkWord(
                        LibC.READLINKAT.call(
                                number(),
                                scratch.path(name, "readlink"),
                                scratch.block(),
                                Scratch.BLOCK_BYTES),
                        "readlink",
                        name);
        byte[] target = new byte[(int) length];
        Scratch.MEMORY.getByteArray(scratch.block(), target, 0, target.length);
        return target;
    }

    /** Sets owner and group of an entry; −1 leaves one. */
    public void chown(byte[] name, int uid, int gid) {
        check(
                LibC.FCHOWNAT.call(number(), path(name, "chown"), uid, gid, AT_SYMLINK_NOFOLLOW),
                "chown",
                name);
    }

    /** Sets the modification time of an entry and leaves its access time. */
    public void setModified(byte[] name, long seconds, int nanos) {
        Scratch scratch = Scratch.ofThread();
        OpenInode.putModified(scratch.block(), seconds, nanos);
        check(
                LibC.UTIMENSAT.call(
                        number(),
                        scratch.path(name, "utimensat"),
                        scratch.block(),
                        AT_SYMLINK_NOFOLLOW),
                "utimensat",
                name);
    }

    /** Lists the directory, once. Its {@code close} is not needed. */
    public RawDirectory list() {
        return RawDirectory.of(descriptor);
    }

    /** The open directory itself. */
    public Descriptor descriptor() {
        return descriptor;
    }

    private int number() {
        return descriptor.number();
    }

    private static long path(byte[] name, String call) {
        return Scratch.ofThread().path(name, call);
    }

    @Override
    public void close() {
        descriptor.close();
    }
}
