package dev.holdfast.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** What a rehearsal found, as one page for people or one JSON document. Filled by one thread. */
final class RehearsalReport {
    /** How something turned out; the worst decides the exit code. */
    enum Outcome {
        OK,
        WARNING,
        /** The key would be missing. */
        NO_KEY,
        /** The data would be damaged. */
        DAMAGED
    }

    private record Item(Outcome outcome, String what, String detail, Map<String, String> facts) {}

    private final String repository;
    private final long timeSeconds;
    private final List<Item> sources = new ArrayList<>();
    private final List<Item> snapshots = new ArrayList<>();

    RehearsalReport(String repository, long timeSeconds) {
        this.repository = repository;
        this.timeSeconds = timeSeconds;
    }

    /** A copy, set of shares, master key or key file, and whether it could be read. */
    void source(Outcome outcome, String what, String detail) {
        sources.add(new Item(outcome, what, detail, Map.of()));
    }

    /** A snapshot, and whether the sources open it. */
    void snapshot(Outcome outcome, String what, String detail, Map<String, String> facts) {
        snapshots.add(new Item(outcome, what, detail, new TreeMap<>(facts)));
    }

    private long count(Outcome outcome) {
        return sources.stream().filter(i -> i.outcome() == outcome).count()
                + snapshots.stream().filter(i -> i.outcome() == outcome).count();
    }

    /** A missing key is worse than a damaged chunk: it loses everything. */
    int exitCode() {
        return count(Outcome.NO_KEY) > 0
                ? ExitCode.KEY
                : count(Outcome.DAMAGED) > 0 ? ExitCode.DAMAGED : ExitCode.DONE;
    }

    private String result() {
        long failed = count(Outcome.NO_KEY) + count(Outcome.DAMAGED);
        if (failed > 0) {
            return "recovery would fail: " + failed + " of the lines above say why";
        }
        long warnings = count(Outcome.WARNING);
        return "recovery works" + (warnings > 0 ? ", with " + warnings + " warnings" : "");
    }

    void print() {
        Output.line("Rehearsal of recovery from " + repository);
        Output.line("");
        Output.line("Sources of keys:");
        sources.forEach(RehearsalReport::print);
        Output.line("");
        Output.line("Newest snapshots:");
        snapshots.forEach(RehearsalReport::print);
        if (snapshots.isEmpty()) {
            Output.line("  none");
        }
        Output.line("");
        Output.line("Result: " + result());
    }

    private static void print(Item item) {
        String outcome =
                switch (item.outcome()) {
                    case OK -> "ok      ";
                    case WARNING -> "warning ";
                    case NO_KEY, DAMAGED -> "FAILED  ";
                };
        Output.line("  " + outcome + item.what() + ": " + item.detail());
    }

    ObjectNode json() {
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("repository", repository).put("time", timeSeconds);
        json.putArray("sources");
        json.putArray("snapshots");
        for (Item item : sources) {
            fill(json.withArray("sources").addObject().put("source", item.what()), item);
        }
        for (Item item : snapshots) {
            fill(json.withArray("snapshots").addObject().put("snapshot", item.what()), item);
        }
        return json.put("result", exitCode() == ExitCode.DONE ? "ok" : "failed")
                .put("exit-code", exitCode());
    }

    private static void fill(ObjectNode json, Item item) {
        json.put("outcome", item.outcome().name().toLowerCase(Locale.ROOT).replace('_', '-'));
        json.put("detail", item.detail());
        item.facts().forEach(json::put);
    }
}
