package dev.holdfast.store.pbs;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.crypto.SecretSources;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class EnvironmentRepositoryTest {
    @TempDir Path temporary;

    private static Optional<String> location(Map<String, String> environment) {
        return EnvironmentRepository.location(
                environment, new SecretSources(environment, Optional.empty()));
    }

    @Test
    void findsNothingWhereNothingIsSaid() {
        assertThat(location(Map.of("PBS_PASSWORD", "x"))).isEmpty();
    }

    @Test
    void takesTheWholeBeforeTheParts() {
        assertThat(location(Map.of("PBS_REPOSITORY", "srv:tank", "PBS_DATASTORE", "other")))
                .contains("srv:tank");
    }

    @Test
    void readsFilesCommandsAndCredentials() throws IOException {
        Path file = Files.writeString(temporary.resolve("where"), "srv:tank\nmore\n");
        assertThat(location(Map.of("PBS_REPOSITORY_FILE", file.toString()))).contains("srv:tank");
        assertThat(location(Map.of("PBS_REPOSITORY_CMD", "echo u@pbs@srv:tank")))
                .contains("u@pbs@srv:tank");
        Files.writeString(temporary.resolve("proxmox-backup-client.repository"), "srv:credential");
        assertThat(location(Map.of("CREDENTIALS_DIRECTORY", temporary.toString())))
                .contains("srv:credential");
    }

    @Test
    void putsThePartsTogether() {
        assertThat(location(Map.of("PBS_DATASTORE", "tank")))
                .contains("root@pam@localhost:8007:tank");
        assertThat(
                        location(
                                Map.of(
                                        "PBS_SERVER", "fe80::1",
                                        "PBS_PORT", "9007",
                                        "PBS_DATASTORE", "tank",
                                        "PBS_AUTH_ID", "user@pbs!laptop")))
                .contains("user@pbs!laptop@[fe80::1]:9007:tank");
    }

    @Test
    void refusesPartsThatMakeNoWhole() {
        assertThatThrownBy(() -> location(Map.of("PBS_SERVER", "srv")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PBS_DATASTORE");
        assertThatThrownBy(() -> location(Map.of("PBS_DATASTORE", "tank", "PBS_PORT", "many")))
                .isInstanceOf(IllegalArgumentException.class)
                .hasMessageContaining("PBS_PORT");
        assertThatThrownBy(() -> location(Map.of("PBS_DATASTORE", "tank", "PBS_PORT", "70000")))
                .isInstanceOf(IllegalArgumentException.class);
    }
}
