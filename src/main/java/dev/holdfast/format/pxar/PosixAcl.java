package dev.holdfast.format.pxar;

import dev.holdfast.format.Bytes;
import dev.holdfast.format.FormatException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;

/**
 * A POSIX ACL as the kernel shows it in {@code system.posix_acl_access} and {@code
 * system.posix_acl_default}.
 *
 * <pre>
 * off size
 *   0    4  version = 2
 *   4    8  per entry: u16 tag, u16 permissions, u32 id (all ones unless a named user or group)
 * </pre>
 *
 * <p>Entries are in the kernel's order: by tag, named ones by id. Construction sorts and checks
 * what the kernel checks: exactly one owner, group and other; at most one mask, and one where there
 * are named entries.
 *
 * @param entries all entries, sorted
 */
public record PosixAcl(List<AclEntry> entries) {
    public static final String ACCESS_NAME = "system.posix_acl_access";
    public static final String DEFAULT_NAME = "system.posix_acl_default";

    private static final Set<AclEntry.Tag> REQUIRED =
            EnumSet.of(AclEntry.Tag.USER_OBJ, AclEntry.Tag.GROUP_OBJ, AclEntry.Tag.OTHER);
    private static final int VERSION = 2;
    private static final int HEADER_BYTES = 4;
    private static final int ENTRY_BYTES = 8;

    /** Sorts and checks. */
    public PosixAcl {
        List<AclEntry> sorted = new ArrayList<>(entries);
        sorted.sort(
                Comparator.comparing(AclEntry::tag)
                        .thenComparing(AclEntry::id, Integer::compareUnsigned));
        Set<AclEntry.Tag> tags = EnumSet.noneOf(AclEntry.Tag.class);
        for (int i = 0; i < sorted.size(); i++) {
            AclEntry e = sorted.get(i);
            tags.add(e.tag());
            if (i > 0 && e.tag() == sorted.get(i - 1).tag() && e.id() == sorted.get(i - 1).id()) {
                throw new FormatException("ACL with two entries for " + e.tag());
            }
        }
        boolean named = tags.contains(AclEntry.Tag.USER) || tags.contains(AclEntry.Tag.GROUP);
        if (!tags.containsAll(REQUIRED) || (named && !tags.contains(AclEntry.Tag.MASK))) {
            throw new FormatException("incomplete ACL");
        }
        entries = List.copyOf(sorted);
    }

    /**
     * Decodes the value of the attribute.
     *
     * @throws FormatException if it is no valid ACL
     */
    public static PosixAcl decode(byte[] value) {
        if (value.length < HEADER_BYTES
                || (value.length - HEADER_BYTES) % ENTRY_BYTES != 0
                || Bytes.getInt(value, 0) != VERSION) {
            throw new FormatException("ACL of an unknown form");
        }
        List<AclEntry> entries = new ArrayList<>();
        for (int p = HEADER_BYTES; p < value.length; p += ENTRY_BYTES) {
            AclEntry.Tag tag = AclEntry.Tag.ofKernel(Bytes.getUnsignedShort(value, p));
            int permissions = Bytes.getUnsignedShort(value, p + 2);
            if (permissions > 7) {
                throw new FormatException("ACL with permissions " + permissions);
            }
            int id = tag.isNamed() ? Bytes.getInt(value, p + 4) : AclEntry.NO_ID;
            entries.add(new AclEntry(tag, permissions, id));
        }
        return new PosixAcl(entries);
    }

    /** The value of the attribute. */
    public byte[] encode() {
        byte[] value = new byte[HEADER_BYTES + ENTRY_BYTES * entries.size()];
        Bytes.putInt(value, 0, VERSION);
        int p = HEADER_BYTES;
        for (AclEntry e : entries) {
            Bytes.putShort(value, p, e.tag().kernelTag());
            Bytes.putShort(value, p + 2, e.permissions());
            Bytes.putInt(value, p + 4, e.id());
            p += ENTRY_BYTES;
        }
        return value;
    }

    /** The permissions of the only entry with this tag, if there is one. */
    public OptionalInt permissions(AclEntry.Tag tag) {
        return entries.stream()
                .filter(e -> e.tag() == tag)
                .mapToInt(AclEntry::permissions)
                .findFirst();
    }

    /** All entries with this tag. */
    public List<AclEntry> all(AclEntry.Tag tag) {
        return entries.stream().filter(e -> e.tag() == tag).toList();
    }

    /** Whether the nine bits of a mode say the same. */
    public boolean isMinimal() {
        return entries.size() == 3;
    }

    /** The nine bits that a file's mode gets when this becomes its access ACL. */
    public int modeBits() {
        int group =
                permissions(AclEntry.Tag.MASK)
                        .orElseGet(() -> permissions(AclEntry.Tag.GROUP_OBJ).orElseThrow());
        return permissions(AclEntry.Tag.USER_OBJ).orElseThrow() << 6
                | group << 3
                | permissions(AclEntry.Tag.OTHER).orElseThrow();
    }
}
