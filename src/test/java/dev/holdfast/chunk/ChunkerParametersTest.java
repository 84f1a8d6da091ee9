package dev.holdfast.chunk;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ChunkerParametersTest {
    @ParameterizedTest
    @CsvSource({
        "65536, 16384, 262144, 0x1ffff, 0x1fffd",
        "524288, 131072, 2097152, 0xfffff, 0xffffd",
        "4194304, 1048576, 16777216, 0x7fffff, 0x7ffffd",
    })
    void followFromTheAverage(int average, int min, int max, String mask, String threshold) {
        ChunkerParameters p = new ChunkerParameters(average);
        assertThat(p.minBytes()).isEqualTo(min);
        assertThat(p.maxBytes()).isEqualTo(max);
        assertThat(p.mask()).isEqualTo(Integer.decode(mask));
        assertThat(p.threshold()).isEqualTo(Integer.decode(threshold));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, -1, 512, 1000, 65537, 8 << 20, Integer.MIN_VALUE})
    void refuseOtherAverages(int average) {
        assertThatIllegalArgumentException().isThrownBy(() -> new ChunkerParameters(average));
    }

    @Test
    void tableIsThatOfTheSpecification() {
        ByteBuffer table = ByteBuffer.allocate(1024).order(ByteOrder.LITTLE_ENDIAN);
        table.asIntBuffer().put(BuzhashTable.T);
        assertThat(Streams.sha256(table.array(), 0, 1024))
                .isEqualTo("5b52080d38287da9d2e278466e3e0db7ec98e5e8b226f50612a56fa012b1f660");
    }
}
