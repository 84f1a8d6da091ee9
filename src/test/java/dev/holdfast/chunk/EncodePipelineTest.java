package dev.holdfast.chunk;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.format.Digest;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(60)
class EncodePipelineTest {
    private static final int MIB = 1 << 20;

    /** Stores nothing, and only when it is allowed to. */
    private static final class Gate implements ChunkTarget {
        final CountDownLatch open = new CountDownLatch(1);
        final AtomicInteger stored = new AtomicInteger();

        @Override
        public boolean has(Digest digest, int contentBytes) {
            return false;
        }

        @Override
        public void put(Digest digest, byte[] blob, int blobBytes, int contentBytes) {
            try {
                open.await();
            } catch (InterruptedException e) {
                throw new AssertionError(e);
            }
            stored.incrementAndGet();
        }
    }

    private static byte[] chunk(int bufferBytes, int number) {
        byte[] buffer = new byte[bufferBytes];
        buffer[0] = (byte) number;
        return buffer;
    }

    /** A buffer of 16 MiB takes that much memory, even if a chunk of a few bytes is in it. */
    @Test
    void boundsTheBuffersInFlightAndNotTheirContent() throws Exception {
        Gate gate = new Gate();
        List<Integer> recycled = Collections.synchronizedList(new ArrayList<>());
        AtomicInteger added = new AtomicInteger();
        List<Integer> appended = new ArrayList<>();
        try (BackupKey key = BackupKey.random(0);
                EncodePipeline pipeline =
                        new EncodePipeline(BlobCodec.encrypting(key), 2, 12 * MIB)) {
            Thread feeder =
                    new Thread(
                            () -> {
                                EncodePipeline.Lane lane =
                                        pipeline.lane(gate, (digest, n) -> appended.add(n));
                                for (int i = 0; i < 8; i++) {
                                    lane.add(
                                            chunk(4 * MIB - 1024, i),
                                            100 + i,
                                            buffer -> recycled.add((int) buffer[0]));
                                    added.incrementAndGet();
                                }
                                lane.finish();
                            });
            feeder.start();
            while (feeder.getState() != Thread.State.WAITING) {
                Thread.sleep(1);
            }
            assertThat(added).hasValue(3);
            assertThat(recycled).isEmpty();
            gate.open.countDown();
            feeder.join();
        }
        assertThat(gate.stored).hasValue(8);
        assertThat(recycled).containsExactlyInAnyOrder(0, 1, 2, 3, 4, 5, 6, 7);
        assertThat(appended).containsExactly(100, 101, 102, 103, 104, 105, 106, 107);
    }
}
