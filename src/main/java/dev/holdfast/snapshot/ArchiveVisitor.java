package dev.holdfast.snapshot;

import dev.holdfast.format.pxar.Entry;
import dev.holdfast.format.pxar.HardLink;

/**
 * Hears of everything in an archive, in its order: a directory, then its children, then its end.
 * What it throws ends the scan.
 */
public interface ArchiveVisitor {
    /** A directory begins; the first one is the one that is scanned. Its end is not known yet. */
    void enterDirectory(Entry directory);

    /** Anything that is neither a directory nor a hard link. */
    void entry(Entry entry);

    /** A further name of a regular file that was visited before (or lies before the scan). */
    void hardLink(HardLink link);

    /** The directory entered last ends. */
    void leaveDirectory();
}
