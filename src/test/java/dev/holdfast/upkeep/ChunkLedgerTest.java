package dev.holdfast.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.format.Digest;
import dev.holdfast.format.Namespace;
import dev.holdfast.store.GarbageOptions;
import dev.holdfast.store.GarbageProgress;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ChunkLedgerTest {
    private static final Instant NOON = Instant.parse("2026-06-01T12:00:00Z");
    private static final Digest ONE = new Digest(1, 2, 3, 4);
    private static final Digest TWO = new Digest(5, 6, 7, 8);
    private static final Digest THREE = new Digest(9, 10, 11, 12);

    @TempDir Path directory;

    private Path file() {
        return directory.resolve("sub").resolve("0123456789abcdef");
    }

    private ChunkLedger open() {
        return ChunkLedger.open(file(), directory.toString());
    }

    private LedgerSummary saved(ChunkLedger ledger) {
        ledger.save();
        return LedgerSummary.read(file()).orElseThrow();
    }

    @Test
    void remembersWhatWasCheckedWhen() {
        ChunkLedger ledger = open();
        ledger.checked(ONE, 16 << 20, NOON, true);
        ledger.checked(TWO, 1, NOON.plusSeconds(5), false);
        ledger.known(THREE, 700);
        ledger.save();
        ChunkLedger again = open();
        assertThat(again.checkedSeconds(ONE, true)).isEqualTo(NOON.getEpochSecond());
        assertThat(again.checkedSeconds(ONE, false)).isEqualTo(NOON.getEpochSecond());
        assertThat(again.checkedSeconds(TWO, true)).isZero();
        assertThat(again.checkedSeconds(TWO, false)).isEqualTo(NOON.getEpochSecond() + 5);
        assertThat(again.checkedSeconds(THREE, false)).isZero();
        assertThat(saved(again))
                .isEqualTo(
                        new LedgerSummary(
                                directory.toString(),
                                java.util.Optional.empty(),
                                3,
                                (16 << 20) + 701,
                                1,
                                700,
                                1,
                                java.util.Optional.of(NOON)));
    }

    @Test
    void aWeakerCheckDoesNotReplaceAStrongerOne() {
        ChunkLedger ledger = open();
        ledger.checked(ONE, 9, NOON, true);
        ledger.checked(ONE, 9, NOON.plusSeconds(100), false);
        assertThat(ledger.checkedSeconds(ONE, true)).isEqualTo(NOON.getEpochSecond());
        assertThat(ledger.checkedSeconds(ONE, false)).isEqualTo(NOON.getEpochSecond() + 100);
    }

    @Test
    void whatIsDamagedCountsAsNeverChecked() {
        ChunkLedger ledger = open();
        ledger.checked(ONE, 9, NOON, true);
        ledger.checked(ONE, 9, NOON, false);
        ledger.damaged(ONE, 9);
        assertThat(ledger.checkedSeconds(ONE, false)).isZero();
        assertThat(saved(ledger).uncheckedBytes()).isEqualTo(9);
    }

    @Test
    void promisesDaysOnlyWhenNothingIsUnchecked() {
        ChunkLedger ledger = open();
        ledger.checked(ONE, 9, NOON, true);
        ledger.checked(TWO, 9, NOON.plus(Duration.ofDays(8)), true);
        Instant now = NOON.plus(Duration.ofDays(10)).plusSeconds(1);
        assertThat(saved(ledger).everyByteWithinDays(now)).hasValue(11);
        ledger.known(THREE, 1);
        assertThat(saved(ledger).everyByteWithinDays(now)).isEmpty();
    }

    @Test
    void forgetsWhatTheRepositoryDoesNotHaveAnyMore() {
        ChunkLedger ledger = open();
        ledger.checked(ONE, 9, NOON.minus(Duration.ofDays(99)), true);
        ledger.checked(TWO, 7, NOON, true);
        ledger.retain(TWO::equals, NOON);
        LedgerSummary summary = saved(ledger);
        assertThat(summary.chunks()).isEqualTo(1);
        assertThat(summary.oldestCheck()).contains(NOON);
        assertThat(summary.listed()).contains(NOON);
    }

    @Test
    void aBrokenFileIsAsGoodAsNone() throws IOException {
        ChunkLedger ledger = open();
        ledger.checked(ONE, 9, NOON, true);
        ledger.save();
        byte[] good = Files.readAllBytes(file());
        for (int i = 0; i < good.length; i++) {
            byte[] bad = good.clone();
            bad[i] ^= 0x40;
            Files.write(file(), bad);
            assertThat(open().checkedSeconds(ONE, false)).as("byte %d", i).isZero();
            assertThat(LedgerSummary.read(file())).isEmpty();
            Files.write(file(), java.util.Arrays.copyOf(good, i));
            assertThat(open().checkedSeconds(ONE, false)).as("cut at %d", i).isZero();
        }
        Files.write(file(), good);
        assertThat(open().checkedSeconds(ONE, true)).isPositive();
    }

    @Test
    void listsLedgersOfRepositoriesThatAreStillThere() throws IOException {
        Map<String, String> environment = Map.of("XDG_STATE_HOME", directory.toString());
        assertThat(LedgerSummary.all(environment)).isEmpty();
        Path repository = Files.createDirectory(directory.resolve("store"));
        for (String name : new String[] {repository.toString(), "root@pam@host:tank"}) {
            ChunkLedger ledger =
                    ChunkLedger.open(ChunkLedger.fileFor(name, environment).orElseThrow(), name);
            ledger.checked(ONE, 9, NOON, true);
            ledger.save();
        }
        assertThat(LedgerSummary.all(environment))
                .extracting(LedgerSummary::repository)
                .containsExactly(repository.toString(), "root@pam@host:tank");
        Files.delete(repository);
        assertThat(LedgerSummary.all(environment))
                .extracting(LedgerSummary::repository)
                .containsExactly("root@pam@host:tank");
    }

    @Test
    void aVerificationSaysHowMuchOfTheRepositoryIsUnchecked() throws IOException {
        try (TestStore store = TestStore.create()) {
            for (int i = 0; i < 4; i++) {
                Map<String, byte[]> tree = Map.of("one", TestStore.random(i, 90_000));
                store.backUp(TestStore.GROUP, 1_000_000 + i, tree);
            }
            ChunkLedger ledger = open();
            store.verifyAll(VerifyOptions.everything().sampling(0.05), ledger);
            LedgerSummary sampled = saved(ledger);
            assertThat(sampled.chunks()).isEqualTo(store.chunkFiles().size());
            assertThat(sampled.uncheckedChunks()).isBetween(1L, sampled.chunks() - 1);
            assertThat(sampled.everyByteWithinDays(Instant.now())).isEmpty();
            assertThat(sampled.listed()).isPresent();

            VerifyReport report = store.verifyAll(VerifyOptions.everything(), ledger);
            LedgerSummary all = saved(ledger);
            assertThat(all.uncheckedBytes()).isZero();
            assertThat(all.contentBytes()).isEqualTo(report.contentBytes());
            assertThat(all.everyByteWithinDays(Instant.now())).hasValue(1);

            store.repository.forget(Namespace.ROOT, TestStore.GROUP.at(1_000_000));
            store.age();
            store.repository.collectGarbage(GarbageOptions.standard(), GarbageProgress.NONE);
            store.verifyAll(VerifyOptions.everything(), ledger);
            assertThat(saved(ledger).chunks())
                    .isEqualTo(store.chunkFiles().size() - 1L) // and the one that gc makes
                    .isLessThan(all.chunks());
        }
    }
}
