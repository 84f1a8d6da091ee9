package dev.holdfast.stage;

/**
 * An entry as listings find it, in the order of {@link Entry#sequence}.
 *
 * @param name raw bytes
 * @param inode what it names
 * @param type type bits of that inode
 */
record Listed(byte[] name, long inode, int type) {}
