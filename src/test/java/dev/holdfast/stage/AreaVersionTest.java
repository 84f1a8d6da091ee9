package dev.holdfast.stage;

import static dev.holdfast.stage.Areas.bytes;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.Damaged;
import dev.holdfast.Refused;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Areas that another version of the program has made. */
class AreaVersionTest {
    @TempDir Path directory;

    @BeforeEach
    void makeAnArea() {
        StagingArea area = StagingArea.create(directory, Areas.WRAP, Areas.QUIET, Optional.empty());
        Areas.put(Areas.root(area), "a", bytes("content"));
        area.close();
    }

    private StagingArea open() {
        return StagingArea.open(
                directory,
                Areas.WRAP,
                Areas.QUIET,
                descriptor -> {
                    throw new AssertionError("there is no base");
                });
    }

    private String replaceFormat(String json) throws IOException {
        Path file = directory.resolve("area.json");
        String old = java.nio.file.Files.readString(file);
        java.nio.file.Files.writeString(file, json);
        return old;
    }

    @Test
    void aNewerAreaIsRefusedAndLeftAsItIs() throws IOException {
        String old = replaceFormat("{\"format\": 2, \"id\": \"x\", \"more\": []}");
        assertThatThrownBy(this::open)
                .isInstanceOf(Refused.class)
                .hasMessageContaining("newer version of holdfast (format 2")
                .hasMessageContaining("go on with that version");
        replaceFormat(old);
        StagingArea area = open();
        assertThat(Areas.list(Areas.root(area))).contains("a");
        area.close();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{", "[]", "{}", "{\"format\": 0}", "{\"format\": \"x\"}", "\0\0"})
    void anAreaWithoutAVersionIsDamaged(String json) throws IOException {
        replaceFormat(json);
        assertThatThrownBy(this::open)
                .isInstanceOf(Damaged.class)
                .hasMessageContaining("does not say which version it has");
    }
}
