package dev.holdfast.upkeep;

import dev.holdfast.store.SnapshotEntry;
import dev.holdfast.upkeep.PruneDecision.Mark;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/**
 * Decides which snapshots of a group stay (datastore.md §10): one pass per rule, newest first, each
 * with its own period key in local time. What an earlier pass marked, later ones do not see; a
 * period that an earlier pass kept a snapshot of counts as done.
 */
public final class PruneRules {
    private final KeepOptions options;
    private final ZoneId zone;

    /** Rules in a time zone: days and weeks begin at its midnight. */
    public PruneRules(KeepOptions options, ZoneId zone) {
        this.options = options;
        this.zone = zone;
    }

    /** The decisions for all snapshots of one group, oldest first. */
    public List<PruneDecision> decide(List<SnapshotEntry> group) {
        List<SnapshotEntry> newestFirst = new ArrayList<>(group);
        newestFirst.sort(
                Comparator.comparingLong((SnapshotEntry e) -> e.id().epochSeconds()).reversed());
        Marks marks = new Marks(newestFirst);
        if (options.keepsEverything()) {
            return marks.conclude(Mark.KEEP, "no rule was given");
        }
        marks.unfinished();
        marks.pass(options.last(), "last", time -> Long.toString(time.toEpochSecond()));
        marks.pass(options.hourly(), "hourly", format("uuuu/MM/dd/HH"));
        marks.pass(options.daily(), "daily", format("uuuu/MM/dd"));
        // ISO weeks: they begin on Monday, and the first has the year's first Thursday.
        marks.pass(options.weekly(), "weekly", format("YYYY/ww", Locale.GERMANY));
        marks.pass(options.monthly(), "monthly", format("uuuu/MM"));
        marks.pass(options.yearly(), "yearly", format("uuuu"));
        return marks.conclude(Mark.REMOVE, "no rule keeps it");
    }

    private static Function<ZonedDateTime, String> format(String pattern) {
        return format(pattern, Locale.ROOT);
    }

    private static Function<ZonedDateTime, String> format(String pattern, Locale locale) {
        return DateTimeFormatter.ofPattern(pattern, locale)::format;
    }

    /** The marks of a group's snapshots, newest first. */
    private final class Marks {
        private final List<SnapshotEntry> snapshots;
        private final List<Optional<PruneDecision>> decisions = new ArrayList<>();

        Marks(List<SnapshotEntry> snapshots) {
            this.snapshots = snapshots;
            snapshots.forEach(s -> decisions.add(Optional.empty()));
        }

        private void mark(int i, Mark mark, String reason) {
            decisions.set(i, Optional.of(new PruneDecision(snapshots.get(i), mark, reason)));
        }

        private ZonedDateTime time(int i) {
            return Instant.ofEpochSecond(snapshots.get(i).id().epochSeconds()).atZone(zone);
        }

        /** Only the very newest may still become a snapshot. */
        void unfinished() {
            for (int i = 0; i < snapshots.size(); i++) {
                if (!snapshots.get(i).finished()) {
                    if (i == 0) {
                        mark(i, Mark.KEEP_PARTIAL, "unfinished, perhaps being written");
                    } else {
                        mark(i, Mark.REMOVE, "unfinished");
                    }
                }
            }
        }

        void pass(int count, String rule, Function<ZonedDateTime, String> key) {
            if (count == 0) {
                return;
            }
            Set<String> done = new HashSet<>();
            for (int i = 0; i < snapshots.size(); i++) {
                if (decisions.get(i).filter(d -> d.mark() == Mark.KEEP).isPresent()) {
                    done.add(key.apply(time(i)));
                }
            }
            Set<String> used = new HashSet<>();
            for (int i = 0; i < snapshots.size(); i++) {
                if (decisions.get(i).isPresent()) {
                    continue;
                }
                if (snapshots.get(i).isProtected()) {
                    mark(i, Mark.PROTECTED, "protected");
                    continue;
                }
                String period = key.apply(time(i));
                if (done.contains(period)) {
                    continue;
                }
                if (used.contains(period)) {
                    mark(i, Mark.REMOVE, "not the newest of its period (" + rule + ")");
                } else if (used.size() >= count) {
                    return;
                } else {
                    used.add(period);
                    mark(i, Mark.KEEP, rule + " " + used.size() + "/" + count);
                }
            }
        }

        List<PruneDecision> conclude(Mark rest, String reason) {
            List<PruneDecision> oldestFirst = new ArrayList<>();
            for (int i = snapshots.size() - 1; i >= 0; i--) {
                if (decisions.get(i).isEmpty()) {
                    if (snapshots.get(i).isProtected()) {
                        mark(i, Mark.PROTECTED, "protected");
                    } else {
                        mark(i, rest, reason);
                    }
                }
                oldestFirst.add(decisions.get(i).orElseThrow());
            }
            return oldestFirst;
        }
    }
}
