package dev.holdfast.stage;

import java.util.Arrays;

/**
 * A name of an inode: of a directory's entry, or of an extended attribute. Ordered by inode, then
 * by the unsigned bytes of the name.
 */
record NameKey(long inode, byte[] name) implements Comparable<NameKey> {
    private static final byte[] FIRST = {};

    /** Not greater than any name of the inode. */
    static NameKey firstOf(long inode) {
        return new NameKey(inode, FIRST);
    }

    @Override
    public int compareTo(NameKey other) {
        int byInode = Long.compare(inode, other.inode);
        return byInode != 0 ? byInode : Arrays.compareUnsigned(name, other.name);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof NameKey that
                && inode == that.inode
                && Arrays.equals(name, that.name);
    }

    @Override
    public int hashCode() {
        return 31 * Long.hashCode(inode) + Arrays.hashCode(name);
    }
}
