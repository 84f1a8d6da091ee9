package dev.holdfast.crypto;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.BadKey;
import dev.holdfast.NotFound;
import dev.holdfast.Refused;
import dev.holdfast.format.Kdf;
import dev.holdfast.format.KeyFile;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** keys.md §3.2. */
class KeyStorageTest {
    @TempDir Path dir;

    private static KeyFile key() {
        return KeyLock.lock(Keys.k0(), new Kdf.None(), new byte[0], 7, Optional.empty());
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void createsFilesForTheOwnerOnlyAndTheirDirectories() throws IOException {
        Path path = dir.resolve("a/b/key.json");
        KeyStorage.create(path, key());
        assertThat(mode(path)).isEqualTo("rw-------");
        assertThat(KeyStorage.read(path).data()).isEqualTo(key().data());
    }

    @Test
    void neverOverwritesAKey() throws IOException {
        Path path = Files.writeString(dir.resolve("key.json"), "mine");
        assertThatThrownBy(() -> KeyStorage.create(path, key())).isInstanceOf(Refused.class);
        assertThat(path).hasContent("mine");
    }

    @Test
    void doesNotFollowADanglingLink() throws IOException {
        Path link = Files.createSymbolicLink(dir.resolve("key.json"), dir.resolve("elsewhere"));
        assertThatThrownBy(() -> KeyStorage.create(link, key())).isInstanceOf(Refused.class);
        assertThat(dir.resolve("elsewhere")).doesNotExist();
    }

    @Test
    void replacesAtomicallyAndLeavesNoTraces() throws IOException {
        Path path = Files.writeString(dir.resolve("key.json"), "old");
        Files.setPosixFilePermissions(path, PosixFilePermissions.fromString("rw-r--r--"));
        KeyStorage.replace(path, key());
        assertThat(mode(path)).isEqualTo("rw-------");
        assertThat(KeyStorage.read(path).fingerprint()).contains(Keys.k0().fingerprint());
        try (var files = Files.list(dir)) {
            assertThat(files).containsExactly(path);
        }
        assertThatThrownBy(() -> KeyStorage.replace(dir.resolve("none"), key()))
                .isInstanceOf(NotFound.class);
    }

    @Test
    void saysWhatIsWrongWithAFileThatIsNoKey() throws IOException {
        Path empty = Files.createFile(dir.resolve("empty"));
        Path other = Files.writeString(dir.resolve("other"), "{\"secret\":\"AAAA\"}");
        Path huge = Files.write(dir.resolve("huge"), new byte[100_000]);
        assertBad(empty, "is empty");
        assertBad(dir, "is a directory");
        assertBad(dir.resolve("missing"), "there is no key file");
        assertBad(other, "no key file");
        assertBad(huge, "too long");
    }

    private static void assertBad(Path path, String reason) {
        assertThatThrownBy(() -> KeyStorage.read(path))
                .isInstanceOf(BadKey.class)
                .hasMessageContaining(path.toString())
                .hasMessageContaining(reason)
                .hasMessageNotContaining("AAAA");
    }
}
