package dev.holdfast.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.store.Repository;
import dev.holdfast.upkeep.KeepOptions;
import dev.holdfast.upkeep.Prune;
import dev.holdfast.upkeep.PruneDecision;
import dev.holdfast.upkeep.PruneRules;
import java.nio.file.Path;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code holdfast prune}. */
@Command(
        name = "prune",
        description = {
            "Remove old snapshots of a group. Rules are applied in the order last, hourly, daily, weekly, monthly, yearly, in"
                    + " local time; protected snapshots always stay. Disk space is freed by a later gc."
        },
        footer = {
            "",
            "Example:",
            "  holdfast prune host/web1 --keep-daily 7 --keep-weekly 4 --keep-monthly 12 --dry-run"
        })
final class PruneCommand implements Callable<Integer> {
    @ParentCommand Holdfast parent;

    @Parameters(arity = "0..1", paramLabel = "GROUP", description = "TYPE/ID")
    Optional<String> group = Optional.empty();

    @Option(names = "--all", description = "Every group of the namespace, each by itself.")
    boolean all;

    @Option(names = "--keep-last", paramLabel = "N", description = "Keep the newest N snapshots.")
    Optional<Integer> last = Optional.empty();

    @Option(names = "--keep-hourly", paramLabel = "N", description = "… of N hours.")
    Optional<Integer> hourly = Optional.empty();

    @Option(names = "--keep-daily", paramLabel = "N", description = "… of N days.")
    Optional<Integer> daily = Optional.empty();

    @Option(names = "--keep-weekly", paramLabel = "N", description = "… of N ISO weeks.")
    Optional<Integer> weekly = Optional.empty();

    @Option(names = "--keep-monthly", paramLabel = "N", description = "… of N months.")
    Optional<Integer> monthly = Optional.empty();

    @Option(names = "--keep-yearly", paramLabel = "N", description = "… of N years.")
    Optional<Integer> yearly = Optional.empty();

    @Option(
            names = {"-n", "--dry-run"},
            description = "Only show what would be removed.")
    boolean dryRun;

    @Option(
            names = "--ledger",
            paramLabel = "FILE",
            description = "Note the removals in this snapshot ledger.")
    Optional<Path> ledger = Optional.empty();

    @Override
    public Integer call() {
        if (group.isPresent() == all) {
            throw new UsageException("name one GROUP, or say --all");
        }
        KeepOptions keep =
                new KeepOptions(
                        count(last, "last"),
                        count(hourly, "hourly"),
                        count(daily, "daily"),
                        count(weekly, "weekly"),
                        count(monthly, "monthly"),
                        count(yearly, "yearly"));
        PruneRules rules = new PruneRules(keep, ZoneId.systemDefault());
        try (Session session = new Session(parent.options);
                LedgerOption notes = new LedgerOption(ledger, session, parent.options)) {
            List<GroupId> groups =
                    group.isPresent()
                            ? List.of(Session.group(group.get()))
                            : session.repository().groups(parent.options.namespace);
            return prune(session.repository(), groups, rules, keep, notes);
        }
    }

    private static int count(Optional<Integer> option, String name) {
        if (option.isPresent() && option.get() < 1) {
            throw new UsageException("--keep-" + name + " must be at least 1");
        }
        return option.orElse(0);
    }

    private int prune(
            Repository repository,
            List<GroupId> groups,
            PruneRules rules,
            KeepOptions keep,
            LedgerOption notes) {
        ArrayNode json = JsonNodeFactory.instance.arrayNode();
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"SNAPSHOT", "ACTION", "REASON"});
        int removed = 0;
        Map<SnapshotId, String> stayed = new HashMap<>();
        for (GroupId id : groups) {
            List<PruneDecision> decisions =
                    Prune.plan(repository, parent.options.namespace, id, rules);
            if (!dryRun) {
                List<SnapshotId> gone =
                        Prune.carryOut(
                                repository, parent.options.namespace, decisions, stayed::put);
                gone.forEach(one -> notes.forgotten(parent.options.namespace, one));
                removed += gone.size();
            }
            for (PruneDecision decision : decisions) {
                SnapshotId snapshot = decision.snapshot().id();
                String action =
                        stayed.containsKey(snapshot)
                                ? "stays"
                                : decision.keeps() ? "keep" : "remove";
                String reason = stayed.getOrDefault(snapshot, decision.reason());
                rows.add(new String[] {snapshot.toString(), action, reason});
                json.addObject()
                        .put("snapshot", snapshot.toString())
                        .put("time", snapshot.epochSeconds())
                        .put("action", action)
                        .put("mark", decision.mark().text())
                        .put("keep", decision.keeps() || stayed.containsKey(snapshot))
                        .put("protected", decision.snapshot().isProtected())
                        .put("reason", reason);
            }
        }
        report(json, rows, keep, removed, stayed);
        return ExitCode.DONE;
    }

    private void report(
            ArrayNode json,
            List<String[]> rows,
            KeepOptions keep,
            int removed,
            Map<SnapshotId, String> stayed) {
        if (parent.options.json) {
            Output.json(json);
        } else if (rows.size() > 1) {
            Output.table(rows);
        }
        stayed.forEach((id, why) -> System.err.println("holdfast: warning: " + id + ": " + why));
        if (keep.keepsEverything()) {
            Output.remark(parent.options, "No --keep-… given, so everything is kept.");
        } else if (!dryRun) {
            Output.remark(
                    parent.options,
                    removed + " snapshots removed; gc frees the space of what nothing else needs.");
        }
    }
}
