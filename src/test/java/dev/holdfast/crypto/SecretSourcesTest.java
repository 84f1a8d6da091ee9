package dev.holdfast.crypto;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.holdfast.BadKey;
import java.io.FileInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** keys.md §4. */
class SecretSourcesTest {
    private static final String BASE = "PBS_ENCRYPTION_PASSWORD";
    private static final String CREDENTIAL = "proxmox-backup-client.encryption-password";

    @TempDir Path dir;

    private static Optional<String> secret(Map<String, String> environment) {
        return new SecretSources(environment, Optional.empty())
                .fromEnvironment(BASE, CREDENTIAL)
                .map(bytes -> new String(bytes, UTF_8));
    }

    private String file(String name, String content) throws IOException {
        return Files.writeString(dir.resolve(name), content).toString();
    }

    @Test
    void takesTheFirstSourceThatIsDefined() throws IOException {
        file(CREDENTIAL, "from the credential");
        Map<String, String> environment = new HashMap<>();
        environment.put("CREDENTIALS_DIRECTORY", dir.toString());
        assertThat(secret(environment)).contains("from the credential");
        environment.put(BASE + "_CMD", "echo from the command");
        assertThat(secret(environment)).contains("from the command");
        environment.put(BASE + "_FILE", file("f", "from the file\n"));
        assertThat(secret(environment)).contains("from the file");
        try (FileInputStream open = new FileInputStream(file("fd", "from the descriptor\n"))) {
            environment.put(BASE + "_FD", Integer.toString(descriptor(open)));
            assertThat(secret(environment)).contains("from the descriptor");
        }
        environment.put(BASE, "from the variable");
        assertThat(secret(environment)).contains("from the variable");
        environment.put(BASE, "");
        assertThat(secret(environment)).contains("");
    }

    private int descriptor(FileInputStream open) throws IOException {
        // What /proc shows for it; the JDK keeps the number to itself.
        try (var all = Files.list(Path.of("/proc/self/fd"))) {
            for (Path fd : all.toList()) {
                if (Files.isSymbolicLink(fd)
                        && Files.readSymbolicLink(fd).equals(dir.resolve("fd"))) {
                    assertThat(open.getFD().valid()).isTrue();
                    return Integer.parseInt(fd.getFileName().toString());
                }
            }
        }
        throw new IllegalStateException("descriptor not found");
    }

    @ParameterizedTest
    @CsvSource({
        "'one', one",
        "'one\n', one",
        "'one\r\n', one",
        "'one\r\r\n', 'one\r'",
        "'one\r', 'one\r'",
        "'one\ntwo\n', one",
        "' one \n', ' one '",
        "'\none', ''",
    })
    void takesTheFirstLine(String content, String expected) throws IOException {
        assertThat(secret(Map.of(BASE, content))).contains(expected);
        assertThat(secret(Map.of(BASE + "_FILE", file("f", content)))).contains(expected);
        assertThat(secret(Map.of(BASE + "_CMD", "cat '" + file("f", content) + "'")))
                .contains(expected);
    }

    @Test
    void doesNotTrimTheSystemdCredential() throws IOException {
        file(CREDENTIAL, "line\r\nmore\n");
        assertThat(secret(Map.of("CREDENTIALS_DIRECTORY", dir.toString())))
                .contains("line\r\nmore\n");
    }

    @Test
    void refusesACredentialThatIsNotUtf8() throws IOException {
        Files.write(dir.resolve(CREDENTIAL), new byte[] {'a', (byte) 0xff});
        assertThatThrownBy(() -> secret(Map.of("CREDENTIALS_DIRECTORY", dir.toString())))
                .isInstanceOf(BadKey.class)
                .hasMessageContaining("UTF-8");
    }

    @Test
    void isEmptyWithoutAnySource() {
        assertThat(secret(Map.of())).isEmpty();
        assertThat(secret(Map.of("CREDENTIALS_DIRECTORY", dir.toString()))).isEmpty();
    }

    @Test
    void aSourceThatCannotBeReadIsAnErrorAndNotSkipped() {
        Path missing = dir.resolve("missing");
        for (Map<String, String> environment :
                List.of(
                        Map.of(BASE + "_FILE", missing.toString(), BASE + "_CMD", "echo x"),
                        Map.of(BASE + "_FD", "987", BASE + "_FILE", "/dev/null"),
                        Map.of(BASE + "_FD", "stdin"),
                        Map.of(BASE + "_FD", "../../../etc/hostname"),
                        Map.of(BASE + "_CMD", missing.toString()),
                        Map.of(BASE + "_CMD", "false"),
                        Map.of(BASE + "_CMD", "sh -c 'echo secret; exit 3'"),
                        Map.of(BASE + "_CMD", ""),
                        Map.of(BASE + "_CMD", "echo 'unbalanced"))) {
            assertThatThrownBy(() -> secret(environment))
                    .isInstanceOf(BadKey.class)
                    .hasMessageContaining(BASE)
                    .hasMessageNotContaining("secret");
        }
    }

    @ParameterizedTest
    @CsvSource(
            quoteCharacter = '|',
            delimiter = ';',
            value = {
                "a b  c;a,b,c",
                "|a 'b c'|;a,b c",
                "|a \"b c\"d|;a,b cd",
                "|a \"b'c\" 'd\"e'|;a,b'c,d\"e",
                "|a \\\"b\\ c|;a,\"b c",
                "|a \"x\\\"y\\z\"|;a,x\"y\\z",
                "|a ''|;a,",
                "|a '\\n' $HOME `x` *|;a,\\n,$HOME,`x`,*",
            })
    void splitsCommandsAsAShellDoesButExpandsNothing(String command, String words) {
        assertThat(SecretSources.words("V", command)).containsExactly(words.split(",", -1));
    }

    @Test
    void aShortNewPassphraseIsRefused() {
        SecretSources sources =
                new SecretSources(Map.of("HOLDFAST_NEW_PASSPHRASE", "four"), Optional.empty());
        assertThatThrownBy(sources::newPassphrase)
                .isInstanceOf(BadKey.class)
                .hasMessageContaining("too short");
        // Two characters, but five bytes.
        assertThat(
                        new SecretSources(Map.of("HOLDFAST_NEW_PASSPHRASE", "€ä"), Optional.empty())
                                .newPassphrase())
                .hasSize(5);
    }

    @Test
    void withoutSourceAndTerminalItSaysWhatToSet() {
        SecretSources sources = new SecretSources(Map.of(), Optional.empty());
        assertThatThrownBy(sources::keyPassphrase)
                .isInstanceOf(BadKey.class)
                .hasMessageContaining("PBS_ENCRYPTION_PASSWORD_FILE");
        assertThatThrownBy(sources::newPassphrase)
                .isInstanceOf(BadKey.class)
                .hasMessageContaining("HOLDFAST_NEW_PASSPHRASE_FILE");
    }
}
