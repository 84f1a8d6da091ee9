package dev.holdfast.stage;

import dev.holdfast.fuse.FileTime;
import java.util.Map;
import java.util.Objects;

/**
 * What the base knows of one name.
 *
 * @param name raw bytes; empty for the root
 * @param mode type and permission bits
 * @param flags file attributes ({@code chattr}) and whatever else the archive keeps in its flags;
 *     carried along, not interpreted
 * @param uid owner
 * @param gid group
 * @param mtime modification time
 * @param sizeBytes length of a regular file
 * @param contentOffset where {@link Base#read} finds a regular file's content
 * @param linkTarget a symbolic link's target, else empty
 * @param device device number in the kernel's form, else 0
 * @param xattrs extended attributes, ACLs and capabilities among them in the kernel's form
 * @param ref for a directory what {@link Base#list} takes; for everything else the same number for
 *     all names of one file; not negative
 * @param links how many names the file has; 1 for directories
 */
public record BaseEntry(
        byte[] name,
        int mode,
        long flags,
        int uid,
        int gid,
        FileTime mtime,
        long sizeBytes,
        long contentOffset,
        byte[] linkTarget,
        long device,
        Map<String, byte[]> xattrs,
        long ref,
        int links) {
    public BaseEntry {
        Objects.requireNonNull(name);
        Objects.requireNonNull(mtime);
        Objects.requireNonNull(linkTarget);
        xattrs = Map.copyOf(xattrs);
        if (ref < 0 || sizeBytes < 0 || contentOffset < 0 || links < 1) {
            throw new IllegalArgumentException("negative number in an entry of the base");
        }
    }
}
