package dev.holdfast.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Only lower bounds of time: however busy the machine, no more than allowed passes. */
class RateLimitTest {
    private static long millisOf(Runnable work) {
        long start = System.nanoTime();
        work.run();
        return TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start);
    }

    @Test
    void letsNoMorePassThanIsAllowed() {
        RateLimit limit = new RateLimit(OptionalLong.of(10_000));
        assertThat(
                        millisOf(
                                () -> {
                                    for (int i = 0; i < 5; i++) {
                                        limit.pass(1000);
                                    }
                                }))
                .isGreaterThanOrEqualTo(399);
    }

    @Test
    void countsAllThreadsTogether() throws InterruptedException {
        RateLimit limit = new RateLimit(OptionalLong.of(10_000));
        Thread[] threads = new Thread[4];
        long start = System.nanoTime();
        for (int i = 0; i < threads.length; i++) {
            threads[i] = new Thread(() -> limit.pass(1000));
            threads[i].start();
        }
        for (Thread thread : threads) {
            thread.join();
        }
        assertThat(TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - start))
                .isGreaterThanOrEqualTo(299);
    }

    @Test
    void aPauseIsNotFollowedByABurst() throws InterruptedException {
        RateLimit limit = new RateLimit(OptionalLong.of(10_000));
        limit.pass(1);
        TimeUnit.MILLISECONDS.sleep(300);
        assertThat(
                        millisOf(
                                () -> {
                                    for (int i = 0; i < 4; i++) {
                                        limit.pass(1000);
                                    }
                                }))
                .isGreaterThanOrEqualTo(299);
    }
}
