package dev.holdfast.stage;

import dev.holdfast.fuse.Attributes;
import dev.holdfast.fuse.Errno;
import dev.holdfast.fuse.FileTime;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.h2.mvstore.Cursor;
import org.h2.mvstore.MVMap;

/**
 * Extended attributes. Which kinds an inode has is in its record, so that asking for one that it
 * has not (the kernel asks for {@code security.capability} before every write) costs no look-up.
 * Access ACLs and permission bits are kept in step, see {@link Acl}.
 */
final class Xattrs {
    static final String CAPABILITY = "security.capability";
    static final byte[] CAPABILITY_NAME = name(CAPABILITY);

    private static final int MAX_NAME_BYTES = 255;
    private static final int MAX_VALUE_BYTES = 65536;
    private static final int MAX_LIST_BYTES = 65536;
    private static final List<String> PREFIXES = List.of("user.", "trusted.", "security.");
    private static final int CREATE = 1;
    private static final int REPLACE = 2;

    private final Tree tree;
    private final Files files;

    Xattrs(Tree tree, Files files) {
        this.tree = tree;
        this.files = files;
    }

    private static byte[] name(String name) {
        return name.getBytes(StandardCharsets.UTF_8);
    }

    /** The value, if there is one. */
    Optional<byte[]> get(long inode, String name) {
        Inode record = files.get(inode);
        if (!record.has(Inode.XATTRS)
                || (name.equals(CAPABILITY) && !record.has(Inode.CAPABILITY))) {
            return Optional.empty();
        }
        return Optional.ofNullable(tree.xattrs.get(new NameKey(inode, name(name))))
                .map(byte[]::clone);
    }

    /** All names. */
    List<String> names(long inode) {
        return files.get(inode).has(Inode.XATTRS)
                ? List.copyOf(all(tree.xattrs, inode).keySet())
                : List.of();
    }

    /** All names and values of an inode in {@code map}. */
    static Map<String, byte[]> all(MVMap<NameKey, byte[]> map, long inode) {
        Map<String, byte[]> found = new LinkedHashMap<>();
        Cursor<NameKey, byte[]> cursor = map.cursor(NameKey.firstOf(inode));
        while (cursor.hasNext()) {
            NameKey key = cursor.next();
            if (key.inode() != inode) {
                break;
            }
            found.put(new String(key.name(), StandardCharsets.UTF_8), cursor.getValue());
        }
        return found;
    }

    static void removeAll(Tree tree, long inode) {
        List<NameKey> keys = new ArrayList<>();
        for (String name : all(tree.xattrs, inode).keySet()) {
            keys.add(new NameKey(inode, name(name)));
        }
        keys.forEach(tree.xattrs::remove);
    }

    /** Sets a value; with the gate passed. */
    void set(long inode, String name, byte[] value, int flags) {
        if (name(name).length > MAX_NAME_BYTES || value.length > MAX_VALUE_BYTES) {
            throw new Errno(Errno.ERANGE);
        }
        checkAllowed(name, files.get(inode));
        boolean isAcl = name.equals(Acl.ACCESS) || name.equals(Acl.DEFAULT);
        Optional<Acl> acl = isAcl ? Optional.of(Acl.parse(value)) : Optional.empty();
        files.update(
                inode,
                record -> {
                    FileTime now = FileTime.now();
                    NameKey key = new NameKey(inode, name(name));
                    boolean exists = record.has(Inode.XATTRS) && tree.xattrs.containsKey(key);
                    if (exists && (flags & CREATE) != 0) {
                        throw new Errno(Errno.EEXIST);
                    }
                    if (!exists && (flags & REPLACE) != 0) {
                        throw new Errno(Errno.ENODATA);
                    }
                    Inode changed = record;
                    boolean stored = true;
                    if (acl.isPresent() && name.equals(Acl.ACCESS)) {
                        stored = !acl.get().isMinimal();
                        if (!acl.get().entries().isEmpty()) {
                            int bits = (record.mode() & 07000) | acl.get().permissionBits();
                            changed = changed.withMode(bits, now);
                        }
                    } else if (acl.isPresent()) {
                        stored = !acl.get().entries().isEmpty();
                    }
                    if (stored) {
                        checkRoom(inode, record, key, exists);
                        tree.xattrs.put(key, value.clone());
                    } else if (exists) {
                        tree.xattrs.remove(key);
                    }
                    return changed.withTraits(traits(inode, record, name, stored), now);
                });
    }

    private void checkRoom(long inode, Inode record, NameKey key, boolean exists) {
        if (exists || !record.has(Inode.XATTRS)) {
            return;
        }
        int bytes = key.name().length + 1;
        for (String each : all(tree.xattrs, inode).keySet()) {
            bytes += name(each).length + 1;
        }
        if (bytes > MAX_LIST_BYTES) {
            throw new Errno(Errno.ENOSPC);
        }
    }

