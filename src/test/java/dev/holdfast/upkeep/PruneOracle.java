package dev.holdfast.upkeep;

import dev.holdfast.store.SnapshotEntry;
import java.time.DayOfWeek;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * The prune rules told another way, for comparison: a map from time to mark, periods as numbers by
 * calendar arithmetic, recursion instead of early return.
 */
final class PruneOracle {
    private final ZoneId zone;
    private final Map<Long, String> marks = new TreeMap<>();

    PruneOracle(ZoneId zone) {
        this.zone = zone;
    }

    /** Mark by time: keep, keep-partial, protected or remove. */
    Map<Long, String> marks(List<SnapshotEntry> snapshots, int[] keep) {
        List<SnapshotEntry> sorted = new ArrayList<>(snapshots);
        sorted.sort((x, y) -> Long.compare(y.id().epochSeconds(), x.id().epochSeconds()));
        boolean any = false;
        for (int n : keep) {
            any |= n > 0;
        }
        if (any) {
            for (SnapshotEntry s : sorted) {
                if (!s.finished()) {
                    marks.put(
                            s.id().epochSeconds(),
                            s.equals(sorted.get(0)) ? "keep-partial" : "remove");
                }
            }
            for (int rule = 0; rule < keep.length; rule++) {
                if (keep[rule] > 0) {
                    List<Long> covered = new ArrayList<>();
                    for (Map.Entry<Long, String> e : marks.entrySet()) {
                        if (e.getValue().equals("keep")) {
                            covered.add(period(rule, e.getKey()));
                        }
                    }
                    walk(sorted, 0, rule, keep[rule], covered, new ArrayList<>());
                }
            }
        }
        for (SnapshotEntry s : sorted) {
            marks.putIfAbsent(
                    s.id().epochSeconds(), s.isProtected() ? "protected" : any ? "remove" : "keep");
        }
        return marks;
    }

    private void walk(
            List<SnapshotEntry> sorted,
            int at,
            int rule,
            int left,
            List<Long> covered,
            List<Long> taken) {
        if (at == sorted.size()) {
            return;
        }
        SnapshotEntry s = sorted.get(at);
        long time = s.id().epochSeconds();
        int remaining = left;
        if (!marks.containsKey(time)) {
            if (s.isProtected()) {
                marks.put(time, "protected");
            } else if (!covered.contains(period(rule, time))) {
                if (taken.contains(period(rule, time))) {
                    marks.put(time, "remove");
                } else if (left == 0) {
                    return;
                } else {
                    marks.put(time, "keep");
                    taken.add(period(rule, time));
                    remaining--;
                }
            }
        }
        walk(sorted, at + 1, rule, remaining, covered, taken);
    }

    private long period(int rule, long time) {
        LocalDateTime local = LocalDateTime.ofInstant(Instant.ofEpochSecond(time), zone);
        LocalDate day = local.toLocalDate();
        return switch (rule) {
            case 0 -> time;
            case 1 -> day.toEpochDay() * 24 + local.getHour();
            case 2 -> day.toEpochDay();
            case 3 -> day.with(DayOfWeek.MONDAY).toEpochDay();
            case 4 -> day.getYear() * 12L + day.getMonthValue();
            default -> day.getYear();
        };
    }
}
