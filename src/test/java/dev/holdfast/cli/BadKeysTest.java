package dev.holdfast.cli;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import dev.holdfast.Golden;
import dev.holdfast.crypto.KeySplitting;
import dev.holdfast.crypto.Keys;
import dev.holdfast.crypto.paper.PaperCopy;
import dev.holdfast.crypto.paper.PaperText;
import dev.holdfast.format.KeyShare;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.PrintStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * Bad input to everything that takes a key: each has a message of its own in one line, exit code 3,
 * and nothing is written.
 */
class BadKeysTest {
    private static final String SNAPSHOT = "vm/100/2026-01-02T00:00:00Z";

    @TempDir Path dir;
    private Path in;
    private Path out;

    private record Ending(int code, String message) {}

    @BeforeEach
    void setUp() throws IOException {
        in = Files.createDirectory(dir.resolve("in"));
        out = dir.resolve("out");
    }

    /** Runs the command line in this process; what it says goes to standard error. */
    private static Ending run(Object... arguments) {
        PrintStream before = System.err;
        ByteArrayOutputStream said = new ByteArrayOutputStream();
        try {
            System.setErr(new PrintStream(said, true, UTF_8));
            int code =
                    Holdfast.run(
                            Arrays.stream(arguments).map(Object::toString).toArray(String[]::new));
            return new Ending(code, said.toString(UTF_8));
        } finally {
            System.setErr(before);
        }
    }

    private Path file(String name, String content) throws IOException {
        return Files.writeString(in.resolve(name), content);
    }

    /** What is wrong → the file. */
    private Map<String, Path> badKeyFiles() throws IOException {
        String good = Files.readString(Keys.golden("key1-none.json"));
        Map<String, Path> bad = new LinkedHashMap<>();
        bad.put("not valid JSON", file("cut.json", good.substring(0, 200)));
        bad.put("'created' is missing", file("other.json", "{\"snapshots\":[{\"id\":1}]}"));
        bad.put("not a JSON object", file("array.json", "[1,2]"));
        bad.put("is empty", file("empty.json", ""));
        bad.put("is a directory", Files.createDirectory(in.resolve("directory")));
        bad.put("there is no key file", in.resolve("missing.json"));
        bad.put(
                "'data' has 31 bytes",
                file(
                        "short.json",
                        good.replaceFirst(
                                "\"data\":\"[^\"]*\"",
                                "\"data\":\"" + "AAAA".repeat(10) + "AA==\"")));
        bad.put(
                "but it is 0e:ab:d4:46",
                file(
                        "mismatch.json",
                        good.replaceFirst(
                                "\"data\":\"[^\"]*\"",
                                "\"data\":\"AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\"")));
        return bad;
    }

    private Map<String, String> tree() throws IOException {
        Map<String, String> tree = new TreeMap<>();
        try (Stream<Path> all = Files.walk(dir)) {
            for (Path path : all.toList()) {
                tree.put(
                        path.toString(),
                        Files.isRegularFile(path) ? Files.readString(path, ISO_8859_1) : "");
            }
        }
        return tree;
    }

    @Test
    void everyBadKeyFileIsRefusedByEveryCommandThatOpensKeys() throws IOException {
        Map<String, Path> bad = badKeyFiles();
        Map<String, String> before = tree();
        Map<String, String> messages = new HashMap<>();
        bad.forEach(
                (reason, file) -> {
                    for (Object[] command :
                            List.of(
                                    new Object[] {"key", "paper", file, "--output", out},
                                    new Object[] {
                                        "key",
                                        "split",
                                        file,
                                        "--threshold",
                                        2,
                                        "--shares",
                                        3,
                                        "--output",
                                        out
                                    },
                                    new Object[] {"key", "passphrase", file, "--kdf", "none"},
                                    new Object[] {
                                        "cat",
                                        SNAPSHOT,
                                        "qemu-server.conf",
                                        "--keyfile",
                                        file,
                                        "--repository",
                                        Golden.store()
                                    })) {
                        Ending ending = run(command);
                        assertThat(ending.code())
                                .as(command[1] + ": " + ending.message())
                                .isEqualTo(ExitCode.KEY);
                        List<String> lines =
                                ending.message()
                                        .lines()
                                        .filter(l -> !l.contains("chmod 600"))
                                        .toList();
                        assertThat(lines).hasSize(1);
                        assertThat(lines.get(0)).contains(reason, file.toString());
                        messages.put(lines.get(0).replace(file.toString(), ""), reason);
                    }
                });
        assertThat(messages).hasSizeGreaterThanOrEqualTo(bad.size());
        assertThat(tree()).isEqualTo(before);
    }

