package dev.holdfast.search;

import java.util.Arrays;
import java.util.Optional;

/**
 * Whether two things have the same content, and whether that is known or only likely. Equal pages
 * mean equal names, sizes, times and attributes, so that directories are likely the same at best.
 */
public enum Likeness {
    /** Proven, by the digests of the chunks. */
    SAME,
    /** Of the same size and time, which is what a backup of changed files goes by. */
    LIKELY_SAME,
    /** Of the same size, but of another time. */
    LIKELY_DIFFERENT,
    /** Proven, by size, kind, target or number. */
    DIFFERENT;

    /** Whether they count as having the same content. */
    public boolean counts() {
        return this == SAME || this == LIKELY_SAME;
    }

    /** Whether there is no doubt. */
    public boolean isCertain() {
        return this == SAME || this == DIFFERENT;
    }

    /** Compares anything but two directories, for which it takes a {@link Diff}. */
    static Likeness of(Item x, Item y) {
        if (x.kind() != y.kind()) {
            return DIFFERENT;
        }
        boolean complete = x.complete() && y.complete();
        if (x.body() instanceof Item.File one && y.body() instanceof Item.File other) {
            return files(one, other, sameTime(x, y));
        } else if (x.body() instanceof Item.Symlink one && y.body() instanceof Item.Symlink other) {
            return Arrays.equals(one.target(), other.target())
                    ? (complete ? SAME : LIKELY_SAME)
                    : (complete ? DIFFERENT : LIKELY_SAME);
        } else if (x.body() instanceof Item.Device one && y.body() instanceof Item.Device other) {
            return !complete ? LIKELY_SAME : one.equals(other) ? SAME : DIFFERENT;
        } else if (x.body() instanceof Item.Special) {
            return SAME;
        }
        return x.pages().equals(y.pages()) ? LIKELY_SAME : LIKELY_DIFFERENT;
    }

    private static Likeness files(Item.File one, Item.File other, boolean sameTime) {
        Optional<ContentId> id = one.content();
        if (id.isPresent() && id.equals(other.content())) {
            return SAME;
        }
        boolean bothStored = id.isPresent() && other.content().isPresent();
        if (one.sizeBytes() == Item.File.UNKNOWN_SIZE
                || other.sizeBytes() == Item.File.UNKNOWN_SIZE) {
            // A further name in a catalog: its first name tells.
            return bothStored ? LIKELY_DIFFERENT : LIKELY_SAME;
        } else if (one.sizeBytes() != other.sizeBytes()) {
            return DIFFERENT;
        }
        return sameTime ? LIKELY_SAME : LIKELY_DIFFERENT;
    }

    /** To the second if one of them knows no better. */
    static boolean sameTime(Item x, Item y) {
        Attributes one = x.attributes();
        Attributes other = y.attributes();
        boolean nanos = x.complete() && y.complete();
        return one.mtimeSeconds() == other.mtimeSeconds()
                && (!nanos || one.mtimeNanos() == other.mtimeNanos());
    }
}
