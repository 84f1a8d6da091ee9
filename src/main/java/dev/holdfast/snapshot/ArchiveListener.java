package dev.holdfast.snapshot;

import dev.holdfast.format.pxar.Body;

/** Hears what becomes of the entries of a tree while it is archived; on the archiving thread. */
public interface ArchiveListener {
    /** Nobody listens. */
    ArchiveListener NONE = new ArchiveListener() {};

    /** An entry's turn has come; for progress. */
    default void visited(SourceEntry entry) {}

    /**
     * A regular file has its place.
     *
     * @param filenameOffset of its FILENAME item in the metadata archive: its identity for hard
     *     links
     * @param placed its content in the payload stream
     * @param reused whether the content was taken over from the base without being read
     */
    default void placed(
            SourceEntry.File file, long filenameOffset, Body.Regular placed, boolean reused) {}

    /** A further name of a file was written; {@code filenameOffset} is that of its first name. */
    default void linked(SourceEntry.File file, long filenameOffset) {}

    /**
     * A directory is complete; {@code endOffset} is where it ends in the metadata archive, which
     * identifies it.
     */
    default void ended(SourceEntry.Directory directory, long endOffset) {}
}
