package dev.holdfast.upkeep;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.Refused;
import dev.holdfast.crypto.KeyRing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Ledgers that a newer version of the program has written. */
class LedgerVersionTest {
    @TempDir Path directory;

    @Test
    void aNewerLedgerOfChunksIsRefusedAndNotReplaced() throws IOException {
        Path file = directory.resolve("chunks");
        byte[] newer =
                "HFCHUNK9 and what only a newer version knows".getBytes(StandardCharsets.UTF_8);
        Files.write(file, newer);
        assertThatThrownBy(() -> ChunkLedger.open(file, "x"))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("newer version of holdfast (format 9");
        assertThat(Files.readAllBytes(file)).isEqualTo(newer);
    }

    @Test
    void aNewerLedgerOfSnapshotsIsRefused() throws IOException {
        Path file = directory.resolve("snapshots");
        Files.writeString(file, "{\"v\":2,\"seq\":0,\"op\":\"verified\"} 00\n");
        assertThatThrownBy(() -> SnapshotLedger.open(file, KeyRing.empty()))
                .isInstanceOf(Refused.class)
                .hasMessageContaining("newer version of holdfast (format 2");
    }
}
