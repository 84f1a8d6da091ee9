package dev.holdfast.stage;

/** An inode and a number in it: the file offset of an extent, the sequence of a listed entry. */
record Place(long inode, long number) implements Comparable<Place> {
    @Override
    public int compareTo(Place other) {
        int byInode = Long.compare(inode, other.inode);
        return byInode != 0 ? byInode : Long.compare(number, other.number);
    }
}
