package dev.holdfast.backup;

import static java.nio.charset.StandardCharsets.US_ASCII;

import dev.holdfast.format.FormatException;
import dev.holdfast.format.pxar.EntryMetadata;
import dev.holdfast.format.pxar.ItemType;
import dev.holdfast.format.pxar.PosixAcl;
import dev.holdfast.format.pxar.Stat;
import dev.holdfast.format.pxar.StatFlags;
import dev.holdfast.format.pxar.Xattr;
import dev.holdfast.os.Descriptor;
import dev.holdfast.os.OpenInode;
import dev.holdfast.os.OsError;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.OptionalLong;
import java.util.function.Supplier;

/**
 * Reads what is stored of an open file or directory besides its content (pxar.md §11.4).
 *
 * @param on the open object
 * @param stat its owner, times and so on
 */
record HostMetadata(HostTree tree, Descriptor on, dev.holdfast.os.Stat stat) {
    private static final byte[] CAPABILITY = EntryMetadata.CAPABILITY_NAME.getBytes(US_ASCII);
    private static final byte[] ACCESS_ACL = PosixAcl.ACCESS_NAME.getBytes(US_ASCII);
    private static final byte[] DEFAULT_ACL = PosixAcl.DEFAULT_NAME.getBytes(US_ASCII);

    /** What {@code stat} alone says, as it is stored of links, devices and the like. */
    static Stat plain(dev.holdfast.os.Stat stat, long flags) {
        return new Stat(
                stat.mode(), flags, stat.uid(), stat.gid(), stat.mtimeSeconds(), stat.mtimeNanos());
    }

    /**
     * Reads it all.
     *
     * @param path relative path, for messages
     */
    EntryMetadata read(Supplier<byte[]> path) {
        FileSystemFeatures features = tree.features(stat.device(), on);
        OpenInode inode = new OpenInode(on);
        long flags = StatFlags.fromChattr(on.inodeFlags());
        if (features.fat()) {
            flags |= StatFlags.fromFat(inode.fatAttributes());
        }
        int project = features.projects() ? inode.projectId() : 0;
        Stat stored = plain(stat, flags);
        List<Xattr> xattrs = features.xattrs() ? xattrs(inode, features, path) : List.of();
        OptionalLong projectId =
                project == 0
                        ? OptionalLong.empty()
                        : OptionalLong.of(Integer.toUnsignedLong(project));
        if (xattrs.isEmpty() && project == 0) {
            return EntryMetadata.of(stored);
        }
        try {
            return EntryMetadata.ofKernel(stored, xattrs, projectId);
        } catch (FormatException e) {
            tree.report(path.get(), "its ACL is not valid and left out: " + e.getMessage());
            List<Xattr> others = xattrs.stream().filter(x -> !isAcl(x.name())).toList();
            return EntryMetadata.ofKernel(stored, others, projectId);
        }
    }

    private List<Xattr> xattrs(
            OpenInode inode, FileSystemFeatures features, Supplier<byte[]> path) {
        try {
            List<byte[]> names = inode.attributeNames();
            if (names.isEmpty()) {
                return List.of();
            }
            List<Xattr> xattrs = new ArrayList<>();
            for (byte[] name : names) {
                if (!isWanted(name, features)) {
                    continue;
                }
                inode.attribute(name)
                        .ifPresent(
                                value -> {
                                    if (name.length + 1 + value.length > ItemType.MAX_XATTR_BYTES) {
                                        tree.report(
                                                path.get(),
                                                "an extended attribute is too long to be stored");
                                    } else {
                                        xattrs.add(new Xattr(name, value));
                                    }
                                });
            }
            return xattrs;
        } catch (OsError e) {
            if (e.errno() == OsError.EOPNOTSUPP) {
                tree.noXattrs(stat.device());
            } else {
                tree.report(path.get(), "extended attributes not read: " + e.reason());
            }
            return List.of();
        }
    }

    private static boolean isWanted(byte[] name, FileSystemFeatures features) {
        if (Arrays.equals(name, CAPABILITY)) {
            return features.capabilities();
        }
        return isAcl(name) ? features.acls() : EntryMetadata.isStored(name);
    }

    private static boolean isAcl(byte[] name) {
        return Arrays.equals(name, ACCESS_ACL) || Arrays.equals(name, DEFAULT_ACL);
    }
}
