package dev.holdfast.format.pxar;

import dev.holdfast.format.FormatException;

/**
 * One line of an ACL.
 *
 * @param tag whom it is for
 * @param permissions read 4, write 2, execute 1
 * @param id the user or group of a named entry, unsigned; else {@link #NO_ID}
 */
public record AclEntry(Tag tag, int permissions, int id) {
    /** The id of an entry that has none: all ones, as the kernel wants it. */
    public static final int NO_ID = -1;

    public AclEntry {
        if (permissions < 0 || permissions > 7) {
            throw new IllegalArgumentException("permissions " + permissions);
        }
        if (!tag.isNamed() && id != NO_ID) {
            throw new IllegalArgumentException(tag + " with an id");
        }
    }

    /** An entry that has no id. */
    public static AclEntry of(Tag tag, int permissions) {
        return new AclEntry(tag, permissions, NO_ID);
    }

    /** Whom an entry is for; in the kernel's order. */
    public enum Tag {
        USER_OBJ(0x01),
        USER(0x02),
        GROUP_OBJ(0x04),
        GROUP(0x08),
        MASK(0x10),
        OTHER(0x20);

        private final int kernelTag;

        Tag(int kernelTag) {
            this.kernelTag = kernelTag;
        }

        /** The {@code e_tag} of the kernel. */
        public int kernelTag() {
            return kernelTag;
        }

        /** Whether entries with this tag name a user or group. */
        public boolean isNamed() {
            return this == USER || this == GROUP;
        }

        static Tag ofKernel(int kernelTag) {
            for (Tag tag : values()) {
                if (tag.kernelTag == kernelTag) {
                    return tag;
                }
            }
            throw new FormatException("ACL with the unknown tag " + kernelTag);
        }
    }
}
