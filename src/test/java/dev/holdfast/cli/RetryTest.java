package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.Busy;
import dev.holdfast.Refused;
import dev.holdfast.Unreachable;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.Test;

class RetryTest {
    private final List<String> remarks = new ArrayList<>();
    private final List<Duration> pauses = new ArrayList<>();
    private final Retry retry =
            new Retry(
                    e -> e instanceof Unreachable || e instanceof Busy, remarks::add, pauses::add);

    private String attempt(Deque<RuntimeException> failures) {
        return retry.untilDone(
                () -> {
                    if (!failures.isEmpty()) {
                        throw failures.remove();
                    }
                    return "done";
                });
    }

    @Test
    void goesOnUntilTheServerIsBackAndSaysEachCauseOnce() {
        Deque<RuntimeException> failures = new ArrayDeque<>();
        for (int i = 0; i < 8; i++) {
            failures.add(new Unreachable("away"));
        }
        failures.add(new Busy("another backup"));
        assertThat(attempt(failures)).isEqualTo("done");
        assertThat(remarks).containsExactly("away", "another backup");
        assertThat(pauses.stream().map(Duration::toSeconds))
                .containsExactly(1L, 2L, 4L, 8L, 16L, 32L, 60L, 60L, 60L);
    }

    @Test
    void doesNotRepeatWhatWillNotPass() {
        Deque<RuntimeException> failures =
                new ArrayDeque<>(List.of(new Busy("locked"), new Refused("no rights")));
        assertThatThrownBy(() -> attempt(failures)).hasMessage("no rights");
        assertThat(pauses).hasSize(1);
    }
}
