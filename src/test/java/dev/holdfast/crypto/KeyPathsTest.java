package dev.holdfast.crypto;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** keys.md §3.1. */
class KeyPathsTest {
    @TempDir Path dir;

    private Path make(String name) throws IOException {
        Path file = dir.resolve(name).resolve("proxmox-backup/encryption-key.json");
        Files.createDirectories(file.getParent());
        return Files.createFile(file);
    }

    @Test
    void theUsersKeyGoesBeforeThoseOfTheSystemInOrder() throws IOException {
        KeyPaths paths =
                new KeyPaths(
                        Map.of(
                                "XDG_CONFIG_HOME",
                                dir.resolve("home").toString(),
                                "XDG_CONFIG_DIRS",
                                dir.resolve("a") + ":" + dir.resolve("b")));
        assertThat(paths.find(KeyPaths.ENCRYPTION_KEY)).isEmpty();
        Path b = make("b");
        assertThat(paths.find(KeyPaths.ENCRYPTION_KEY)).contains(b);
        Path a = make("a");
        assertThat(paths.find(KeyPaths.ENCRYPTION_KEY)).contains(a);
        Path home = make("home");
        assertThat(paths.find(KeyPaths.ENCRYPTION_KEY)).contains(home);
        assertThat(paths.place(KeyPaths.ENCRYPTION_KEY)).isEqualTo(home);
    }

    @Test
    void withoutVariablesItIsTheConfigurationDirectoryOfTheHome() {
        assertThat(new KeyPaths(Map.of("HOME", "/h", "XDG_CONFIG_HOME", "")).place("x"))
                .isEqualTo(Path.of("/h/.config/proxmox-backup/x"));
    }
}
