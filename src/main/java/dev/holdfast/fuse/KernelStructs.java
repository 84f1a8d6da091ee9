package dev.holdfast.fuse;

import static dev.holdfast.fuse.NativeMemory.MEMORY;

/**
 * Structs of the kernel's protocol that several replies hold.
 *
 * <pre>
 *   fuse_attr (88):       0 u64 inode   8 u64 size    16 u64 blocks of 512
 *                        24 u64 atime  32 u64 mtime   40 u64 ctime
 *                        48 u32 atime ns  52 u32 mtime ns  56 u32 ctime ns
 *                        60 u32 mode   64 u32 links   68 u32 uid   72 u32 gid
 *                        76 u32 device 80 u32 block size  84 u32 flags
 *   fuse_attr_out (104):  0 u64 valid s   8 u32 valid ns   16 fuse_attr
 *   fuse_entry_out (128): 0 u64 node  8 u64 generation  16 u64 name valid s  24 u64 attr valid s
 *                        32 u32 name valid ns  36 u32 attr valid ns  40 fuse_attr
 *   fuse_open_out (16):   0 u64 handle  8 u32 flags
 *   fuse_kstatfs (80):    0 u64 blocks   8 u64 free   16 u64 available  24 u64 files
 *                        32 u64 free files  40 u32 block size  44 u32 longest name
 *                        48 u32 fragment size
 * </pre>
 */
final class KernelStructs {
    static final int ATTR_OUT_BYTES = 104;
    static final int ENTRY_OUT_BYTES = 128;
    static final int OPEN_OUT_BYTES = 16;
    static final int STATFS_BYTES = 80;

    private static final int ATTR_BYTES = 88;
    private static final int BLOCK_BYTES = 4096;

    private KernelStructs() {}

    /** Writes a {@code fuse_attr_out}. */
    static void attributes(long at, Attributes attributes, long validMillis) {
        MEMORY.putLong(at, validMillis / 1000);
        MEMORY.putInt(at + 8, nanos(validMillis));
        MEMORY.putInt(at + 12, 0);
        attributes(at + 16, attributes);
    }

    /**
     * Writes a {@code fuse_entry_out}.
     *
     * @param node 0 if there is no such name, or if the kernel is not to know the node
     */
    static void entry(
            long at, long node, Attributes attributes, long nameMillis, long attributeMillis) {
        MEMORY.putLong(at, node);
        MEMORY.putLong(at + 8, 0);
        MEMORY.putLong(at + 16, nameMillis / 1000);
        MEMORY.putLong(at + 24, attributeMillis / 1000);
        MEMORY.putInt(at + 32, nanos(nameMillis));
        MEMORY.putInt(at + 36, nanos(attributeMillis));
        attributes(at + 40, attributes);
    }

    /** Writes the {@code fuse_entry_out} that says for how long a name is known to be free. */
    static void noEntry(long at, long nameMillis) {
        MEMORY.setMemory(at, ENTRY_OUT_BYTES, (byte) 0);
        MEMORY.putLong(at + 16, nameMillis / 1000);
        MEMORY.putInt(at + 32, nanos(nameMillis));
    }

    private static int nanos(long millis) {
        return (int) (millis % 1000) * 1_000_000;
    }

    private static void attributes(long at, Attributes attributes) {
        MEMORY.putLong(at, attributes.inode());
        MEMORY.putLong(at + 8, attributes.sizeBytes());
        MEMORY.putLong(at + 16, attributes.blocks512());
        MEMORY.putLong(at + 24, attributes.atime().seconds());
        MEMORY.putLong(at + 32, attributes.mtime().seconds());
        MEMORY.putLong(at + 40, attributes.ctime().seconds());
        MEMORY.putInt(at + 48, attributes.atime().nanos());
        MEMORY.putInt(at + 52, attributes.mtime().nanos());
        MEMORY.putInt(at + 56, attributes.ctime().nanos());
        MEMORY.putInt(at + 60, attributes.mode());
        MEMORY.putInt(at + 64, attributes.links());
        MEMORY.putInt(at + 68, attributes.uid());
        MEMORY.putInt(at + 72, attributes.gid());
        MEMORY.putInt(at + 76, (int) attributes.device()); // major 12, minor 20 bits: all there are
        MEMORY.putInt(at + 80, BLOCK_BYTES);
        MEMORY.putInt(at + ATTR_BYTES - 4, 0);
    }

    /** Writes a {@code fuse_open_out}. */
    static void open(long at, long handle, int flags) {
        MEMORY.putLong(at, handle);
        MEMORY.putInt(at + 8, flags);
        MEMORY.putInt(at + 12, 0);
    }

    /** Writes a {@code fuse_kstatfs}. */
    static void sizes(long at, StatFs sizes) {
        MEMORY.setMemory(at, STATFS_BYTES, (byte) 0);
        MEMORY.putLong(at, sizes.blocks());
        MEMORY.putLong(at + 8, sizes.freeBlocks());
        MEMORY.putLong(at + 16, sizes.freeBlocks());
        MEMORY.putLong(at + 24, sizes.files());
        MEMORY.putLong(at + 32, sizes.freeFiles());
        MEMORY.putInt(at + 40, sizes.blockBytes());
        MEMORY.putInt(at + 44, sizes.nameMax());
        MEMORY.putInt(at + 48, sizes.blockBytes());
    }
}
