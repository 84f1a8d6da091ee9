package dev.holdfast.search;

import dev.holdfast.search.Item.File;
import java.util.EnumSet;
import java.util.Locale;
import java.util.Set;

/** What can change of an item that stays. */
public enum Aspect {
    TYPE,
    CONTENT,
    TARGET,
    DEVICE,
    MODE,
    OWNER,
    MTIME,
    XATTRS,
    ACL,
    CAPABILITIES,
    FLAGS,
    PROJECT;

    /** As users read it. */
    public String text() {
        return name().toLowerCase(Locale.ROOT);
    }

    /**
     * All that differs between two items of one name; of directories, only their own attributes.
     */
    static Set<Aspect> between(Item x, Item y, boolean isArchive) {
        if (x.kind() != y.kind()) {
            return EnumSet.of(TYPE);
        }
        Set<Aspect> changed = EnumSet.noneOf(Aspect.class);
        if (!x.isDirectory() && !Likeness.of(x, y).counts()) {
            changed.add(
                    switch (x.kind()) {
                        case SYMLINK -> TARGET;
                        case BLOCK_DEVICE, CHARACTER_DEVICE -> DEVICE;
                        default -> CONTENT;
                    });
        }
        if (x.complete() && y.complete()) {
            attributes(x.attributes(), y.attributes(), changed);
        } else if (!isArchive && hasTime(x) && hasTime(y) && !Likeness.sameTime(x, y)) {
            changed.add(MTIME);
        }
        return changed;
    }

    /** Catalogs know the times of regular files that are no further names. */
    private static boolean hasTime(Item item) {
        return item.complete()
                || (item.kind() == Kind.FILE && item.sizeBytes() != File.UNKNOWN_SIZE);
    }

    private static void attributes(Attributes x, Attributes y, Set<Aspect> changed) {
        add(changed, MODE, x.permissions() != y.permissions());
        add(changed, OWNER, x.uid() != y.uid() || x.gid() != y.gid());
        add(
                changed,
                MTIME,
                x.mtimeSeconds() != y.mtimeSeconds() || x.mtimeNanos() != y.mtimeNanos());
        add(changed, XATTRS, x.xattrs() != y.xattrs());
        add(changed, ACL, x.acl() != y.acl());
        add(changed, CAPABILITIES, x.capabilities() != y.capabilities());
        add(changed, FLAGS, x.flags() != y.flags());
        add(changed, PROJECT, x.projectId() != y.projectId());
    }

    private static void add(Set<Aspect> changed, Aspect aspect, boolean differs) {
        if (differs) {
            changed.add(aspect);
        }
    }
}
