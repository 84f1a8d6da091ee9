package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.Golden;
import dev.holdfast.crypto.Keys;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Nothing is written in clear, or under another key, because something about keys went wrong. */
class FailClosedTest {
    private static final String OURS = "f5:7a:ee:38:4d:34:16:1b";
    private static final String OTHER = "38:f4:58:70:b8:0e:1a:2e";

    @TempDir Path dir;
    private Path store;
    private Path source;
    private HoldfastProcess holdfast;

    @BeforeEach
    void setUp() throws IOException, InterruptedException {
        store = dir.resolve("store");
        Process cp =
                new ProcessBuilder("cp", "-a", Golden.store().toString(), store.toString())
                        .inheritIO()
                        .start();
        assertThat(cp.waitFor()).isZero();
        source = Files.writeString(dir.resolve("a.conf"), "secret\n");
        holdfast = new HoldfastProcess(dir).with("HOLDFAST_REPOSITORY", store.toString());
    }

    private HoldfastProcess.Result backup(Object... options) {
        List<Object> arguments =
                Stream.concat(
                                Stream.of("backup", "a.conf:" + source, "--id", "full"),
                                Stream.of(options))
                        .toList();
        return holdfast.run(arguments.toArray());
    }

    private List<String> snapshots() throws IOException {
        try (Stream<Path> all = Files.list(store.resolve("host/full"))) {
            return all.map(p -> p.getFileName().toString()).sorted().toList();
        }
    }

    @Test
    void anotherKeyThanTheGroupsIsRefusedWithBothNamed() throws IOException {
        List<String> before = snapshots();
        HoldfastProcess.Result refused =
                backup("--keyfile", Keys.golden("key2-changed-to-none.json"));
        assertThat(refused.code()).isEqualTo(ExitCode.UNREACHABLE);
        assertThat(refused.err()).contains(OURS, OTHER, "--allow-key-change");
        assertThat(snapshots()).isEqualTo(before);
    }

    @Test
    void aMissingOrUnreadableKeyIsAnErrorAndNotClearText() throws IOException {
        List<String> before = snapshots();
        HoldfastProcess.Result none = backup();
        assertThat(none.code()).isEqualTo(ExitCode.KEY);
        assertThat(none.err()).contains("--keyfile", "--crypt-mode none");
        Path standard = dir.resolve(".config/proxmox-backup/encryption-key.json");
        Files.createDirectories(standard.getParent());
        Files.writeString(standard, "{\"kdf\":");
        HoldfastProcess.Result broken = backup();
        assertThat(broken.code()).isEqualTo(ExitCode.KEY);
        assertThat(broken.err()).contains(standard.toString());
        assertThat(backup("--keyfile", dir.resolve("none"), "--crypt-mode", "none").code())
                .isEqualTo(ExitCode.USAGE);
        assertThat(snapshots()).isEqualTo(before);
    }

    @Test
    void aMixedRepositoryListsWhichSnapshotNeedsWhichKey() {
        HoldfastProcess.Result ours = holdfast.run("list", "host/full");
        HoldfastProcess.Result other = holdfast.run("list", "host/otherkey");
        assertThat(ours.out()).contains(OURS).doesNotContain(OTHER);
        assertThat(other.out()).contains(OTHER).doesNotContain(OURS);
    }
}
