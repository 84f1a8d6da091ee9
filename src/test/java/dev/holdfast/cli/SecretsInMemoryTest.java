package dev.holdfast.cli;

import static java.nio.charset.StandardCharsets.UTF_16BE;
import static java.nio.charset.StandardCharsets.UTF_16LE;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.crypto.Keys;
import java.io.IOException;
import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A heap dump that somebody makes of a finished {@code key} command holds no passphrase. */
class SecretsInMemoryTest {
    private static final String OLD = "correct horse battery staple";
    private static final String NEW = "a passphrase that is nowhere else";

    @TempDir Path dir;

    @Test
    void noPassphraseStaysInTheHeap() throws IOException {
        Path key = Files.copy(Keys.golden("key2-scrypt.json"), dir.resolve("key.json"));
        Path dump = dir.resolve("heap.hprof");
        HoldfastProcess.Result result =
                new HoldfastProcess(dir)
                        .with(
                                "PBS_ENCRYPTION_PASSWORD_FILE",
                                Files.writeString(dir.resolve("old"), OLD + "\n").toString())
                        .with(
                                "HOLDFAST_NEW_PASSPHRASE_FILE",
                                Files.writeString(dir.resolve("new"), NEW + "\n").toString())
                        .run(
                                HeapDump.class,
                                dump,
                                "key",
                                "passphrase",
                                key,
                                "--hint",
                                "to be found");
        assertThat(result.code()).as(result.err()).isZero();
        byte[] heap = Files.readAllBytes(dump);
        // What is not secret is there: the search works.
        assertThat(contains(heap, "to be found", UTF_8)).isTrue();
        for (String passphrase : List.of(OLD, NEW)) {
            for (Charset charset : List.of(UTF_8, UTF_16LE, UTF_16BE)) {
                assertThat(contains(heap, passphrase, charset)).as(passphrase).isFalse();
            }
        }
    }

    private static boolean contains(byte[] heap, String text, Charset charset) {
        String all = new String(heap, StandardCharsets.ISO_8859_1);
        return all.contains(new String(text.getBytes(charset), StandardCharsets.ISO_8859_1));
    }
}
