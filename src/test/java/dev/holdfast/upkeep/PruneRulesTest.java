package dev.holdfast.upkeep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.Golden;
import dev.holdfast.NotFound;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.store.SnapshotEntry;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;
import org.junit.jupiter.api.Test;

class PruneRulesTest {
    private static final GroupId GROUP = GroupId.parse("host/a");

    private static SnapshotEntry at(String time) {
        return new SnapshotEntry(GROUP.at(Instant.parse(time).getEpochSecond()), true, false);
    }

    private static List<String> kept(KeepOptions options, ZoneId zone, List<SnapshotEntry> all) {
        return new PruneRules(options, zone)
                .decide(all).stream()
                        .filter(PruneDecision::keeps)
                        .map(d -> d.snapshot().id().timeText())
                        .toList();
    }

    @Test
    void dryRunIsThatOfTheOfficialClient() throws IOException {
        // The table of `prune host/full --keep-last 2 --dry-run`.
        String log = Files.readString(Golden.dir().resolve("logs/errors.log"));
        String table = log.substring(log.indexOf("prune host/full --keep-last 2 --dry-run"));
        Map<String, String> expected = new TreeMap<>();
        Matcher row =
                Pattern.compile("│ (host/full/\\S+) │[^│]*│\\s+(keep|remove) │")
                        .matcher(table.substring(0, table.indexOf("rc 0")));
        while (row.find()) {
            expected.put(row.group(1), row.group(2));
        }
        assertThat(expected).hasSize(5);
        Map<String, String> found = new TreeMap<>();
        try (TestStore store = TestStore.golden()) {
            for (PruneDecision decision :
                    Prune.plan(
                            store.repository,
                            Namespace.ROOT,
                            GroupId.parse("host/full"),
                            new PruneRules(new KeepOptions(2, 0, 0, 0, 0, 0), ZoneOffset.UTC))) {
                found.put(
                        decision.snapshot().id().toString(), decision.keeps() ? "keep" : "remove");
            }
        }
        assertThat(found).isEqualTo(expected);
    }

    @Test
    void daysBeginAtLocalMidnight() {
        List<SnapshotEntry> all = List.of(at("2026-03-01T22:30:00Z"), at("2026-03-01T23:30:00Z"));
        KeepOptions twoDays = new KeepOptions(0, 0, 2, 0, 0, 0);
        assertThat(kept(twoDays, ZoneOffset.UTC, all)).containsExactly("2026-03-01T23:30:00Z");
        assertThat(kept(twoDays, ZoneId.of("Europe/Vienna"), all)).hasSize(2);
    }

    @Test
    void weeksAreIsoWeeksAlsoAroundNewYear() {
        // Monday 2024-12-30 and Friday 2025-01-03 are in week 2025/01, Sunday 2024-12-29 is not.
        List<SnapshotEntry> all =
                List.of(
                        at("2024-12-29T12:00:00Z"),
                        at("2024-12-30T12:00:00Z"),
                        at("2025-01-03T12:00:00Z"));
        assertThat(kept(new KeepOptions(0, 0, 0, 9, 0, 0), ZoneOffset.UTC, all))
                .containsExactly("2024-12-29T12:00:00Z", "2025-01-03T12:00:00Z");
    }

    @Test
    void theHourThatClocksRepeatIsOneHour() {
        // In Vienna 2:30 came twice on 25 October 2026, at 0:30 and 1:30 UTC.
        List<SnapshotEntry> all =
                List.of(
                        at("2026-10-24T23:30:00Z"),
                        at("2026-10-25T00:30:00Z"),
                        at("2026-10-25T01:30:00Z"));
        KeepOptions hours = new KeepOptions(0, 9, 0, 0, 0, 0);
        assertThat(kept(hours, ZoneId.of("Europe/Vienna"), all))
                .containsExactly("2026-10-24T23:30:00Z", "2026-10-25T01:30:00Z");
        assertThat(kept(hours, ZoneOffset.UTC, all)).hasSize(3);
    }

    @Test
    void theHourThatClocksSkipIsNotMissed() {
        // In Vienna 2:00 to 3:00 did not exist on 29 March 2026; the day had 23 hours.
        List<SnapshotEntry> all =
                List.of(
                        at("2026-03-28T22:59:59Z"),
                        at("2026-03-28T23:00:00Z"),
                        at("2026-03-29T00:59:59Z"),
                        at("2026-03-29T01:00:00Z"),
                        at("2026-03-29T21:59:59Z"),
                        at("2026-03-29T22:00:00Z"));
        ZoneId vienna = ZoneId.of("Europe/Vienna");
        assertThat(kept(new KeepOptions(0, 9, 0, 0, 0, 0), vienna, all)).hasSize(6);
        assertThat(kept(new KeepOptions(0, 0, 9, 0, 0, 0), vienna, all))
                .containsExactly(
                        "2026-03-28T22:59:59Z", "2026-03-29T21:59:59Z", "2026-03-29T22:00:00Z");
    }

