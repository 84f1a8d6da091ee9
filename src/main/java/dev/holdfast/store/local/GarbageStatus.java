package dev.holdfast.store.local;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.store.GarbageReport;
import java.nio.charset.StandardCharsets;

/**
 * {@code BASE/.gc-status} (datastore.md §9.5): compact JSON of the last garbage collection, where a
 * server shows it from.
 */
final class GarbageStatus {
    private static final String FILE = ".gc-status";

    private GarbageStatus() {}

    static void write(StoreFiles files, Layout layout, GarbageReport report) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.putNull("upid");
        json.put("index-file-count", report.indexFiles());
        json.put("index-data-bytes", report.indexDataBytes());
        json.put("disk-bytes", report.diskBytes());
        json.put("disk-chunks", report.diskChunks());
        json.put("removed-bytes", report.removedBytes());
        json.put("removed-chunks", report.removedChunks());
        json.put("pending-bytes", report.pendingBytes());
        json.put("pending-chunks", report.pendingChunks());
        json.put("removed-bad", report.removedBad());
        json.put("still-bad", report.stillBad());
        files.replace(
                layout.base().resolve(FILE),
                json.toString().getBytes(StandardCharsets.UTF_8),
                true);
    }
}
