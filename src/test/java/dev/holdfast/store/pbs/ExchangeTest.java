package dev.holdfast.store.pbs;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

class ExchangeTest {
    private static final long SECOND = TimeUnit.SECONDS.toNanos(1);
    private final Exchange exchange = new Exchange(100);
    private final long begin = System.nanoTime();

    @Test
    void aRequestThatWaitsBehindOthersIsNotIdleWhileTheyLeave() {
        assertThat(exchange.idleNanos(begin + 100 * SECOND, begin + 98 * SECOND))
                .isEqualTo(2 * SECOND);
        assertThat(exchange.idleNanos(begin + 100 * SECOND, begin - SECOND))
                .isBetween(100 * SECOND, 101 * SECOND);
    }

    @Test
    void aRequestThatHasLeftIsIdleWhateverOthersDo() {
        exchange.sent();
        long now = System.nanoTime() + 100 * SECOND;
        assertThat(exchange.idleNanos(now, now)).isBetween(99 * SECOND, 101 * SECOND);
    }
}
