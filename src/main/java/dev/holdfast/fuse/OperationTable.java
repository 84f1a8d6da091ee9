package dev.holdfast.fuse;

import static dev.holdfast.fuse.NativeMemory.MEMORY;

import dev.holdfast.fuse.Callbacks.Operation;
import ru.serce.jnrfuse.struct.FuseOperations;

/**
 * {@code struct fuse_operations} in native memory: for each operation a function that C calls and
 * {@link Requests} answers. The layout is jnr-fuse's; its callbacks are not used, as they decode
 * paths to {@code String} and so lose names that are not UTF-8.
 *
 * <p>Not set, so that the kernel decides by itself: access (the mount has {@code
 * default_permissions}), lock, flock, bmap, poll, ioctl.
 */
final class OperationTable extends FuseOperations {
    /**
     * The three flags are bits of one word: paths may be null, need not be made for operations on
     * open files, and times may be "now" and "leave it".
     */
    private static final int FLAGS = 7;

    private static final int ASYNC_READ = 1;
    private static final int ATOMIC_O_TRUNC = 1 << 3;
    private static final int BIG_WRITES = 1 << 5;
    private static final int DONT_MASK = 1 << 6;

    private static final int MAX_WRITE_BYTES = 128 << 10;

    /** Reads ahead of several streams from a slow repository wait side by side. */
    private static final int MAX_BACKGROUND = 64;

    private final long table;
    private final int tableBytes;
    private final Callbacks callbacks = new Callbacks();

    OperationTable(Requests to, Runnable onInit) {
        super(jnr.ffi.Runtime.getSystemRuntime());
        tableBytes = jnr.ffi.Struct.size(this);
        table = MEMORY.allocateMemory(tableBytes, true);
        MEMORY.putInt(table + flag_nullpath_ok.offset(), FLAGS);

        set(getattr, "getattr", 2, c -> to.getattr(c.getAddress(0), c.getAddress(1)));
        set(fgetattr, "fgetattr", 3, c -> to.fgetattr(c.getAddress(1), c.getAddress(2)));
        set(
                readlink,
                "readlink",
                3,
                c -> to.readlink(c.getAddress(0), c.getAddress(1), c.getLong(2)));
        set(mknod, "mknod", 3, c -> to.mknod(c.getAddress(0), c.getInt(1), c.getLong(2)));
        set(mkdir, "mkdir", 2, c -> to.mkdir(c.getAddress(0), c.getInt(1)));
        set(unlink, "unlink", 1, c -> to.unlink(c.getAddress(0)));
        set(rmdir, "rmdir", 1, c -> to.rmdir(c.getAddress(0)));
        set(symlink, "symlink", 2, c -> to.symlink(c.getAddress(0), c.getAddress(1)));
        set(rename, "rename", 2, c -> to.rename(c.getAddress(0), c.getAddress(1)));
        set(link, "link", 2, c -> to.link(c.getAddress(0), c.getAddress(1)));
        set(chmod, "chmod", 2, c -> to.chmod(c.getAddress(0), c.getInt(1)));
        set(chown, "chown", 3, c -> to.chown(c.getAddress(0), c.getInt(1), c.getInt(2)));
        set(truncate, "truncate", 2, c -> to.truncate(c.getAddress(0), c.getLong(1)));
        set(ftruncate, "ftruncate", 3, c -> to.ftruncate(c.getLong(1), c.getAddress(2)));
        set(utimens, "utimens", 2, c -> to.utimens(c.getAddress(0), c.getAddress(1)));
        set(open, "open", 2, c -> to.open(c.getAddress(0), c.getAddress(1)));
        set(create, "create", 3, c -> to.create(c.getAddress(0), c.getInt(1), c.getAddress(2)));
        set(
                read,
                "read",
                5,
                c -> to.read(c.getAddress(1), c.getLong(2), c.getLong(3), c.getAddress(4)));
        set(
                write,
                "write",
                5,
                c -> to.write(c.getAddress(1), c.getLong(2), c.getLong(3), c.getAddress(4)));
        set(flush, "flush", 2, c -> to.flush(c.getAddress(1)));
        set(release, "release", 2, c -> to.release(c.getAddress(1)));
        set(fsync, "fsync", 3, c -> to.fsync(c.getInt(1), c.getAddress(2)));
        set(
                fallocate,
                "fallocate",
                5,
                c -> to.fallocate(c.getInt(1), c.getLong(2), c.getLong(3), c.getAddress(4)));
        set(opendir, "opendir", 2, c -> to.opendir(c.getAddress(0), c.getAddress(1)));
        set(
                readdir,
                "readdir",
                5,
                c -> to.readdir(c.getAddress(1), c.getAddress(2), c.getLong(3), c.getAddress(4)));
        set(releasedir, "releasedir", 2, c -> to.releasedir(c.getAddress(1)));
        set(fsyncdir, "fsyncdir", 3, c -> to.fsyncdir(c.getAddress(2)));
        set(statfs, "statfs", 2, c -> to.statfs(c.getAddress(1)));
        set(
                setxattr,
                "setxattr",
                5,
                c ->
                        to.setxattr(
                                c.getAddress(0),
                                c.getAddress(1),
                                c.getAddress(2),
                                c.getLong(3),
                                c.getInt(4)));
        set(
                getxattr,
                "getxattr",
                4,
                c -> to.getxattr(c.getAddress(0), c.getAddress(1), c.getAddress(2), c.getLong(3)));
        set(
                listxattr,
                "listxattr",
                3,
                c -> to.listxattr(c.getAddress(0), c.getAddress(1), c.getLong(2)));
        set(removexattr, "removexattr", 2, c -> to.removexattr(c.getAddress(0), c.getAddress(1)));
        set(
                init,
                "init",
                1,
                c -> {
                    negotiate(c.getAddress(0));
                    onInit.run();
                    return 0;
                });
    }

    /** {@code struct fuse_conn_info}: 12 max_write, 20 capable, 24 want, 28 max_background. */
    private static void negotiate(long connection) {
        int capable = MEMORY.getInt(connection + 20);
        int want = ASYNC_READ | ATOMIC_O_TRUNC | BIG_WRITES | DONT_MASK;
        MEMORY.putInt(connection + 24, MEMORY.getInt(connection + 24) | (capable & want));
        MEMORY.putInt(connection + 12, MAX_WRITE_BYTES);
        MEMORY.putInt(connection + 28, MAX_BACKGROUND);
    }

    private void set(Func<?> member, java.lang.String name, int arity, Operation answer) {
        MEMORY.putLong(table + member.offset(), callbacks.function(name, arity, answer));
    }

    long address() {
        return table;
    }

    int bytes() {
        return tableBytes;
    }

    /** Frees the callbacks; libfuse must not call them any more. */
    void free() {
        callbacks.free();
        MEMORY.freeMemory(table);
    }
}