    @Test
    void theWrongKeyIsRefusedWithTheNameOfTheRightOne() throws IOException {
        Ending ending =
                run(
                        "cat",
                        SNAPSHOT,
                        "qemu-server.conf",
                        "--keyfile",
                        Keys.golden("key2-changed-to-none.json"),
                        "--repository",
                        Golden.store());
        assertThat(ending.code()).isEqualTo(ExitCode.KEY);
        assertThat(ending.message()).contains("f5:7a:ee:38:4d:34:16:1b", "--keyfile");
    }

    @Test
    void badPagesAreRefused() throws IOException {
        KeyShare share = KeySplitting.split(Keys.k0(), 2, 3).get(0);
        KeyShare foreign = KeySplitting.split(Keys.k0(), 2, 3).get(1);
        String text = PaperText.of(List.of(PaperCopy.of(share)), Optional.empty());
        Path one = file("share.txt", text);
        Path other =
                file("foreign.txt", PaperText.of(List.of(PaperCopy.of(foreign)), Optional.empty()));
        Path damaged =
                file("damaged.txt", text.replaceFirst("\"data\": \"....", "\"data\": \"AAAA"));
        Path brokenImage =
                Files.write(
                        in.resolve("x.png"),
                        new byte[] {(byte) 0x89, 'P', 'N', 'G', 13, 10, 26, 10, 0, 0});
        Path noImage = Files.write(in.resolve("y.jpg"), new byte[] {1, 2, (byte) 0xff, 0});
        Path empty = file("empty.txt", "");
        Path letter = file("letter.txt", "Dear John,\n");
        Map<String, String> before = tree();
        Map<List<Path>, String> reasons = new LinkedHashMap<>();
        reasons.put(List.of(brokenImage), "is damaged and cannot be read");
        reasons.put(List.of(noImage), "neither text nor an image");
        reasons.put(List.of(empty), "is empty");
        reasons.put(List.of(letter), "is no paper copy");
        reasons.put(List.of(in), "is a directory");
        reasons.put(List.of(in.resolve("none")), "there is no page");
        reasons.put(List.of(damaged), "key share 1 is damaged");
        for (String command : List.of("scan", "join")) {
            reasons.forEach(
                    (pages, reason) -> {
                        Ending ending = run(arguments("key", command, pages));
                        assertThat(ending.code()).as(reason).isEqualTo(ExitCode.KEY);
                        assertThat(ending.message()).contains(reason, pages.get(0).toString());
                    });
        }
        Ending mixed = run("key", "join", one, other, "--output", out);
        assertThat(mixed.code()).isEqualTo(ExitCode.KEY);
        assertThat(mixed.message()).contains("foreign");
        Ending few = run("key", "join", one, "--output", out);
        assertThat(few.code()).isEqualTo(ExitCode.KEY);
        assertThat(few.message()).contains("1 of the 2 shares");
        assertThat(tree()).isEqualTo(before);
    }

    private Object[] arguments(String first, String second, List<Path> pages) {
        List<Object> arguments = new ArrayList<>(List.of(first, second));
        arguments.addAll(pages);
        arguments.addAll(List.of("--output", out));
        return arguments.toArray();
    }

