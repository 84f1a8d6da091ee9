package dev.holdfast.cli;

import java.nio.charset.StandardCharsets;

/**
 * {@code ARCHIVE[/PATH]} as users write it.
 *
 * @param archive {@code root.pxar}
 * @param path raw bytes, empty for the root
 */
record ArchivePath(String archive, byte[] path) {
    static ArchivePath parse(String text) {
        int slash = text.indexOf('/');
        if (slash < 0) {
            return new ArchivePath(text, new byte[0]);
        }
        return new ArchivePath(
                text.substring(0, slash),
                text.substring(slash + 1).getBytes(StandardCharsets.UTF_8));
    }

    /** Whether the whole archive is meant. */
    boolean isRoot() {
        return path.length == 0;
    }

    @Override
    public String toString() {
        return isRoot() ? archive : archive + "/" + new String(path, StandardCharsets.UTF_8);
    }
}
