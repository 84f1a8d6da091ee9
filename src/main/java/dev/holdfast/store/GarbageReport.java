package dev.holdfast.store;

/**
 * What a garbage collection found and did (datastore.md §9.5).
 *
 * @param indexFiles index files marked
 * @param indexDataBytes content of all indexes together, each counted as often as it is referred to
 * @param diskChunks chunks in use
 * @param diskBytes their stored bytes
 * @param pendingChunks chunks not in use, too young to be removed
 * @param removedBad damaged chunks, moved aside earlier, that were removed
 * @param stillBad damaged chunks that were kept
 * @param missingChunks chunks that an index refers to and that are not there
 */
public record GarbageReport(
        int indexFiles,
        long indexDataBytes,
        long diskChunks,
        long diskBytes,
        long pendingChunks,
        long pendingBytes,
        long removedChunks,
        long removedBytes,
        long removedBad,
        long stillBad,
        long missingChunks) {

    /** How many times smaller the stored form is than what it stands for; 0 if it is empty. */
    public double deduplicationFactor() {
        return diskBytes == 0 ? 0 : (double) indexDataBytes / diskBytes;
    }
}
