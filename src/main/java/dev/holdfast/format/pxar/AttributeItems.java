package dev.holdfast.format.pxar;

import dev.holdfast.format.Bytes;
import dev.holdfast.format.FormatException;
import dev.holdfast.format.pxar.Acl.Defaults;
import dev.holdfast.format.pxar.Acl.Named;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;

/**
 * Collects the attribute items that follow an ENTRY item, in whatever order they come (§4).
 *
 * <p>ACL_GROUP_OBJ, ACL_DEFAULT, FCAPS and QUOTA_PROJID may come once. How much is collected for
 * one entry is bounded, as an archive may claim any number of attributes.
 */
public final class AttributeItems {
    /** More than any Linux file system lets one inode have in practice. */
    static final long MAX_TOTAL_BYTES = 64L << 20;

    private static final long ABSENT = -1;

    private final List<Xattr> xattrs = new ArrayList<>(0);
    private final List<Named> users = new ArrayList<>(0);
    private final List<Named> groups = new ArrayList<>(0);
    private final List<Named> defaultUsers = new ArrayList<>(0);
    private final List<Named> defaultGroups = new ArrayList<>(0);
    private OptionalInt groupObject = OptionalInt.empty();
    private Optional<Defaults> defaults = Optional.empty();
    private Optional<byte[]> fcaps = Optional.empty();
    private OptionalLong projectId = OptionalLong.empty();
    private long totalBytes;
    private boolean any;
    private boolean anyAcl;

    /** Whether items of this type are attributes. */
    public static boolean isAttribute(long type) {
        return type == ItemType.XATTR
                || type == ItemType.ACL_USER
                || type == ItemType.ACL_GROUP
                || type == ItemType.ACL_GROUP_OBJ
                || type == ItemType.ACL_DEFAULT
                || type == ItemType.ACL_DEFAULT_USER
                || type == ItemType.ACL_DEFAULT_GROUP
                || type == ItemType.FCAPS
                || type == ItemType.QUOTA_PROJID;
    }

    /**
     * Takes one attribute item.
     *
     * @param type one for which {@link #isAttribute} holds
     * @param b holds the content, {@code len} bytes at {@code off}
     * @param offset of the item in the stream, for messages
     * @throws FormatException if the content is malformed, or the item must not repeat and does
     */
    public void add(long type, byte[] b, int off, int len, long offset) {
        any = true;
        totalBytes += ItemHeader.BYTES + len;
        if (totalBytes > MAX_TOTAL_BYTES) {
            throw FormatException.at(offset, "entry with too many attributes");
        }
        if (type == ItemType.XATTR) {
            xattrs.add(Xattr.decode(b, off, len, offset));
        } else if (type == ItemType.FCAPS) {
            once(fcaps.isEmpty(), offset);
            fcaps = Optional.of(Arrays.copyOfRange(b, off, off + len));
        } else if (type == ItemType.QUOTA_PROJID) {
            once(projectId.isEmpty(), offset);
            exactly(Long.BYTES, len, offset);
            projectId = OptionalLong.of(Bytes.getLong(b, off));
        } else {
            anyAcl = true;
            addAcl(type, b, off, len, offset);
        }
    }

    private void addAcl(long type, byte[] b, int off, int len, long offset) {
        if (type == ItemType.ACL_GROUP_OBJ) {
            once(groupObject.isEmpty(), offset);
            exactly(Long.BYTES, len, offset);
            groupObject = OptionalInt.of(permissions(Bytes.getLong(b, off), offset));
        } else if (type == ItemType.ACL_DEFAULT) {
            once(defaults.isEmpty(), offset);
            exactly(4 * Long.BYTES, len, offset);
            defaults =
                    Optional.of(
                            new Defaults(
                                    optional(Bytes.getLong(b, off), offset),
                                    optional(Bytes.getLong(b, off + 8), offset),
                                    optional(Bytes.getLong(b, off + 16), offset),
                                    optional(Bytes.getLong(b, off + 24), offset)));
        } else {
            exactly(2 * Long.BYTES, len, offset);
            long id = Bytes.getLong(b, off);
            if (id >>> 32 != 0) {
                throw FormatException.at(offset, "ACL for id " + Long.toUnsignedString(id));
            }
            Named named = new Named((int) id, permissions(Bytes.getLong(b, off + 8), offset));
            if (type == ItemType.ACL_USER) {
                users.add(named);
            } else if (type == ItemType.ACL_GROUP) {
                groups.add(named);
            } else if (type == ItemType.ACL_DEFAULT_USER) {
                defaultUsers.add(named);
            } else if (type == ItemType.ACL_DEFAULT_GROUP) {
                defaultGroups.add(named);
            } else {
                throw new IllegalArgumentException("no attribute: " + Long.toHexString(type));
            }
        }
    }

    /** The metadata of the entry these items belong to. */
    public EntryMetadata with(Stat stat) {
        if (!any) {
            return EntryMetadata.of(stat);
        }
        Acl acl =
                anyAcl
                        ? new Acl(users, groups, groupObject, defaults, defaultUsers, defaultGroups)
                        : Acl.NONE;
        return new EntryMetadata(stat, xattrs, acl, fcaps, projectId);
    }

    private static OptionalInt optional(long permissions, long offset) {
        return permissions == ABSENT
                ? OptionalInt.empty()
                : OptionalInt.of(permissions(permissions, offset));
    }

    private static int permissions(long permissions, long offset) {
        if (permissions < 0 || permissions > 7) {
            throw FormatException.at(
                    offset, "ACL with permissions " + Long.toUnsignedString(permissions));
        }
        return (int) permissions;
    }

    private static void once(boolean first, long offset) {
        if (!first) {
            throw FormatException.at(offset, "attribute that must not repeat");
        }
    }

    private static void exactly(int wanted, int len, long offset) {
        if (len != wanted) {
            throw FormatException.at(offset, "attribute of " + len + " bytes, not " + wanted);
        }
    }
}
