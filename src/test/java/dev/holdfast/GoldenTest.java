package dev.holdfast;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class GoldenTest {
    @Test
    void storeHoldsThe60ChunksOfTheReadme() throws IOException {
        try (Stream<Path> files = Files.walk(Golden.store().resolve(".chunks"))) {
            assertThat(files.filter(Files::isRegularFile)).hasSize(60);
        }
    }

    @Test
    void decodedStreamsAreNotEmpty() throws IOException {
        try (Stream<Path> files = Files.walk(Golden.decodedStreams())) {
            assertThat(files.filter(Files::isRegularFile)).isNotEmpty();
        }
    }

    @Test
    void gunzstdReadsATreeManifest() {
        byte[] lines = Golden.gunzstd(Golden.dir().resolve("manifests/small.jsonl.zst"));
        assertThat(new String(lines, 0, 1, US_ASCII)).isEqualTo("{");
    }
}
