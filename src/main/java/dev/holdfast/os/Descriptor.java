package dev.holdfast.os;

import static dev.holdfast.os.Scratch.check;
import static dev.holdfast.os.Scratch.checkWord;

import com.kenai.jffi.MemoryIO;
import java.nio.ByteBuffer;

/**
 * An open file. Positions are given with each call, so several threads may use one; {@link #close}
 * must come after the last use. Failure is an {@link OsError}.
 */
public final class Descriptor implements AutoCloseable {
    private static final boolean ARM = System.getProperty("os.arch").equals("aarch64");

    public static final int O_RDONLY = 0;
    public static final int O_WRONLY = 1;
    public static final int O_RDWR = 2;
    public static final int O_CREAT = 0100;
    public static final int O_EXCL = 0200;
    public static final int O_TRUNC = 01000;
    public static final int O_NONBLOCK = 04000;
    public static final int O_DIRECTORY = ARM ? 040000 : 0200000;
    public static final int O_NOFOLLOW = ARM ? 0100000 : 0400000;
    public static final int O_NOATIME = 01000000;

    /** Names a file without opening it. */
    public static final int O_PATH = 010000000;

    /** Always set: a child process must not inherit our files. */
    static final int O_CLOEXEC = 02000000;

    private static final long FS_IOC_GETFLAGS = 0x80086601L;
    private static final long FS_IOC_SETFLAGS = 0x40086602L;
    private static final int SEEK_DATA = 3;
    private static final int SEEK_HOLE = 4;
    private static final int ENXIO = 6;

    private final int fd;
    private final byte[] path;
    private boolean open = true;

    private Descriptor(int fd, byte[] path) {
        this.fd = fd;
        this.path = path.clone();
    }

    /** Takes over a number that a call of this package returned. */
    static Descriptor opened(int fd, byte[] path) {
        return new Descriptor(fd, path);
    }

    /** Opens {@code path}; {@code mode} counts with {@link #O_CREAT}. */
    public static Descriptor open(byte[] path, int flags, int mode) {
        Scratch scratch = Scratch.ofThread();
        long fd;
        do {
            fd = LibC.OPEN.call(scratch.path(path, "open"), flags | O_CLOEXEC, mode);
        } while ((int) fd == -1 && NativeFunction.errno() == OsError.EINTR);
        return new Descriptor(check(fd, "open", path), path);
    }

    /** The number, for calls that are not here. */
    public int number() {
        return fd;
    }

    /** {@code fstat}. */
    public Stat stat() {
        Scratch scratch = Scratch.ofThread();
        check(
                LibC.STATX.call(
                        fd,
                        scratch.path(new byte[0], "fstat"),
                        LibC.AT_EMPTY_PATH,
                        Stat.BASIC,
                        scratch.block()),
                "fstat",
                path);
        return Stat.at(scratch.block());
    }

    /**
     * Reads at {@code offset} until {@code target} is full or the file ends.
     *
     * @return bytes read, less than what remained in {@code target} only at the end of the file
     */
    public int read(long offset, ByteBuffer target) {
        Scratch scratch = Scratch.ofThread();
        int start = target.position();
        while (target.hasRemaining()) {
            long at = offset + target.position() - start;
            long count;
            if (target.isDirect()) {
                count = LibC.PREAD.call(fd, address(target), target.remaining(), at);
            } else {
                int wanted = Math.min(target.remaining(), Scratch.BLOCK_BYTES);
                count = LibC.PREAD.call(fd, scratch.block(), wanted, at);
            }
            if (count == -1 && NativeFunction.errno() == OsError.EINTR) {
                continue;
            }
            int got = (int) checkWord(count, "read", path);
            if (got == 0) {
                break;
            }
            if (target.isDirect()) {
                target.position(target.position() + got);
            } else {
                target.put(MemoryIO.getInstance().newDirectByteBuffer(scratch.block(), got));
            }
        }
        return target.position() - start;
    }

