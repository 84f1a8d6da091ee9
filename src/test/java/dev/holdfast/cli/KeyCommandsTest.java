package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.KeyLock;
import dev.holdfast.crypto.KeyStorage;
import dev.holdfast.crypto.Keys;
import dev.holdfast.format.KeyFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** {@code holdfast key …} as a user runs it. */
class KeyCommandsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir Path dir;
    private HoldfastProcess holdfast;

    @BeforeEach
    void setUp() {
        holdfast = new HoldfastProcess(dir);
    }

    private static void assertDone(HoldfastProcess.Result result) {
        assertThat(result.code()).as(result.err()).isZero();
    }

    private static BackupKey unlock(Path file, String passphrase) {
        return KeyLock.unlock(
                KeyStorage.read(file), "K", () -> passphrase.getBytes(StandardCharsets.UTF_8));
    }

    private static String mode(Path path) throws IOException {
        return PosixFilePermissions.toString(Files.getPosixFilePermissions(path));
    }

    @Test
    void createsShowsAndChangesAKeyByScript() throws IOException {
        Path file = dir.resolve(".config/proxmox-backup/encryption-key.json");
        holdfast.with("HOLDFAST_NEW_PASSPHRASE", "first one");
        HoldfastProcess.Result created =
                holdfast.run("key", "create", "--hint", "numbers", "--json");
        assertDone(created);
        assertThat(created.err()).contains("holdfast key paper " + file);
        JsonNode report = JSON.readTree(created.out());
        assertThat(report.path("path").textValue()).isEqualTo(file.toString());
        assertThat(mode(file)).isEqualTo("rw-------");
        KeyFile first = KeyStorage.read(file);
        assertThat(first.hint()).contains("numbers");
        try (BackupKey key = unlock(file, "first one")) {
            assertThat(report.path("fingerprint").textValue())
                    .isEqualTo(key.fingerprint().longForm());
        }
        assertThat(holdfast.run("key", "create").code()).isEqualTo(ExitCode.UNREACHABLE);

        holdfast.with("PBS_ENCRYPTION_PASSWORD_CMD", "printf '%s\\n' 'first one'");
        holdfast.without("HOLDFAST_NEW_PASSPHRASE");
        holdfast.with(
                "HOLDFAST_NEW_PASSPHRASE_FILE",
                Files.writeString(dir.resolve("new"), "sécond one\r\n").toString());
        assertDone(holdfast.run("key", "passphrase", "--kdf", "pbkdf2"));
        KeyFile second = KeyStorage.read(file);
        assertThat(second.kdf().text()).isEqualTo("pbkdf2");
        assertThat(second.hint()).isEmpty();
        assertThat(second.createdSeconds()).isEqualTo(first.createdSeconds());
        assertThat(second.fingerprint()).isEqualTo(first.fingerprint());
        unlock(file, "sécond one").close();

        HoldfastProcess.Result shown = holdfast.run("key", "show");
        assertDone(shown);
        assertThat(shown.out())
                .contains("kdf:         pbkdf2", second.fingerprint().orElseThrow().longForm());
    }

    @ParameterizedTest
    @ValueSource(strings = {"key1-none", "key2-scrypt", "key3-pbkdf2"})
    void showsWhatTheOfficialClientShows(String name) throws IOException {
        Path file = Keys.golden(name + ".json");
        HoldfastProcess.Result shown = holdfast.run("key", "show", file, "--json");
        assertDone(shown);
        ObjectNode expected = (ObjectNode) JSON.readTree(Keys.golden(name + ".show.json").toFile());
        // Theirs is the path as Rust prints strings for debugging.
        expected.put("path", file.toString());
        assertThat(JSON.readTree(shown.out())).isEqualTo(expected);
    }

    @Test
    void showsAMasterKeyAsTheOfficialClientDoes() throws IOException {
        Path file = Keys.golden("master-public.pem");
        HoldfastProcess.Result shown = holdfast.run("key", "master", "show", file, "--json");
        assertDone(shown);
        ObjectNode expected =
                (ObjectNode) JSON.readTree(Keys.golden("master-public.show.json").toFile());
        expected.put("path", file.toString());
        assertThat(JSON.readTree(shown.out())).isEqualTo(expected);
    }

    @Test
    void printsAKeyAndScansItAgain() throws IOException {
        Path key = Keys.golden("key2-scrypt.json");
        HoldfastProcess.Result html = holdfast.run("key", "paper", key, "--subject", "web1");
        assertDone(html);
        assertThat(html.out()).startsWith("<!DOCTYPE html>").contains("Subject: web1");
        Path page = Files.writeString(dir.resolve("page.html"), html.out());
        Path scanned = dir.resolve("scanned/key.json");
        HoldfastProcess.Result unchecked = holdfast.run("key", "scan", page, "--output", scanned);
        assertDone(unchecked);
        assertThat(unchecked.err()).contains("the fingerprint was not checked");
        assertThat(scanned).hasSameTextualContentAs(key);
        assertThat(mode(scanned)).isEqualTo("rw-------");

        Path text = dir.resolve("page.txt");
        assertDone(holdfast.run("key", "paper", key, "--format", "text", "--output", text));
        assertThat(mode(text)).isEqualTo("rw-------");
        holdfast.with("PBS_ENCRYPTION_PASSWORD", "correct horse battery staple");
        HoldfastProcess.Result checked = holdfast.run("key", "scan", text);
        assertDone(checked);
        assertThat(checked.err()).isEmpty();
        assertThat(checked.out()).isEqualTo(Files.readString(key));
        holdfast.with("PBS_ENCRYPTION_PASSWORD", "something else");
        HoldfastProcess.Result wrong = holdfast.run("key", "scan", text);
        assertThat(wrong.code()).isEqualTo(ExitCode.KEY);
        assertThat(wrong.err()).contains("wrong passphrase", "the xkcd one");
        assertThat(wrong.out()).isEmpty();
    }

    @Test
    void scansAMasterKey() throws IOException {
        Path scanned = dir.resolve("master.pem");
        assertDone(
                holdfast.run(
                        "key",
                        "scan",
                        Keys.golden("master-private.paperkey.txt"),
                        "--output",
                        scanned));
        assertThat(scanned).hasSameTextualContentAs(Keys.golden("master-private.pem"));
        assertThat(mode(scanned)).isEqualTo("rw-------");
    }

    @Test
    void splitsAndJoins() throws IOException {
        holdfast.with("PBS_ENCRYPTION_PASSWORD", "correct horse battery staple");
        Path shares = dir.resolve("shares");
        HoldfastProcess.Result split =
                holdfast.run(
                        "key",
                        "split",
                        Keys.golden("key2-scrypt.json"),
                        "--threshold",
                        3,
                        "--shares",
                        5,
                        "--format",
                        "text",
                        "--output",
                        shares);
        assertDone(split);
        try (Stream<Path> files = Files.list(shares)) {
            List<Path> all = files.sorted().toList();
            assertThat(all).hasSize(5);
            assertThat(mode(all.get(0))).isEqualTo("rw-------");
            assertThat(split.out().lines().map(Path::of)).isEqualTo(all);
            holdfast.without("PBS_ENCRYPTION_PASSWORD");
            Path joined = dir.resolve("joined.json");
            HoldfastProcess.Result open =
                    holdfast.run(
                            "key", "join", all.get(4), all.get(0), all.get(2), "--output", joined);
            assertDone(open);
            assertThat(open.err()).contains("not protected");
            assertThat(KeyStorage.read(joined).data())
                    .isEqualTo(KeyStorage.read(Keys.golden("key2-changed-to-none.json")).data());
            holdfast.with("HOLDFAST_NEW_PASSPHRASE", "a new one");
            Path locked = dir.resolve("locked.json");
            assertDone(
                    holdfast.run(
                            "key", "join", all.get(1), all.get(3), all.get(2), "--output", locked));
            assertThat(KeyStorage.read(locked).kdf().text()).isEqualTo("scrypt");
            unlock(locked, "a new one").close();
            HoldfastProcess.Result two = holdfast.run("key", "join", all.get(0), all.get(1));
            assertThat(two.code()).isEqualTo(ExitCode.KEY);
            assertThat(two.out()).isEmpty();
            assertThat(two.err()).contains("2 of the 3 shares");
            HoldfastProcess.Result scan = holdfast.run("key", "scan", all.get(0));
            assertThat(scan.code()).isEqualTo(ExitCode.KEY);
            assertThat(scan.err()).contains("holdfast key join");
        }
    }

    @Test
    void createsAMasterKeyAndRecoversKeysWithTheGoldenOne() throws IOException {
        holdfast.with("HOLDFAST_NEW_PASSPHRASE", "master one");
        assertDone(holdfast.run("key", "master", "create"));
        assertThat(mode(dir.resolve("master-private.pem"))).isEqualTo("rw-------");
        assertThat(mode(dir.resolve("master-public.pem"))).isEqualTo("rw-r--r--");
        assertThat(holdfast.run("key", "master", "create").code()).isEqualTo(ExitCode.UNREACHABLE);

        holdfast.without("HOLDFAST_NEW_PASSPHRASE");
        holdfast.with("HOLDFAST_MASTER_PASSPHRASE", "master-password");
        Path master = Keys.golden("master-private.pem");
        for (String form : List.of("key1.rsa-encrypted.key", "key1.rsa-encrypted.key.blob")) {
            HoldfastProcess.Result recovered =
                    holdfast.run(
                            "key", "recover", "--master-key", master, "--blob", Keys.golden(form));
            assertDone(recovered);
            KeyFile key = KeyFile.parse(recovered.out().getBytes(StandardCharsets.UTF_8));
            KeyFile expected = KeyStorage.read(Keys.golden("key1-imported-none.json"));
            assertThat(key.data()).isEqualTo(expected.data());
            assertThat(key.createdSeconds()).isEqualTo(expected.createdSeconds());
        }
        HoldfastProcess.Result other =
                holdfast.run(
                        "key",
                        "recover",
                        "--master-key",
                        dir.resolve("master-private.pem"),
                        "--blob",
                        Keys.golden("key1.rsa-encrypted.key"));
        assertThat(other.code()).isEqualTo(ExitCode.KEY);
        assertThat(other.err()).contains("wrong passphrase for master key");
    }
}
