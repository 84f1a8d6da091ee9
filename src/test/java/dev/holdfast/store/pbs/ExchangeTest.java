package dev.holdfast.store.pbs;

import static org.assertj.core.api.Assertions.assertThat;

import io.netty.buffer.Unpooled;
import java.util.Arrays;
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

    @Test
    void takesTheBodyWhateverWasAnnounced() {
        byte[] body = OnServer.random(1, 3_000_000);
        for (long announced : new long[] {-1, 0, 1000, body.length, 1L << 40}) {
            Exchange large = new Exchange(body.length);
            large.announced(announced);
            for (int at = 0; at < body.length; at += 100_000) {
                large.data(Unpooled.wrappedBuffer(body, at, 100_000));
            }
            large.end();
            Answer answer = large.answer().join();
            assertThat(Arrays.copyOf(answer.body(), answer.lengthBytes())).isEqualTo(body);
        }
    }

    @Test
    void doesNotTakeMemoryForWhatIsOnlyAnnounced() {
        Exchange large = new Exchange(100_000_000);
        large.announced(100_000_000);
        large.data(Unpooled.wrappedBuffer(new byte[1000]));
        large.end();
        assertThat(large.answer().join().body().length).isLessThan(100_000);
    }
}
