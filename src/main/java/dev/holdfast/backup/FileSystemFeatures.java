package dev.holdfast.backup;

import java.util.Set;

/**
 * What a file system's objects have, by its type (pxar.md §12.2), and which types hold no files of
 * their own (§11.3).
 *
 * @param xattrs extended attributes at all; without them neither ACLs nor capabilities
 * @param acls POSIX ACLs
 * @param capabilities {@code security.capability}
 * @param projects quota projects
 * @param fat attributes of FAT
 */
record FileSystemFeatures(
        boolean xattrs, boolean acls, boolean capabilities, boolean projects, boolean fat) {
    private static final long MSDOS = 0x4d44L;
    private static final long EXT4 = 0xef53L;
    private static final long XFS = 0x58465342L;
    private static final long ZFS = 0x2fc12fc1L;
    private static final long TMPFS = 0x01021994L;
    private static final long FUSE = 0x65735546L;

    private static final Set<Long> VIRTUAL =
            Set.of(
                    0x42494e4dL, // binfmt_misc
                    0x63677270L, // cgroup2
                    0x0027e0ebL, // cgroup
                    0x62656570L, // configfs
                    0x64626720L, // debugfs
                    0x1cd1L, // devpts
                    0xde5e81e4L, // efivarfs
                    0x65735543L, // fusectl
                    0x958458f6L, // hugetlbfs
                    0x19800202L, // mqueue
                    0x6e667364L, // nfsd
                    0x9fa0L, // proc
                    0x6165676cL, // pstore
                    0x67596969L, // rpc_pipefs
                    0x73636673L, // securityfs
                    0xf97cff8cL, // selinuxfs
                    0x43415d53L, // smackfs
                    0x62656572L); // sysfs

    private static final FileSystemFeatures OTHERS =
            new FileSystemFeatures(true, true, true, false, false);

    /** Of a type as {@code statfs} gives it. */
    static FileSystemFeatures of(long type) {
        if (type == MSDOS) {
            return new FileSystemFeatures(false, false, false, false, true);
        } else if (type == EXT4 || type == XFS || type == ZFS) {
            return new FileSystemFeatures(true, true, true, true, false);
        } else if (type == TMPFS) {
            return new FileSystemFeatures(false, false, false, false, false);
        } else if (type == FUSE) {
            return new FileSystemFeatures(true, false, false, false, true);
        }
        return OTHERS;
    }

    /** The same without extended attributes, for one that turns out not to have them. */
    FileSystemFeatures withoutXattrs() {
        return new FileSystemFeatures(false, false, false, projects, fat);
    }

    /** Whether the kernel makes up the contents, so that nobody can want them backed up. */
    static boolean isVirtual(long type) {
        return VIRTUAL.contains(type);
    }
}
