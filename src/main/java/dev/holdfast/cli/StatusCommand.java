package dev.holdfast.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.holdfast.HoldfastException;
import dev.holdfast.fuse.AttachedMounts;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code holdfast status}. */
@Command(
        name = "status",
        description =
                "Show the state of mounts: what is not committed yet, the base, the last commit.",
        footer = {"", "Examples:", "  holdfast status", "  holdfast status /mnt/staging --json"})
final class StatusCommand implements Callable<Integer> {
    @ParentCommand Holdfast parent;

    @Parameters(
            arity = "0..1",
            paramLabel = "MOUNTPOINT",
            description = "Default: all mounts of this machine.")
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
        if (parent.options.json) {
            Output.json(mountPoint.isPresent() ? all.get(0) : all);
        } else if (all.isEmpty()) {
            Output.remark(parent.options, "nothing is mounted");
        } else {
            all.forEach(StatusCommand::print);
        }
        return ExitCode.DONE;
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
