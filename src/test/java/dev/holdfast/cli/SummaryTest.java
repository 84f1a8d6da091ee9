package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What a backup says that it did. */
class SummaryTest {
    private Path dir;

    @BeforeEach
    void make() throws IOException {
        dir = HoldfastProcess.freshDirectory("holdfast-summary");
    }

    @AfterEach
    void remove() throws IOException, InterruptedException {
        new ProcessBuilder("rm", "-rf", dir.toString()).inheritIO().start().waitFor();
    }

    private String backup(HoldfastProcess holdfast, int time, String... more) {
        Object[] arguments = new Object[8 + more.length];
        arguments[0] = "backup";
        arguments[1] = "root.pxar:" + dir.resolve("tree");
        arguments[2] = "--repository";
        arguments[3] = dir.resolve("store");
        arguments[4] = "--id";
        arguments[5] = "web1";
        arguments[6] = "--time";
        arguments[7] = 1_700_000_000 + time;
        System.arraycopy(more, 0, arguments, 8, more.length);
        HoldfastProcess.Result result = holdfast.run(arguments);
        assertThat(result.code()).as(result.err()).isZero();
        return result.err();
    }

    @Test
    void filesAreNewChangedOrUnchanged() throws IOException {
        HoldfastProcess holdfast = new HoldfastProcess(dir);
        assertThat(holdfast.run("init", dir.resolve("store")).code()).isZero();
        assertThat(holdfast.run("key", "create", "--kdf", "none").code()).isZero();
        Path tree = Files.createDirectories(dir.resolve("tree/below")).getParent();
        Files.writeString(tree.resolve("a"), "a".repeat(4000));
        Files.writeString(tree.resolve("below/b"), "b");
        Files.writeString(tree.resolve("below/c"), "c");
        assertThat(backup(holdfast, 0))
                .contains("Files: 3 new, 0 changed, 0 unchanged; 4 entries.")
                .contains("Read 3.91 KiB, took over 0 B.")
                .contains("(deduplication 1.0)")
                .contains("(compression ");

        Files.writeString(tree.resolve("below/b"), "changed");
        Files.writeString(tree.resolve("below/d"), "new");
        assertThat(backup(holdfast, 60)).contains("Files: 1 new, 1 changed, 2 unchanged; 5");
        assertThat(backup(holdfast, 120))
                .contains("Files: 0 new, 0 changed, 4 unchanged; 5")
                .contains("New are 0 B of ");
        assertThat(backup(holdfast, 180, "--change-detection", "data"))
                .contains("5 entries, all read.")
                .contains("Read 3.92 KiB, took over 0 B.");
    }

    @Test
    void anEncryptedSnapshotIsListedWithALockUnlessTheTerminalHasNone() throws IOException {
        HoldfastProcess holdfast = new HoldfastProcess(dir);
        Files.createDirectories(dir.resolve("tree"));
        assertThat(holdfast.run("init", dir.resolve("store")).code()).isZero();
        assertThat(holdfast.run("key", "create", "--kdf", "none").code()).isZero();
        backup(holdfast, 0);
        Object[] list = {"list", "host/web1", "--repository", dir.resolve("store")};
        assertThat(holdfast.run(list).out()).contains("  \ud83d\udd12 encrypt  ");
        holdfast.with("JAVA_TOOL_OPTIONS", "-Dholdfast.ascii=true");
        assertThat(holdfast.run(list).out()).contains("  encrypt  ").doesNotContain("\ud83d");
    }
}
