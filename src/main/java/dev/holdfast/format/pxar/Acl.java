package dev.holdfast.format.pxar;

import dev.holdfast.format.pxar.AclEntry.Tag;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/**
 * The ACL items of an entry (§7).
 *
 * <p>Owner and other of the access ACL are not stored, they are the mode's bits. The owning group
 * is stored only where there is a mask: then the group bits of the mode <em>are</em> the mask.
 *
 * @param users ACL_USER
 * @param groups ACL_GROUP
 * @param groupObject ACL_GROUP_OBJ
 * @param defaults ACL_DEFAULT
 * @param defaultUsers ACL_DEFAULT_USER
 * @param defaultGroups ACL_DEFAULT_GROUP
 */
public record Acl(
        List<Named> users,
        List<Named> groups,
        OptionalInt groupObject,
        Optional<Defaults> defaults,
        List<Named> defaultUsers,
        List<Named> defaultGroups) {

    /** No ACL item at all. */
    public static final Acl NONE =
            new Acl(
                    List.of(),
                    List.of(),
                    OptionalInt.empty(),
                    Optional.empty(),
                    List.of(),
                    List.of());

    public Acl {
        users = List.copyOf(users);
        groups = List.copyOf(groups);
        defaultUsers = List.copyOf(defaultUsers);
        defaultGroups = List.copyOf(defaultGroups);
    }

    /**
     * A named user or group.
     *
     * @param id uid or gid, unsigned
     * @param permissions read 4, write 2, execute 1
     */
    public record Named(int id, int permissions) {
        public Named {
            if (permissions < 0 || permissions > 7) {
                throw new IllegalArgumentException("permissions " + permissions);
            }
        }
    }

    /**
     * The unnamed entries of a default ACL.
     *
     * @param user owner
     * @param group owning group
     * @param other everybody else
     * @param mask the mask
     */
    public record Defaults(
            OptionalInt user, OptionalInt group, OptionalInt other, OptionalInt mask) {}

    /** What is stored for an object with these ACLs; the mode is stored as the kernel gives it. */
    public static Acl of(Optional<PosixAcl> access, Optional<PosixAcl> defaults) {
        boolean masked = access.flatMap(a -> boxed(a.permissions(Tag.MASK))).isPresent();
        return new Acl(
                named(access, Tag.USER),
                named(access, Tag.GROUP),
                masked ? access.orElseThrow().permissions(Tag.GROUP_OBJ) : OptionalInt.empty(),
                defaults.map(
                        d ->
                                new Defaults(
                                        d.permissions(Tag.USER_OBJ),
                                        d.permissions(Tag.GROUP_OBJ),
                                        d.permissions(Tag.OTHER),
                                        d.permissions(Tag.MASK))),
                named(defaults, Tag.USER),
                named(defaults, Tag.GROUP));
    }

    /** Whether there is nothing to store. */
    public boolean isEmpty() {
        return equals(NONE);
    }

    /**
     * The access ACL of an object with this mode; empty if the mode says it all (§16, step 4).
     *
     * @throws dev.holdfast.format.FormatException if the items make no valid ACL
     */
    public Optional<PosixAcl> access(int mode) {
        if (users.isEmpty() && groups.isEmpty() && groupObject.isEmpty()) {
            return Optional.empty();
        }
        int groupBits = mode >> 3 & 7;
        List<AclEntry> entries = new ArrayList<>();
        entries.add(AclEntry.of(Tag.USER_OBJ, mode >> 6 & 7));
        entries.add(AclEntry.of(Tag.GROUP_OBJ, groupObject.orElse(groupBits)));
        entries.add(AclEntry.of(Tag.MASK, groupBits));
        entries.add(AclEntry.of(Tag.OTHER, mode & 7));
        addNamed(entries, Tag.USER, users);
        addNamed(entries, Tag.GROUP, groups);
        return Optional.of(new PosixAcl(entries));
    }

    /**
     * The default ACL of a directory; empty if it has none.
     *
     * @throws dev.holdfast.format.FormatException if the items make no valid ACL
     */
    public Optional<PosixAcl> defaultAcl() {
        if (defaults.isEmpty()) {
            return Optional.empty();
        }
        Defaults d = defaults.get();
        List<AclEntry> entries = new ArrayList<>();
        d.user().ifPresent(p -> entries.add(AclEntry.of(Tag.USER_OBJ, p)));
        d.group().ifPresent(p -> entries.add(AclEntry.of(Tag.GROUP_OBJ, p)));
        d.mask().ifPresent(p -> entries.add(AclEntry.of(Tag.MASK, p)));
        d.other().ifPresent(p -> entries.add(AclEntry.of(Tag.OTHER, p)));
        addNamed(entries, Tag.USER, defaultUsers);
        addNamed(entries, Tag.GROUP, defaultGroups);
        return Optional.of(new PosixAcl(entries));
    }

    private static void addNamed(List<AclEntry> entries, Tag tag, List<Named> named) {
        for (Named n : named) {
            entries.add(new AclEntry(tag, n.permissions(), n.id()));
        }
    }

    private static List<Named> named(Optional<PosixAcl> acl, Tag tag) {
        return acl.map(a -> a.all(tag)).orElse(List.of()).stream()
                .map(e -> new Named(e.id(), e.permissions()))
                .sorted(
                        Comparator.comparing(Named::id, Integer::compareUnsigned)
                                .thenComparing(Named::permissions))
                .toList();
    }

    private static Optional<Integer> boxed(OptionalInt i) {
        return i.isPresent() ? Optional.of(i.getAsInt()) : Optional.empty();
    }
}
