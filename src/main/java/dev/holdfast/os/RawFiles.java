package dev.holdfast.os;

import static dev.holdfast.os.LibC.AT_FDCWD;
import static dev.holdfast.os.LibC.AT_SYMLINK_NOFOLLOW;
import static dev.holdfast.os.Scratch.check;
import static dev.holdfast.os.Scratch.checkWord;

import java.util.Arrays;

/**
 * Calls on files named by raw byte paths. None follows a symbolic link in the last place, except
 * {@link #chmod}, for which Linux has no other way. Failure is an {@link OsError}.
 */
public final class RawFiles {
    /** As nanoseconds of {@link #setTimes}: the current time. */
    public static final int UTIME_NOW = (1 << 30) - 1;

    /** As nanoseconds of {@link #setTimes}: leave it. */
    public static final int UTIME_OMIT = (1 << 30) - 2;

    private RawFiles() {}

    /** {@code lstat}. */
    public static Stat lstat(byte[] path) {
        Scratch scratch = Scratch.ofThread();
        check(
                LibC.STATX.call(
                        AT_FDCWD,
                        scratch.path(path, "lstat"),
                        AT_SYMLINK_NOFOLLOW,
                        Stat.BASIC,
                        scratch.block()),
                "lstat",
                path);
        return Stat.at(scratch.block());
    }

    /** {@code mkdir}; the process's umask applies. */
    public static void mkdir(byte[] path, int mode) {
        check(LibC.MKDIR.call(Scratch.ofThread().path(path, "mkdir"), mode), "mkdir", path);
    }

    /** {@code mknod}: {@code mode} with type bits, {@code device} as {@code st_rdev}. */
    public static void mknod(byte[] path, int mode, long device) {
        check(
                LibC.MKNODAT.call(AT_FDCWD, Scratch.ofThread().path(path, "mknod"), mode, device),
                "mknod",
                path);
    }

    /** Makes the symbolic link {@code path}. */
    public static void symlink(byte[] target, byte[] path) {
        Scratch scratch = Scratch.ofThread();
        check(
                LibC.SYMLINK.call(scratch.path(target, "symlink"), scratch.second(path, "symlink")),
                "symlink",
                path);
    }

    /** Gives the file {@code existing} the further name {@code path}. */
    public static void link(byte[] existing, byte[] path) {
        Scratch scratch = Scratch.ofThread();
        check(
                LibC.LINK.call(scratch.path(existing, "link"), scratch.second(path, "link")),
                "link",
                path);
    }

    /** The target of a symbolic link. */
    public static byte[] readlink(byte[] path) {
        Scratch scratch = Scratch.ofThread();
        long length =
                checkWord(
                        LibC.READLINK.call(
                                scratch.path(path, "readlink"),
                                scratch.block(),
                                Scratch.BLOCK_BYTES),
                        "readlink",
                        path);
        byte[] target = new byte[(int) length];
        Scratch.MEMORY.getByteArray(scratch.block(), target, 0, target.length);
        return target;
    }

    /** Removes a name that is no directory. */
    public static void unlink(byte[] path) {
        check(LibC.UNLINK.call(Scratch.ofThread().path(path, "unlink")), "unlink", path);
    }

    /** Removes an empty directory. */
    public static void rmdir(byte[] path) {
        check(LibC.RMDIR.call(Scratch.ofThread().path(path, "rmdir")), "rmdir", path);
    }

    /** Renames, replacing what has the new name. */
    public static void rename(byte[] from, byte[] to) {
        Scratch scratch = Scratch.ofThread();
        check(
                LibC.RENAME.call(scratch.path(from, "rename"), scratch.second(to, "rename")),
                "rename",
                from);
    }

    /** Sets the permission bits; follows a symbolic link. */
    public static void chmod(byte[] path, int mode) {
        check(LibC.CHMOD.call(Scratch.ofThread().path(path, "chmod"), mode), "chmod", path);
    }

    /** Sets owner and group; −1 leaves one. Clears set-uid bits, so {@link #chmod} comes after. */
    public static void lchown(byte[] path, int uid, int gid) {
        check(LibC.LCHOWN.call(Scratch.ofThread().path(path, "lchown"), uid, gid), "lchown", path);
    }

    /** Sets both times; nanoseconds may be {@link #UTIME_NOW} or {@link #UTIME_OMIT}. */
    public static void setTimes(
            byte[] path, long atimeSeconds, int atimeNanos, long mtimeSeconds, int mtimeNanos) {
        Scratch scratch = Scratch.ofThread();
        long times = scratch.block();
        Scratch.MEMORY.putLong(times, atimeSeconds);
        Scratch.MEMORY.putLong(times + 8, atimeNanos);
        Scratch.MEMORY.putLong(times + 16, mtimeSeconds);
        Scratch.MEMORY.putLong(times + 24, mtimeNanos);
        check(
                LibC.UTIMENSAT.call(
                        AT_FDCWD, scratch.path(path, "utimensat"), times, AT_SYMLINK_NOFOLLOW),
                "utimensat",
                path);
    }

    /** The path of a name in a directory. */
    public static byte[] child(byte[] directory, byte[] name) {
        boolean slash = directory.length > 0 && directory[directory.length - 1] == '/';
        byte[] path = Arrays.copyOf(directory, directory.length + (slash ? 0 : 1) + name.length);
        if (!slash) {
            path[directory.length] = '/';
        }
        System.arraycopy(name, 0, path, path.length - name.length, name.length);
        return path;
    }
}
