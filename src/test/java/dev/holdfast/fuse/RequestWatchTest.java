package dev.holdfast.fuse;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** When a thread more is let in. */
@Timeout(60)
class RequestWatchTest {
    private final AtomicBoolean awaited = new AtomicBoolean();
    private final AtomicInteger admitted = new AtomicInteger();
    private final AtomicInteger looks = new AtomicInteger();
    private final RequestWatch watch =
            new RequestWatch(
                    () -> {
                        looks.incrementAndGet();
                        return awaited.get();
                    },
                    admitted::incrementAndGet);

    @Test
    void nobodyIsLetInWhileSomebodyWaits() {
        awaited.set(true);
        watch.requestCame();
        assertThat(watch.look()).isTrue();
        assertThat(watch.look()).isFalse();
        assertThat(admitted).hasValue(0);
    }

    @Test
    void nobodyIsLetInWhileSomebodyFindsNothingNowAndThen() {
        watch.requestCame();
        watch.noRequest();
        assertThat(watch.look()).isTrue();
        assertThat(admitted).hasValue(0);
    }

    @Test
    void oneMoreIsLetInWithEachLookAtWhichAllWereBusyAllTheTime() {
        watch.requestCame();
        watch.noRequest();
        watch.look();
        assertThat(watch.look()).as("they still answer what came before").isTrue();
        assertThat(admitted).hasValue(1);
        watch.requestCame();
        watch.look();
        assertThat(admitted).hasValue(2);
    }

    @Test
    void itSleepsWhileThereIsNoRequestAndWakesWithTheNext() throws Exception {
        awaited.set(true);
        watch.start();
        try {
            int before;
            do {
                before = looks.get();
                TimeUnit.MILLISECONDS.sleep(50);
            } while (looks.get() != before);
            assertThat(before).isCloseTo(RequestWatch.IDLE_TICKS + 1, within(1));
            awaited.set(false);
            watch.requestCame();
            while (admitted.get() == 0) {
                TimeUnit.MILLISECONDS.sleep(1);
            }
        } finally {
            watch.end();
        }
    }
}