    @Test
    void badMasterKeysAreRefused() throws IOException {
        Path json = Keys.golden("key1-none.json");
        Path wrapped = Keys.golden("key1.rsa-encrypted.key");
        Map<Path, String> reasons = new LinkedHashMap<>();
        reasons.put(Keys.golden("master-public.pem"), "public half");
        reasons.put(json, "is no RSA private key");
        reasons.put(file("empty.pem", ""), "is empty");
        reasons.put(in, "is a directory");
        reasons.put(in.resolve("none.pem"), "there is no master key");
        Map<String, String> before = tree();
        reasons.forEach(
                (master, reason) -> {
                    for (Object[] command :
                            List.of(
                                    new Object[] {
                                        "key",
                                        "recover",
                                        "--master-key",
                                        master,
                                        "--blob",
                                        wrapped,
                                        "--output",
                                        out
                                    },
                                    new Object[] {
                                        "cat",
                                        SNAPSHOT,
                                        "qemu-server.conf",
                                        "--master-key",
                                        master,
                                        "--repository",
                                        Golden.store()
                                    })) {
                        Ending ending = run(command);
                        assertThat(ending.code()).as(ending.message()).isEqualTo(ExitCode.KEY);
                        assertThat(ending.message()).contains(reason, master.toString());
                    }
                });
        Path blob = Files.write(in.resolve("e"), new byte[0]);
        Ending noBlob = run("key", "recover", "--master-key", json, "--blob", blob);
        assertThat(noBlob.code()).isEqualTo(ExitCode.KEY);
        assertThat(noBlob.message()).contains("wrapped key " + blob + " is empty");
        Files.delete(blob);
        assertThat(tree()).isEqualTo(before);
    }

    @Test
    void senselessOptionsAreWrongUsage() throws IOException {
        Path good = Keys.golden("key1-none.json");
        Map<String, String> before = tree();
        for (Object[] command :
                List.of(
                        new Object[] {"key"},
                        new Object[] {"key", "master"},
                        new Object[] {"key", "create", out, "--kdf", "rot13"},
                        new Object[] {"key", "create", out, "--kdf", "none", "--hint", "x"},
                        new Object[] {"key", "create", out, "--hint", "x".repeat(65)},
                        new Object[] {"key", "paper", good, "--format", "pdf"},
                        new Object[] {"key", "split", good, "--threshold", 3},
                        new Object[] {"key", "split", good, "--threshold", 3, "--shares", 2},
                        new Object[] {"key", "split", good, "--threshold", 1, "--shares", 2},
                        new Object[] {"key", "split", good, "--threshold", 2, "--shares", 256},
                        new Object[] {"key", "scan"},
                        new Object[] {"key", "join"},
                        new Object[] {"key", "recover", "--master-key", good},
                        new Object[] {"key", "recover", "--blob", good},
                        new Object[] {
                            "key",
                            "recover",
                            "--master-key",
                            good,
                            "--blob",
                            good,
                            "--from",
                            SNAPSHOT
                        })) {
            Ending ending = run(command);
            assertThat(ending.code())
                    .as(Arrays.toString(command) + ": " + ending.message())
                    .isEqualTo(ExitCode.USAGE);
            assertThat(ending.message().lines()).hasSize(1);
        }
        assertThat(tree()).isEqualTo(before);
    }

    @Test
    void noKeyIsWrittenOverAnother() throws IOException {
        Path existing = file("mine.json", "mine");
        Path page = Keys.golden("key1-none.paperkey.txt");
        for (Object[] command :
                List.of(
                        new Object[] {"key", "create", existing, "--kdf", "none"},
                        new Object[] {"key", "scan", page, "--output", existing},
                        new Object[] {"key", "join", page, "--output", existing},
                        new Object[] {
                            "key", "paper", Keys.golden("key1-none.json"), "--output", existing
                        },
                        new Object[] {"key", "master", "create", "--pub", existing})) {
            Ending ending = run(command);
            assertThat(ending.code()).isEqualTo(ExitCode.UNREACHABLE);
            assertThat(ending.message()).contains(existing + " exists already");
        }
        assertThat(existing).hasContent("mine");
    }

    @Test
    void aKeyFileThatOthersCanReadIsWarnedAbout() throws IOException {
        Path open = file("open.json", Files.readString(Keys.golden("key1-none.json")));
        assertThat(run("key", "show", open).message()).contains("chmod 600 " + open);
    }
}
