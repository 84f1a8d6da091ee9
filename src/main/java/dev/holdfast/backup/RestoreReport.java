package dev.holdfast.backup;

/**
 * How a restore went.
 *
 * @param entries what is there now, the target itself included
 * @param contentBytes content of the files among them
 * @param failures entries that are not there, or not whole
 * @param warnings attributes that are not as they were
 */
public record RestoreReport(long entries, long contentBytes, long failures, long warnings) {
    /** Whether everything is there. */
    public boolean isComplete() {
        return failures == 0;
    }
}
