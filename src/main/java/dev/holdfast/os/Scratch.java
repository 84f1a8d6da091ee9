package dev.holdfast.os;

import com.kenai.jffi.MemoryIO;
import java.lang.ref.Cleaner;

/**
 * Native memory of one thread for the arguments of one call at a time: two paths or names and a
 * block for what comes back.
 *
 * <pre>
 *      0   4096   first path, NUL-terminated
 *   4096   4096   second path
 *   8192  65536   block
 * </pre>
 */
final class Scratch {
    static final MemoryIO MEMORY = MemoryIO.getInstance();

    /** Longest path the kernel takes, with its NUL. */
    private static final int PATH_MAX = 4096;

    static final int BLOCK_BYTES = 65536;

    private static final byte[] NONE = {};
    private static final Cleaner CLEANER = Cleaner.create();
    private static final ThreadLocal<Scratch> OF_THREAD = ThreadLocal.withInitial(Scratch::new);

    private final long base = MEMORY.allocateMemory(2 * PATH_MAX + BLOCK_BYTES, false);

    @SuppressWarnings("UnusedVariable") // frees the memory after the thread
    private final Cleaner.Cleanable freed = freeWith(this, base);

    private static Cleaner.Cleanable freeWith(Scratch owner, long address) {
        return CLEANER.register(owner, () -> MEMORY.freeMemory(address));
    }

    static Scratch ofThread() {
        return OF_THREAD.get();
    }

    /** Address of the block. */
    long block() {
        return base + 2 * PATH_MAX;
    }

    /** Stores a path and gives its address. */
    long path(byte[] path, String call) {
        return put(base, path, path, call);
    }

    /** Stores a second path or a name and gives its address. */
    long second(byte[] path, String call) {
        return put(base + PATH_MAX, path, path, call);
    }

    private static long put(long at, byte[] bytes, byte[] path, String call) {
        if (bytes.length >= PATH_MAX) {
            throw new OsError(OsError.ENAMETOOLONG, call, path);
        }
        for (byte b : bytes) {
            if (b == 0) { // C would see another, shorter path
                throw new OsError(OsError.EINVAL, call, path);
            }
        }
        MEMORY.putZeroTerminatedByteArray(at, bytes, 0, bytes.length);
        return at;
    }

    /** For calls that return an {@code int}: throws what {@code errno} says if it is −1. */
    static int check(long result, String call, byte[] path) {
        if ((int) result == -1) {
            throw OsError.last(call, path);
        }
        return (int) result;
    }

    static int check(long result, String call) {
        return check(result, call, NONE);
    }

    /** For calls that return a whole word, in which 2³²−1 is a value like any other. */
    static long checkWord(long result, String call, byte[] path) {
        if (result == -1) {
            throw OsError.last(call, path);
        }
        return result;
    }
}