    /** Writes all of {@code source} at {@code offset}. */
    public void write(long offset, ByteBuffer source) {
        Scratch scratch = Scratch.ofThread();
        int start = source.position();
        while (source.hasRemaining()) {
            long at = offset + source.position() - start;
            long count;
            if (source.isDirect()) {
                count = LibC.PWRITE.call(fd, address(source), source.remaining(), at);
            } else {
                int length = Math.min(source.remaining(), Scratch.BLOCK_BYTES);
                MemoryIO.getInstance()
                        .newDirectByteBuffer(scratch.block(), length)
                        .put(source.slice(source.position(), length));
                count = LibC.PWRITE.call(fd, scratch.block(), length, at);
            }
            if (count == -1 && NativeFunction.errno() == OsError.EINTR) {
                continue;
            }
            source.position(source.position() + (int) checkWord(count, "write", path));
        }
    }

    private static long address(ByteBuffer direct) {
        return MemoryIO.getInstance().getDirectBufferAddress(direct) + direct.position();
    }

    /** Cuts or extends the file. */
    public void truncate(long sizeBytes) {
        check(LibC.FTRUNCATE.call(fd, sizeBytes), "ftruncate", path);
    }

    /** {@code fallocate}: mode 0 reserve, 1 keep size, 3 punch hole, 16 zero range. */
    public void allocate(int mode, long offset, long lengthBytes) {
        check(LibC.FALLOCATE.call(fd, mode, offset, lengthBytes), "fallocate", path);
    }

    /** Where data begins at or after {@code offset}; {@code endBytes} if there is none. */
    public long nextData(long offset, long endBytes) {
        return seek(offset, SEEK_DATA, endBytes);
    }

    /** Where the hole at or after {@code offset} begins; the end of the file counts as one. */
    public long nextHole(long offset, long endBytes) {
        return seek(offset, SEEK_HOLE, endBytes);
    }

    private long seek(long offset, int whence, long end) {
        long found = LibC.LSEEK.call(fd, offset, whence);
        if (found == -1 && NativeFunction.errno() == ENXIO) {
            return end;
        }
        return checkWord(found, "lseek", path);
    }

    /** Returns when the file is durable. */
    public void sync(boolean dataOnly) {
        check(dataOnly ? LibC.FDATASYNC.call(fd) : LibC.FSYNC.call(fd), "fsync", path);
    }

    /** Returns when everything on the file's file system is durable. */
    public void syncFileSystem() {
        check(LibC.SYNCFS.call(fd), "syncfs", path);
    }

    /** The inode flags of {@code chattr}; 0 where the file system has none. */
    public int inodeFlags() {
        long block = Scratch.ofThread().block();
        Scratch.MEMORY.putLong(block, 0);
        if ((int) LibC.IOCTL.call(fd, FS_IOC_GETFLAGS, block) == -1) {
            int errno = NativeFunction.errno();
            if (errno == OsError.ENOTTY
                    || errno == OsError.EOPNOTSUPP
                    || errno == OsError.ENOSYS
                    || errno == OsError.EINVAL) {
                return 0;
            }
            throw new OsError(errno, "ioctl(FS_IOC_GETFLAGS)", path);
        }
        return Scratch.MEMORY.getInt(block);
    }

    /** Sets the inode flags of {@code chattr}. */
    public void setInodeFlags(int flags) {
        long block = Scratch.ofThread().block();
        Scratch.MEMORY.putLong(block, Integer.toUnsignedLong(flags));
        check(LibC.IOCTL.call(fd, FS_IOC_SETFLAGS, block), "ioctl(FS_IOC_SETFLAGS)", path);
    }

    /** The path with which it was opened. */
    byte[] path() {
        return path;
    }

    @Override
    public void close() {
        if (open) {
            open = false;
            // After an error (EINTR, EIO) the number is free all the same: never close twice.
            check(LibC.CLOSE.call(fd), "close", path);
        }
    }
}
