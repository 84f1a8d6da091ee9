package dev.holdfast.upkeep;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.condition.EnabledIfSystemProperty;

/** How fast random data is verified; measured, not judged: {@code -Dholdfast.speed=true}. */
@EnabledIfSystemProperty(named = "holdfast.speed", matches = "true")
class VerifySpeedTest {
    @Test
    void verifiesRandomData() throws IOException {
        try (TestStore store = TestStore.create()) {
            Map<String, byte[]> files = new HashMap<>();
            for (int i = 0; i < 5; i++) {
                files.put("file" + i, TestStore.random(i, 100 << 20));
                store.backUp(TestStore.GROUP, 1_000_000 + i, files);
                files.clear();
            }
            for (int round = 0; round < 5; round++) {
                long start = System.nanoTime();
                VerifyReport report = store.verify(TestStore.keys(), VerifyOptions.everything());
                double seconds = (System.nanoTime() - start) / 1e9;
                assertThat(report.problems()).isEmpty();
                System.out.printf(
                        "verified %d MiB in %.2f s: %.0f MB/s%n",
                        report.contentBytes() >> 20,
                        seconds,
                        report.contentBytes() / seconds / 1e6);
            }
        }
    }
}
