package dev.holdfast.stage;

/**
 * What a staging area holds.
 *
 * @param inodes files, directories and links that have been read or created
 * @param changedBytes content that is in the spool or in buffers, not in the base
 * @param bufferedBytes memory of write buffers
 * @param spoolBytes size of the spool on disk
 * @param treeBytes size of the tree on disk
 * @param isFull whether nothing may grow until there is room on the disk
 * @param unwrittenFiles closed files whose content found no room and waits in memory: lost if the
 *     area is closed before there is room
 * @param base the base's descriptor; empty without a base
 */
public record Usage(
        long inodes,
        long changedBytes,
        long bufferedBytes,
        long spoolBytes,
        long treeBytes,
        boolean isFull,
        long unwrittenFiles,
        byte[] base) {}
