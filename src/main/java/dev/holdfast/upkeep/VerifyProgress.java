package dev.holdfast.upkeep;

import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;

/** Hears how far a verification is. */
public interface VerifyProgress {
    /** Nobody listens. */
    VerifyProgress NONE = new VerifyProgress() {};

    /** A snapshot's turn has come. */
    default void snapshot(Namespace namespace, SnapshotId snapshot) {}

    /** A chunk was checked; on any thread. Totals are of this run, in content bytes. */
    default void checked(long doneBytes, long totalBytes) {}

    /** Something was found; on the verifying thread, as it is found. */
    default void problem(VerifyProblem problem) {}
}
