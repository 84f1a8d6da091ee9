package dev.holdfast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.snapshot.FileCounts;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/** What a backup or a commit did, as JSON, and the same in words. */
final class Summary {
    private static final List<String> COMPARISON =
            List.of("new-files", "changed-files", "unchanged-files");

    private Summary() {}

    /** Adds what became of files. */
    static void put(ObjectNode json, FileCounts files) {
        json.put("new-files", files.newFiles()).put("changed-files", files.changedFiles());
        json.put("unchanged-files", files.unchangedFiles());
        json.put("reused-files", files.reusedFiles());
        json.put("read-bytes", files.readBytes()).put("reused-bytes", files.reusedBytes());
    }

    /** Takes out what is not known if everything was read. */
    static void removeComparison(ObjectNode json) {
        json.remove(COMPARISON);
    }

    /** Lines for people. */
    static List<String> lines(JsonNode result) {
        List<String> lines = new ArrayList<>();
        boolean hasTree = result.path("entries").asLong() > 0;
        if (hasTree) {
            lines.add(files(result, count(result, "entries") + " entries"));
        }
        long content = result.path("content-bytes").asLong();
        long fresh = result.path("new-bytes").asLong();
        long stored = result.path("stored-bytes").asLong();
        lines.add(
                String.format(
                        "Read %s, took over %s.",
                        Output.bytes(result.path("read-bytes").asLong()),
                        Output.bytes(result.path("reused-bytes").asLong())));
        lines.add(
                String.format(
                        Locale.ROOT,
                        "New are %s of %s%s, stored in %s%s; %.1f s.",
                        Output.bytes(fresh),
                        Output.bytes(content),
                        factor("deduplication", content, fresh),
                        Output.bytes(stored),
                        factor("compression", fresh, stored),
                        result.path("seconds").asDouble()));
        return lines;
    }

    private static String files(JsonNode result, String entries) {
        return result.has("new-files")
                ? String.format(
                        "Files: %s new, %s changed, %s unchanged; %s.",
                        count(result, "new-files"),
                        count(result, "changed-files"),
                        count(result, "unchanged-files"),
                        entries)
                : entries + ", all read.";
    }

    private static String count(JsonNode result, String field) {
        return String.format(Locale.ROOT, "%,d", result.path(field).asLong());
    }

    private static String factor(String what, long before, long after) {
        return after == 0
                ? ""
                : String.format(Locale.ROOT, " (%s %.1f)", what, (double) before / after);
    }
}
