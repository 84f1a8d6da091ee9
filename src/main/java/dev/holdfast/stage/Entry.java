package dev.holdfast.stage;

/**
 * One name of a directory.
 *
 * @param inode what it names
 * @param type type bits of that inode
 * @param sequence its place in listings; stays when the name gets another inode
 */
record Entry(long inode, int type, long sequence) {}
