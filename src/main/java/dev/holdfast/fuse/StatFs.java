package dev.holdfast.fuse;

/**
 * The answer to {@code statfs(2)}.
 *
 * @param blockBytes unit of the block counts
 * @param blocks size of the file system in blocks
 * @param freeBlocks free blocks, also what an ordinary user may fill
 * @param files inodes in all
 * @param freeFiles free inodes
 * @param nameMax longest name in bytes
 */
public record StatFs(
        int blockBytes, long blocks, long freeBlocks, long files, long freeFiles, int nameMax) {}
