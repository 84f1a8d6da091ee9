package dev.holdfast.format.pxar;

import static java.util.Objects.requireNonNull;

/**
 * A HARDLINK item and its name: a further name of a regular file that came before (§8).
 *
 * <pre>
 * off size
 *   0    8  distance from the target's FILENAME item to this one's FILENAME item, > 0
 *   8       path of the target from the root, no leading slash, then NUL
 * </pre>
 *
 * <p>The distance decides; the path is for restoring tools and is not to be trusted.
 */
public final class HardLink {
    private final byte[] name;
    private final long nameOffset;
    private final long targetOffset;
    private final byte[] targetPath;

    /**
     * @param nameOffset offset of this link's FILENAME item
     * @param targetOffset offset of the target's FILENAME item: before this one
     */
    public HardLink(byte[] name, long nameOffset, long targetOffset, byte[] targetPath) {
        if (targetOffset < 0 || targetOffset >= nameOffset) {
            throw new IllegalArgumentException("hard link that does not point backwards");
        }
        this.name = requireNonNull(name);
        this.nameOffset = nameOffset;
        this.targetOffset = targetOffset;
        this.targetPath = requireNonNull(targetPath);
    }

    public byte[] name() {
        return name;
    }

    public long nameOffset() {
        return nameOffset;
    }

    /** {@link Entry#filenameOffset} of the target. */
    public long targetOffset() {
        return targetOffset;
    }

    public byte[] targetPath() {
        return targetPath;
    }
}
