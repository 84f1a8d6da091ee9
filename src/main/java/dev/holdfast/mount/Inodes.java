package dev.holdfast.mount;

import dev.holdfast.format.Bytes;
import dev.holdfast.format.Sha256;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Inode numbers: the same after every mount, whatever was looked at before. What the repository
 * lists is numbered by its path. An entry of an archive is numbered by the archive's path and where
 * the entry is in it: never twice in one archive, and for n entries in a whole mount some two of
 * them share a number with probability n²/2⁶⁵. What is found under {@code .versions} and {@code
 * .diff} is numbered by its path there.
 */
final class Inodes {
    private Inodes() {}

    /** The number of what has this path. */
    static long ofPath(String path) {
        return notZero(Sha256.of(path.getBytes(StandardCharsets.UTF_8)).a());
    }

    /**
     * The number of an entry.
     *
     * @param archive number of the archive
     * @param entryOffset where its ENTRY item is
     */
    static long ofEntry(long archive, long entryOffset) {
        return notZero(mixed(entryOffset) ^ archive);
    }

    /** The number of what is reached by a name from something else that is found, not listed. */
    static long ofChild(long parent, byte[] name) {
        byte[] both = Arrays.copyOf(name, name.length + Long.BYTES);
        Bytes.putLong(both, name.length, parent);
        return notZero(Sha256.of(both).a());
    }

    /** A bijection (MurmurHash3's finalizer), so that entries of one archive never collide. */
    private static long mixed(long value) {
        long z = (value ^ (value >>> 33)) * 0xff51afd7ed558ccdL;
        z = (z ^ (z >>> 33)) * 0xc4ceb9fe1a85ec53L;
        return z ^ (z >>> 33);
    }

    /** Zero means "deleted" to readers of directories. */
    private static long notZero(long inode) {
        return inode == 0 ? 1 : inode;
    }
}
