package dev.holdfast.upkeep;

import java.util.List;

/**
 * What a sync did. Names are those of the source, but of {@code removed} those of the target.
 *
 * @param copied snapshots that arrived
 * @param skipped snapshots that were left out on purpose, and why
 * @param failed what could not be copied, and why; what came after it in its group was left out too
 * @param removed snapshots that had vanished from the source
 * @param chunks chunks that travelled
 * @param bytes their stored bytes
 * @param knownChunks chunks that the target had
 */
public record SyncReport(
        List<String> copied,
        List<Remark> skipped,
        List<Remark> failed,
        List<String> removed,
        long chunks,
        long bytes,
        long knownChunks) {
    public SyncReport {
        copied = List.copyOf(copied);
        skipped = List.copyOf(skipped);
        failed = List.copyOf(failed);
        removed = List.copyOf(removed);
    }

    /** Something about a snapshot or group. */
    public record Remark(String what, String why) {}
}
