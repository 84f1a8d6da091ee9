package dev.holdfast.os;

import static dev.holdfast.os.Scratch.check;

import java.util.Optional;

/**
 * An advisory lock by {@code flock(2)}, which, unlike the locks of {@code java.nio} ({@code
 * fcntl}), belongs to the open file: closing another descriptor of the same file does not drop it,
 * two locks in one process exclude each other, and it is the kind that Proxmox Backup Server takes.
 * Ends with {@link #close} or the process, however it ends.
 */
public final class FileLock implements AutoCloseable {
    private static final int LOCK_SH = 1;
    private static final int LOCK_EX = 2;
    private static final int LOCK_NB = 4;

    private final Descriptor descriptor;

    private FileLock(Descriptor descriptor) {
        this.descriptor = descriptor;
    }

    /** Whether other holders are let in. */
    public enum Kind {
        SHARED,
        EXCLUSIVE
    }

    /**
     * Locks the file, creating it (mode 0600) if it is not there; empty if somebody else holds it.
     * A file that is removed or replaced between open and lock does not count: the lock is on the
     * file that has the name.
     */
    public static Optional<FileLock> tryLock(byte[] path, Kind kind) {
        return tryLock(path, Descriptor.O_RDWR | Descriptor.O_CREAT, kind);
    }

    /** As {@link #tryLock}, for a file or directory that exists and is only read. */
    public static Optional<FileLock> tryLockExisting(byte[] path, Kind kind) {
        return tryLock(path, Descriptor.O_RDONLY, kind);
    }

    private static Optional<FileLock> tryLock(byte[] path, int flags, Kind kind) {
        int operation = (kind == Kind.SHARED ? LOCK_SH : LOCK_EX) | LOCK_NB;
        while (true) {
            Descriptor descriptor = Descriptor.open(path, flags | Descriptor.O_NOFOLLOW, 0600);
            boolean kept = false;
            try {
                if ((int) LibC.FLOCK.call(descriptor.number(), operation) == -1) {
                    int errno = NativeFunction.errno();
                    if (errno == OsError.EAGAIN) {
                        return Optional.empty();
                    }
                    throw new OsError(errno, "flock", path);
                }
                if (names(path, descriptor)) {
                    kept = true;
                    return Optional.of(new FileLock(descriptor));
                }
            } finally {
                if (!kept) {
                    descriptor.close();
                }
            }
        }
    }

    private static boolean names(byte[] path, Descriptor descriptor) {
        try {
            Stat named = RawFiles.lstat(path);
            Stat opened = descriptor.stat();
            return named.inode() == opened.inode() && named.device() == opened.device();
        } catch (OsError e) {
            if (e.errno() == OsError.ENOENT) {
                return false;
            }
            throw e;
        }
    }

    /**
     * Changes the kind without closing; false if another holder is in the way (the lock may then be
     * lost, as the kernel releases before it takes, and is best closed).
     */
    public boolean convert(Kind kind) {
        int operation = (kind == Kind.SHARED ? LOCK_SH : LOCK_EX) | LOCK_NB;
        long result = LibC.FLOCK.call(descriptor.number(), operation);
        if ((int) result == -1 && NativeFunction.errno() == OsError.EAGAIN) {
            return false;
        }
        check(result, "flock", descriptor.path());
        return true;
    }

    /** The locked file. */
    public Descriptor descriptor() {
        return descriptor;
    }

    @Override
    public void close() {
        descriptor.close();
    }
}