    private static void checkAllowed(String name, Inode record) {
        if (name.equals(Acl.ACCESS) || name.equals(Acl.DEFAULT)) {
            if (record.type() == Attributes.SYMLINK) {
                throw new Errno(Errno.EOPNOTSUPP);
            }
            if (name.equals(Acl.DEFAULT) && !record.isDirectory()) {
                throw new Errno(Errno.EACCES);
            }
            return;
        }
        if (PREFIXES.stream().noneMatch(p -> name.startsWith(p) && name.length() > p.length())) {
            throw new Errno(Errno.EOPNOTSUPP);
        }
        if (name.startsWith("user.") && !record.isRegular() && !record.isDirectory()) {
            throw new Errno(Errno.EPERM);
        }
    }

    private int traits(long inode, Inode record, String name, boolean present) {
        int trait =
                switch (name) {
                    case CAPABILITY -> Inode.CAPABILITY;
                    case Acl.ACCESS -> Inode.ACCESS_ACL;
                    case Acl.DEFAULT -> Inode.DEFAULT_ACL;
                    default -> 0;
                };
        int traits = present ? record.traits() | trait : record.traits() & ~trait;
        boolean any = present || (record.has(Inode.XATTRS) && !all(tree.xattrs, inode).isEmpty());
        return any ? traits | Inode.XATTRS : traits & ~Inode.XATTRS;
    }

    /** Removes a value; with the gate passed. */
    void remove(long inode, String name) {
        files.update(
                inode,
                record -> {
                    NameKey key = new NameKey(inode, name(name));
                    if (!record.has(Inode.XATTRS) || tree.xattrs.remove(key) == null) {
                        throw new Errno(Errno.ENODATA);
                    }
                    return record.withTraits(traits(inode, record, name, false), FileTime.now());
                });
    }

    /** {@code chmod(2)}, the access ACL along; with the gate passed. */
    void chmod(long inode, int bits) {
        files.update(
                inode,
                record -> {
                    if (record.has(Inode.ACCESS_ACL)) {
                        NameKey key = new NameKey(inode, name(Acl.ACCESS));
                        byte[] stored = tree.xattrs.get(key);
                        if (stored != null) {
                            tree.xattrs.put(
                                    key, Acl.parse(stored).withPermissionBits(bits).bytes());
                        }
                    }
                    return record.withMode(bits, FileTime.now());
                });
    }

    /** {@code chown(2)}: privileges that went with the old owner go; with the gate passed. */
    void chown(long inode, Optional<Integer> uid, Optional<Integer> gid) {
        files.update(
                inode,
                record -> {
                    FileTime now = FileTime.now();
                    Inode changed =
                            record.withOwner(
                                    uid.orElse(record.uid()), gid.orElse(record.gid()), now);
                    if (record.isDirectory() || (uid.isEmpty() && gid.isEmpty())) {
                        return changed;
                    }
                    int mode = record.mode() & ~Inode.SET_UID;
                    if ((mode & 010) != 0) {
                        mode &= ~Inode.SET_GID;
                    }
                    changed = changed.withMode(mode, now);
                    if (record.has(Inode.CAPABILITY)) {
                        tree.xattrs.remove(new NameKey(inode, CAPABILITY_NAME));
                        changed = changed.withTraits(traits(inode, record, CAPABILITY, false), now);
                    }
                    return changed;
                });
    }

    /**
     * What a new node takes over from the default ACL of its directory, or the umask.
     *
     * @return the record with its final mode and traits; ACLs are stored
     */
    Inode inherit(long directory, Inode parent, long inode, Inode record, int umask) {
        if (record.type() == Attributes.SYMLINK) {
            return record;
        }
        byte[] stored =
                parent.has(Inode.DEFAULT_ACL)
                        ? tree.xattrs.get(new NameKey(directory, name(Acl.DEFAULT)))
                        : null;
        if (stored == null) {
            return record.withMode(record.mode() & ~umask, record.ctime());
        }
        Acl access = Acl.parse(stored).inherited(record.mode());
        int traits = 0;
        if (!access.isMinimal()) {
            tree.xattrs.put(new NameKey(inode, name(Acl.ACCESS)), access.bytes());
            traits |= Inode.XATTRS | Inode.ACCESS_ACL;
        }
        if (record.isDirectory()) {
            tree.xattrs.put(new NameKey(inode, name(Acl.DEFAULT)), stored);
            traits |= Inode.XATTRS | Inode.DEFAULT_ACL;
        }
        return record.withMode((record.mode() & 07000) | access.permissionBits(), record.ctime())
                .withTraits(traits, record.ctime());
    }
}
