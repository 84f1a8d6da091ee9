package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class ProgressTextTest {
    private static final long SECOND = 1_000_000_000L;
    private static final long MIB = 1 << 20;

    private final ProgressText text = new ProgressText();

    @Test
    void saysAmountRateAndTimeLeft() {
        assertThat(text.next(ProgressState.bytes("verifying", 0, 100 * MIB), 0))
                .isEqualTo("verifying: 0 B of 100 MiB (0 %)");
        assertThat(text.next(ProgressState.bytes("verifying", 20 * MIB, 100 * MIB), 2 * SECOND))
                .isEqualTo("verifying: 20.0 MiB of 100 MiB (20 %), 10.0 MiB/s, 0:08 left");
        assertThat(text.next(ProgressState.bytes("verifying", 100 * MIB, 100 * MIB), 10 * SECOND))
                .isEqualTo("verifying: 100 MiB of 100 MiB (100 %), 10.0 MiB/s");
    }

    @Test
    void countsThingsThatAreNotBytes() {
        text.next(ProgressState.things("marking", 0, 7200, "index files"), 0);
        assertThat(text.next(ProgressState.things("marking", 2, 7200, "index files"), SECOND))
                .isEqualTo("marking: 2 of 7,200 index files (0 %), 2/s, 59:59 left");
    }

    @Test
    void saysNoTimeWhereTheEndIsNotKnown() {
        text.next(ProgressState.entries("backing up", 0, 0), 0);
        assertThat(text.next(ProgressState.entries("backing up", 1234, 4 * MIB), 2 * SECOND))
                .isEqualTo("backing up: 1,234 entries, 4.00 MiB, 2.00 MiB/s");
    }

    @Test
    void beginsAnewWithAnotherTask() {
        text.next(ProgressState.bytes("a", 0, 100), 0);
        text.next(ProgressState.bytes("a", 100, 100), 10 * SECOND);
        assertThat(text.next(ProgressState.bytes("b", 10, 100), 11 * SECOND))
                .as("no rate is known yet")
                .isEqualTo("b: 10 B of 100 B (10 %)");
        assertThat(text.next(ProgressState.bytes("b", 20, 100), 12 * SECOND))
                .isEqualTo("b: 20 B of 100 B (20 %), 10 B/s, 0:08 left");
    }

    @Test
    void survivesAmountsThatGrowBeyondTheTotal() {
        text.next(ProgressState.bytes("a", 0, 100), 0);
        assertThat(text.next(ProgressState.bytes("a", 300, 100), SECOND))
                .isEqualTo("a: 100 B of 100 B (100 %), 300 B/s");
    }
}