    @Test
    void anEarlierRuleCoversThePeriodForLaterOnes() {
        List<SnapshotEntry> all =
                List.of(
                        at("2026-01-30T01:00:00Z"),
                        at("2026-01-31T01:00:00Z"),
                        at("2026-01-31T02:00:00Z"));
        // last keeps 31st 02:00; its day is done, so the older one of that day is not kept by
        // daily.
        assertThat(kept(new KeepOptions(1, 0, 1, 0, 0, 0), ZoneOffset.UTC, all))
                .containsExactly("2026-01-30T01:00:00Z", "2026-01-31T02:00:00Z");
    }

    @Test
    void withoutRulesEverythingIsKept() {
        List<SnapshotEntry> all = List.of(at("2026-01-30T01:00:00Z"), at("2026-01-31T01:00:00Z"));
        assertThat(kept(new KeepOptions(0, 0, 0, 0, 0, 0), ZoneOffset.UTC, all)).hasSize(2);
    }

    @Test
    void refusesNegativeNumbersAndUnknownGroups() throws IOException {
        assertThatThrownBy(() -> new KeepOptions(-1, 0, 0, 0, 0, 0))
                .isInstanceOf(IllegalArgumentException.class);
        try (TestStore store = TestStore.golden()) {
            assertThatThrownBy(
                            () ->
                                    Prune.plan(
                                            store.repository,
                                            Namespace.ROOT,
                                            GroupId.parse("host/nobody"),
                                            new PruneRules(
                                                    new KeepOptions(1, 0, 0, 0, 0, 0),
                                                    ZoneOffset.UTC)))
                    .isInstanceOf(NotFound.class);
        }
    }

    @Test
    void removesOldestFirstAndLeavesProtectedOnes() throws IOException {
        try (TestStore store = TestStore.golden()) {
            GroupId full = GroupId.parse("host/full");
            List<SnapshotId> removed =
                    Prune.carryOut(
                            store.repository,
                            Namespace.ROOT,
                            Prune.plan(
                                    store.repository,
                                    Namespace.ROOT,
                                    full,
                                    new PruneRules(
                                            new KeepOptions(1, 0, 0, 0, 0, 0), ZoneOffset.UTC)),
                            (id, why) -> {
                                throw new AssertionError(id + " stayed: " + why);
                            });
            assertThat(removed)
                    .extracting(SnapshotId::timeText)
                    .containsExactly(
                            "2026-01-02T00:00:00Z", "2026-01-03T00:00:00Z", "2026-01-04T00:00:00Z");
            assertThat(store.repository.snapshots(Namespace.ROOT, full))
                    .extracting(e -> e.id().timeText())
                    .containsExactly("2026-01-01T00:00:00Z", "2026-01-05T00:00:00Z");
            store.assertIndependentlyClean();
        }
    }

    @Property(tries = 2000)
    void agreesWithTheOracle(
            @ForAll("groups") List<SnapshotEntry> group,
            @ForAll("keeps") int[] keep,
            @ForAll("zones") ZoneId zone) {
        Map<Long, String> found = new TreeMap<>();
        for (PruneDecision decision :
                new PruneRules(
                                new KeepOptions(
                                        keep[0], keep[1], keep[2], keep[3], keep[4], keep[5]),
                                zone)
                        .decide(group)) {
            found.put(decision.snapshot().id().epochSeconds(), decision.mark().text());
        }
        assertThat(found).isEqualTo(new PruneOracle(zone).marks(group, keep));
    }

    @Provide
    Arbitrary<ZoneId> zones() {
        return Arbitraries.of("UTC", "Europe/Vienna", "America/St_Johns", "Pacific/Apia")
                .map(ZoneId::of);
    }

    @Provide
    Arbitrary<int[]> keeps() {
        return Arbitraries.integers()
                .between(0, 4)
                .map(n -> Math.max(0, n - 1))
                .array(int[].class)
                .ofSize(6);
    }

    /** Bursts within hours, gaps of days to months, around a change of year and of clocks. */
    @Provide
    Arbitrary<List<SnapshotEntry>> groups() {
        Arbitrary<Long> gap =
                Arbitraries.oneOf(
                        Arbitraries.longs().between(1, 7_000),
                        Arbitraries.longs().between(3_000, 200_000),
                        Arbitraries.longs().between(100_000, 9_000_000));
        Arbitrary<Integer> state = Arbitraries.integers().between(0, 9);
        return Combinators.combine(
                        Arbitraries.longs().between(1_600_000_000L, 1_750_000_000L),
                        gap.list().ofMaxSize(40),
                        state.list().ofSize(41))
                .as(
                        (start, gaps, states) -> {
                            TreeSet<Long> times = new TreeSet<>();
                            long time = start;
                            times.add(time);
                            for (long one : gaps) {
                                time += one;
                                times.add(time);
                            }
                            List<SnapshotEntry> group = new ArrayList<>();
                            for (long one : times) {
                                int s = states.get(group.size());
                                group.add(new SnapshotEntry(GROUP.at(one), s != 0, s == 1));
                            }
                            return group;
                        });
    }
}
