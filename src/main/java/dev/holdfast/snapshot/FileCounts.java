package dev.holdfast.snapshot;

/**
 * What became of the regular files of a tree. Further names of a file do not count.
 *
 * @param newFiles whose path the base does not have
 * @param changedFiles whose path the base has with something else
 * @param unchangedFiles that are known to be as in the base
 * @param reusedFiles of the unchanged ones those whose content was taken over without reading it;
 *     others shared chunks with changed ones
 * @param readBytes content that was read
 * @param reusedBytes content that was taken over
 */
public record FileCounts(
        long newFiles,
        long changedFiles,
        long unchangedFiles,
        long reusedFiles,
        long readBytes,
        long reusedBytes) {
    /** Of no file. */
    public static final FileCounts NONE = new FileCounts(0, 0, 0, 0, 0, 0);

    /** With one file more, as {@link ArchiveListener#placed} tells of it. */
    public FileCounts plus(SourceEntry.File file, boolean reused) {
        boolean unchanged = file.baseOffset().isPresent();
        boolean changed = !unchanged && file.isInBase();
        return new FileCounts(
                newFiles + (unchanged || changed ? 0 : 1),
                changedFiles + (changed ? 1 : 0),
                unchangedFiles + (unchanged ? 1 : 0),
                reusedFiles + (reused ? 1 : 0),
                readBytes + (reused ? 0 : file.sizeBytes()),
                reusedBytes + (reused ? file.sizeBytes() : 0));
    }

    /** With bytes that were read of what is no file of a tree. */
    public FileCounts plusRead(long bytes) {
        return new FileCounts(
                newFiles,
                changedFiles,
                unchangedFiles,
                reusedFiles,
                readBytes + bytes,
                reusedBytes);
    }
}
