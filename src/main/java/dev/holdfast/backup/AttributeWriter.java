package dev.holdfast.backup;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static java.nio.charset.StandardCharsets.UTF_8;

import dev.holdfast.format.FormatException;
import dev.holdfast.format.pxar.EntryMetadata;
import dev.holdfast.format.pxar.PosixAcl;
import dev.holdfast.format.pxar.Stat;
import dev.holdfast.format.pxar.StatFlags;
import dev.holdfast.format.pxar.Xattr;
import dev.holdfast.os.Descriptor;
import dev.holdfast.os.DirectoryHandle;
import dev.holdfast.os.OpenInode;
import dev.holdfast.os.OsError;
import dev.holdfast.os.RawFiles;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;

/**
 * Gives restored objects their attributes, in the order in which none undoes another (pxar.md §16):
 * owner, extended attributes, capabilities, ACLs, project, mode, time, inode flags. What the target
 * cannot take is a warning; the others are applied all the same. For one thread.
 */
final class AttributeWriter {
    private static final byte[] DEFAULT_ACL = PosixAcl.DEFAULT_NAME.getBytes(US_ASCII);
    private static final byte[] ACCESS_ACL = PosixAcl.ACCESS_NAME.getBytes(US_ASCII);
    private static final int SET_ID_BITS = 06000;
    private static final int STORED_FLAGS = StatFlags.toChattr(-1L);

    private final boolean owners;
    private final BiConsumer<byte[], String> warnings;
    private final Set<String> said = new HashSet<>();

    /**
     * @param owners whether owner and group are set
     * @param warnings told of a path and what it lacks
     */
    AttributeWriter(boolean owners, BiConsumer<byte[], String> warnings) {
        this.owners = owners;
        this.warnings = warnings;
    }

    /** An attribute that may fail on its own. */
    private interface Step {
        void run();
    }

    /** Sets what must be set before content is written, since it cannot be set later. */
    void begin(Descriptor file, EntryMetadata metadata, byte[] path) {
        long initial = metadata.stat().flags() & StatFlags.INITIAL;
        if (initial != 0) {
            attempt("inode flags", path, () -> putFlags(file, StatFlags.toChattr(initial)));
        }
    }

    /** Sets all but the flags of a file or directory that is complete otherwise. */
    void finish(Descriptor on, EntryMetadata metadata, int mode, byte[] path) {
        OpenInode inode = new OpenInode(on);
        Stat stat = metadata.stat();
        boolean owned =
                owners
                        ? attempt("owner", path, () -> inode.chown(stat.uid(), stat.gid()))
                        : lacksOwner(path);
        for (Xattr xattr : attributes(metadata, path)) {
            attempt(
                    "attribute " + new String(xattr.name(), UTF_8),
                    path,
                    () -> inode.setAttribute(xattr.name(), xattr.value()));
        }
        metadata.projectId()
                .ifPresent(
                        id -> attempt("quota project", path, () -> inode.setProjectId((int) id)));
        attempt("mode", path, () -> inode.chmod(permissions(mode, owned)));
        attempt("time", path, () -> inode.setModified(stat.mtimeSeconds(), stat.mtimeNanos()));
    }

    private List<Xattr> attributes(EntryMetadata metadata, byte[] path) {
        if (metadata.xattrs().isEmpty() && metadata.acl().isEmpty() && metadata.fcaps().isEmpty()) {
            return List.of();
        }
        try {
            return metadata.kernelXattrs().stream().filter(x -> isRestored(x.name())).toList();
        } catch (FormatException e) {
            warnings.accept(path, "its ACL is not valid: " + e.getMessage());
            return metadata.xattrs().stream().filter(x -> isRestored(x.name())).toList();
        }
    }

    /** Archives may say anything; only what a backup takes is set. */
    private static boolean isRestored(byte[] name) {
        return EntryMetadata.isStored(name)
                || Arrays.equals(name, ACCESS_ACL)
                || Arrays.equals(name, DEFAULT_ACL)
                || new String(name, UTF_8).equals(EntryMetadata.CAPABILITY_NAME);
    }

    /**
     * Sets the inode flags, which may forbid every further change: renaming and linking among them.
     */
    void seal(Descriptor on, EntryMetadata metadata, byte[] path) {
        long flags = metadata.stat().flags();
        int chattr = StatFlags.toChattr(flags);
        if (chattr != 0) {
            attempt("inode flags", path, () -> putFlags(on, chattr));
        }
        int fat = StatFlags.toFat(flags);
        if (fat != 0) {
            attempt("FAT attributes", path, () -> new OpenInode(on).setFatAttributes(fat));
        }
    }

    /** Sets the flags that an archive can hold, and leaves the others. */
    private static void putFlags(Descriptor on, int chattr) {
        int current = on.inodeFlags();
        int wanted = (current & ~STORED_FLAGS) | chattr;
        if (wanted != current) {
            on.setInodeFlags(wanted);
        }
    }

    /** Sets the attributes of a symbolic link. */
    void finishLink(DirectoryHandle directory, byte[] name, Stat stat, byte[] path) {
        chown(directory, name, stat, path);
        attempt(
                "time",
                path,
                () -> directory.setModified(name, stat.mtimeSeconds(), stat.mtimeNanos()));
    }

    /** Sets the attributes of a device, FIFO or socket, which cannot be opened. */
    void finishNode(DirectoryHandle directory, byte[] name, Stat stat, int mode, byte[] path) {
        boolean owned = chown(directory, name, stat, path);
        attempt("mode", path, () -> chmodNode(directory, name, permissions(mode, owned)));
        attempt(
                "time",
                path,
                () -> directory.setModified(name, stat.mtimeSeconds(), stat.mtimeNanos()));
    }

    private boolean chown(DirectoryHandle directory, byte[] name, Stat stat, byte[] path) {
        return owners
                ? attempt("owner", path, () -> directory.chown(name, stat.uid(), stat.gid()))
                : lacksOwner(path);
    }

    /** {@code fchmodat} follows links; the descriptor of the node itself cannot lead elsewhere. */
    private static void chmodNode(DirectoryHandle directory, byte[] name, int mode) {
        try (Descriptor node = directory.open(name, Descriptor.O_PATH, 0)) {
            if (node.stat().type() == Stat.SYMLINK) {
                throw new OsError(OsError.ELOOP, "chmod", name);
            }
            RawFiles.chmod(("/proc/self/fd/" + node.number()).getBytes(US_ASCII), mode);
        }
    }

    /** A set-id bit means the owner that was stored, and no other. */
    private static int permissions(int mode, boolean owned) {
        int permissions = mode & 07777;
        return owned ? permissions : permissions & ~SET_ID_BITS;
    }

    private boolean lacksOwner(byte[] path) {
        if (said.add("owner")) {
            warnings.accept(
                    path, "owners and groups are not restored, and no set-id bits: not root");
        }
        return false;
    }

    /** Does a step; a failure is reported, one that will recur for want of support only once. */
    private boolean attempt(String attribute, byte[] path, Step step) {
        try {
            step.run();
            return true;
        } catch (OsError e) {
            boolean unsupported =
                    e.errno() == OsError.EOPNOTSUPP
                            || e.errno() == OsError.ENOTTY
                            || e.errno() == OsError.ENOSYS;
            if (!unsupported) {
                warnings.accept(path, attribute + " not restored: " + e.reason());
            } else if (said.add(attribute)) {
                warnings.accept(
                        path, attribute + " not restored, here and elsewhere: the target has none");
            }
            return false;
        }
    }
}
