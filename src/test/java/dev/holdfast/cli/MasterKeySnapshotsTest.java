package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import dev.holdfast.Golden;
import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.crypto.KeyStorage;
import dev.holdfast.crypto.Keys;
import dev.holdfast.format.BlobKind;
import dev.holdfast.format.CryptMode;
import dev.holdfast.format.KeyFile;
import dev.holdfast.format.Manifest;
import dev.holdfast.format.ManifestFile;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Wrapped keys in snapshots: the official client's are opened, ours are as theirs. */
class MasterKeySnapshotsTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @TempDir Path dir;
    private HoldfastProcess holdfast;

    @BeforeEach
    void setUp() {
        holdfast =
                new HoldfastProcess(dir)
                        .with("HOLDFAST_REPOSITORY", Golden.store().toString())
                        .with("HOLDFAST_MASTER_PASSPHRASE", "master-password");
    }

    private static Path master() {
        return Keys.golden("master-private.pem");
    }

    @Test
    void readsTheOfficialClientsSnapshotsWithTheMasterKeyAlone() throws IOException {
        HoldfastProcess.Result cat =
                holdfast.run(
                        "cat",
                        "vm/100/2026-01-02T00:00:00Z",
                        "qemu-server.conf",
                        "--master-key",
                        master());
        assertThat(cat.code()).as(cat.err()).isZero();
        assertThat(cat.out()).isEqualTo(Files.readString(Golden.dir().resolve("inputs/long.conf")));
        HoldfastProcess.Result without =
                holdfast.run("cat", "vm/100/2026-01-02T00:00:00Z", "qemu-server.conf");
        assertThat(without.code()).isEqualTo(ExitCode.KEY);
        assertThat(without.err()).contains("f5:7a:ee:38:4d:34:16:1b");
        HoldfastProcess.Result unwrapped =
                holdfast.run("cat", "host/full/latest", "root.pxar/dirs", "--master-key", master());
        assertThat(unwrapped.code()).isEqualTo(ExitCode.KEY);
    }

    @Test
    void recoversKeysFromSnapshots() {
        HoldfastProcess.Result recovered =
                holdfast.run(
                        "key",
                        "recover",
                        "--master-key",
                        master(),
                        "--from",
                        "host/otherkey/latest");
        assertThat(recovered.code()).as(recovered.err()).isZero();
        assertThat(KeyFile.parse(recovered.out().getBytes(StandardCharsets.UTF_8)).data())
                .isEqualTo(KeyStorage.read(Keys.golden("key2-changed-to-none.json")).data());
        HoldfastProcess.Result none =
                holdfast.run(
                        "key", "recover", "--master-key", master(), "--from", "host/full/latest");
        assertThat(none.code()).isEqualTo(ExitCode.KEY);
        assertThat(none.err()).contains("carries no wrapped key");
    }

    @Test
    void wrapsTheKeyIntoNewSnapshotsAsTheOfficialClientDoes() throws IOException {
        Path store = dir.resolve("store");
        holdfast.with("HOLDFAST_REPOSITORY", store.toString());
        assertThat(holdfast.run("init", store).code()).isZero();
        Path conf = Files.writeString(dir.resolve("a.conf"), "hello\n");
        for (String mode : List.of("encrypt", "sign-only")) {
            HoldfastProcess.Result backup =
                    holdfast.run(
                            "backup",
                            "a.conf:" + conf,
                            "--id",
                            mode,
                            "--keyfile",
                            Keys.golden("key1-none.json"),
                            "--crypt-mode",
                            mode,
                            "--master-pubkey-file",
                            Keys.golden("master-public.pem"));
            assertThat(backup.code()).as(backup.err()).isZero();
            Path snapshot;
            try (Stream<Path> found = Files.list(store.resolve("host").resolve(mode))) {
                snapshot = found.filter(Files::isDirectory).findFirst().orElseThrow();
            }
            Manifest manifest =
                    Manifest.parse(
                            BlobCodec.plain()
                                    .decode(
                                            Files.readAllBytes(
                                                    snapshot.resolve("index.json.blob"))));
            ManifestFile last = manifest.files().get(manifest.files().size() - 1);
            assertThat(last.name()).isEqualTo("rsa-encrypted.key.blob");
            assertThat(last.mode()).isEqualTo(CryptMode.parse(mode));
            byte[] blob = Files.readAllBytes(snapshot.resolve(last.name()));
            assertThat(blob).hasSize(12 + 512);
            assertThat(BlobKind.read(blob, blob.length)).isEqualTo(BlobKind.PLAIN);
            HoldfastProcess.Result cat =
                    holdfast.run(
                            "cat", "host/" + mode + "/latest", "a.conf", "--master-key", master());
            assertThat(cat.code()).as(cat.err()).isZero();
            assertThat(cat.out()).isEqualTo("hello\n");
        }
        HoldfastProcess.Result clear =
                holdfast.run(
                        "backup",
                        "a.conf:" + conf,
                        "--crypt-mode",
                        "none",
                        "--master-pubkey-file",
                        Keys.golden("master-public.pem"));
        assertThat(clear.code()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void aRehearsalSaysThatTheGoldenStoreCanBeRecovered() throws IOException {
        HoldfastProcess.Result rehearsed =
                holdfast.run(
                        "key",
                        "rehearse",
                        Keys.golden("key1-none.paperkey.txt"),
                        "--master-key",
                        master(),
                        "--json");
        assertThat(rehearsed.code()).as(rehearsed.out() + rehearsed.err()).isZero();
        JsonNode report = JSON.readTree(rehearsed.out());
        assertThat(report.path("result").textValue()).isEqualTo("ok");
        assertThat(report.path("snapshots").findValuesAsText("snapshot"))
                .containsExactlyInAnyOrder(
                        "ct/101/2026-01-01T00:00:00Z",
                        "host/full/2026-01-05T00:00:00Z",
                        "host/otherkey/2026-01-01T00:00:00Z",
                        "host/plain/2026-01-02T00:00:00Z",
                        "host/signed/2026-01-01T00:00:00Z",
                        "vm/100/2026-01-02T00:00:00Z",
                        "a/b: host/nested/2026-01-01T00:00:00Z");
        assertThat(report.path("snapshots").findValuesAsText("wrapped-key"))
                .filteredOn("opened"::equals)
                .hasSize(2);
    }

    @Test
    void aRehearsalFailsWhereAKeyWouldBeMissing() {
        HoldfastProcess.Result masterOnly =
                holdfast.run(
                        "key",
                        "rehearse",
                        "--master-key",
                        master(),
                        "--group",
                        "vm/100",
                        "--group",
                        "host/full");
        assertThat(masterOnly.code()).isEqualTo(ExitCode.KEY);
        assertThat(masterOnly.out())
                .contains("ok      vm/100/", "FAILED  host/full/", "carries no wrapped key")
                .contains("recovery would fail");
        HoldfastProcess.Result wrongCopy =
                holdfast.run(
                        "key",
                        "rehearse",
                        Keys.golden("key1-none.paperkey.txt"),
                        "--group",
                        "host/otherkey");
        assertThat(wrongCopy.code()).isEqualTo(ExitCode.KEY);
        assertThat(wrongCopy.out()).contains("38:f4:58:70", "needed by none");
        HoldfastProcess.Result nothing = holdfast.run("key", "rehearse");
        assertThat(nothing.code()).isEqualTo(ExitCode.USAGE);
    }

    @Test
    void aRehearsalFailsWhereDataIsDamaged() throws Exception {
        Path copy = dir.resolve("copy");
        Process cp =
                new ProcessBuilder("cp", "-a", Golden.store().toString(), copy.toString())
                        .inheritIO()
                        .start();
        assertThat(cp.waitFor()).isZero();
        Path manifest = copy.resolve("vm/100/2026-01-02T00:00:00Z/index.json.blob");
        byte[] blob = Files.readAllBytes(manifest);
        String json = new String(BlobCodec.plain().decode(blob), StandardCharsets.UTF_8);
        Files.write(
                manifest,
                BlobCodec.plain()
                        .encode(
                                json.replace("\"size\": 18874880", "\"size\": 18874881")
                                        .getBytes(StandardCharsets.UTF_8),
                                true));
        HoldfastProcess.Result rehearsed =
                holdfast.with("HOLDFAST_REPOSITORY", copy.toString())
                        .run("key", "rehearse", "--master-key", master(), "--group", "vm/100");
        assertThat(rehearsed.out()).contains("wrong signature");
        assertThat(rehearsed.code()).isEqualTo(ExitCode.DAMAGED);
    }
}
