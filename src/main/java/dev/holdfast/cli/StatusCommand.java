package dev.holdfast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.HoldfastException;
import dev.holdfast.fuse.AttachedMounts;
import dev.holdfast.upkeep.LedgerSummary;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code holdfast status}. */
@Command(
        name = "status",
        description =
                "Show the state of mounts: what is not committed yet, the base, the last commit. And of each repository that was"
                        + " verified from here: within how many days every byte of it was checked, or how much was not.",
        footer = {"", "Examples:", "  holdfast status", "  holdfast status /mnt/staging --json"})
final class StatusCommand implements Callable<Integer> {
    @ParentCommand Holdfast parent;

    @Parameters(
            arity = "0..1",
            paramLabel = "MOUNTPOINT",
            description = "Default: all mounts of this machine, and what was verified.")
    Optional<Path> mountPoint = Optional.empty();

    @Override
    public Integer call() {
        List<Path> mounts = mountPoint.map(List::of).orElseGet(AttachedMounts::list);
        ArrayNode all = JsonNodeFactory.instance.arrayNode();
        for (Path mount : mounts) {
            try {
                all.add(MountStatus.read(mount));
            } catch (HoldfastException e) {
                if (mountPoint.isPresent()) {
                    throw e;
                }
                all.addObject().put("mountpoint", mount.toString()).put("error", e.getMessage());
            }
        }
        if (mountPoint.isEmpty()) {
            for (LedgerSummary ledger : LedgerSummary.all(System.getenv())) {
                all.add(json(ledger));
            }
        }
        if (parent.options.json) {
            Output.json(mountPoint.isPresent() ? all.get(0) : all);
        } else {
            if (mounts.isEmpty()) {
                Output.remark(parent.options, "nothing is mounted");
            }
            all.forEach(StatusCommand::print);
        }
        return ExitCode.DONE;
    }

    /** What was verified of a repository from here, whether or not it is mounted. */
    private static ObjectNode json(LedgerSummary ledger) {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("kind", "verified").put("repository", ledger.repository());
        json.put("listed", ledger.listed().map(Instant::toString).orElse(null));
        json.put("chunks", ledger.chunks()).put("content-bytes", ledger.contentBytes());
        json.put("unchecked-chunks", ledger.uncheckedChunks());
        json.put("unchecked-bytes", ledger.uncheckedBytes());
        json.put("checksum-only-bytes", ledger.checksumOnlyBytes());
        json.put("oldest-check", ledger.oldestCheck().map(Instant::toString).orElse(null));
        OptionalLong days = ledger.everyByteWithinDays(Instant.now());
        return json.put(
                "every-byte-within-days", days.isPresent() ? (Long) days.getAsLong() : null);
    }

    private static void print(JsonNode status) {
        for (Map.Entry<String, JsonNode> field : status.properties()) {
            String value =
                    field.getKey().endsWith("-bytes")
                            ? Output.bytes(field.getValue().asLong())
                            : text(field.getValue());
            Output.line(String.format("%-18s %s", field.getKey() + ":", value));
        }
        Output.line("");
    }

    /** A value for people: of the last commit which and when, of the last error what and when. */
    private static String text(JsonNode value) {
        if (value.isNull() || (value.isObject() && value.isEmpty())) {
            return "none";
        }
        if (!value.isObject()) {
            return value.asText();
        }
        String what = value.path("snapshot").asText(value.path("message").asText());
        return what + ", at " + value.path("time").asText();
    }
}
