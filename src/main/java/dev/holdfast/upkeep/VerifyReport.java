package dev.holdfast.upkeep;

import dev.holdfast.format.Digest;
import java.time.Instant;
import java.util.List;
import java.util.Optional;

/**
 * What a verification found.
 *
 * @param snapshots how many snapshots were verified
 * @param failed how many of them are damaged
 * @param skipped how many were left out: too old, verified lately, or in use
 * @param withoutKey how many are encrypted with a key that is not at hand: their chunks' checksums
 *     were compared, their content was not opened
 * @param chunks how many chunks were checked
 * @param contentBytes their content
 * @param damagedChunks chunks that are missing or damaged
 * @param quarantined how many of these were moved aside
 * @param problems everything found, the first thousands of it
 * @param omittedProblems how many more there were
 * @param checkedSince every chunk of these snapshots has been checked at this time or later; empty
 *     if some never was
 */
public record VerifyReport(
        int snapshots,
        int failed,
        int skipped,
        int withoutKey,
        long chunks,
        long contentBytes,
        List<Digest> damagedChunks,
        int quarantined,
        List<VerifyProblem> problems,
        long omittedProblems,
        Optional<Instant> checkedSince) {
    public VerifyReport {
        damagedChunks = List.copyOf(damagedChunks);
        problems = List.copyOf(problems);
    }

    /** Whether nothing is wrong. */
    public boolean isClean() {
        return problems.isEmpty() && failed == 0;
    }
}
