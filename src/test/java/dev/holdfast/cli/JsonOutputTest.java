package dev.holdfast.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.networknt.schema.InputFormat;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import picocli.CommandLine.Model.CommandSpec;

/** What commands print with {@code --json} is what docs/json-schema.json and docs/json.md say. */
class JsonOutputTest {
    private static final Path SCHEMA = Path.of("docs", "json-schema.json");
    private static final Path PAGE = Path.of("docs", "json.md");
    private static final ObjectMapper JSON = new ObjectMapper();

    /** Compared by other tests or in native ones: what needs a server, a mount or pictures. */
    private static final Set<String> ELSEWHERE =
            Set.of("mount-status", "stage-status", "status", "commit", "unmount", "server-task");

    private Path dir;
    private HoldfastProcess holdfast;
    private final List<String> definitions = new ArrayList<>();
    private final List<String> commands = new ArrayList<>();

    @BeforeEach
    void setUp() throws IOException {
        dir = HoldfastProcess.freshDirectory("holdfast-json");
        holdfast = new HoldfastProcess(dir).with("HOLDFAST_NEW_PASSPHRASE", "long enough");
        holdfast.with("HOLDFAST_MASTER_PASSPHRASE", "long enough");
        Files.createDirectories(dir.resolve("source/below"));
        Files.writeString(dir.resolve("source/below/file"), "content\n");
        Files.createSymbolicLink(dir.resolve("source/link"), Path.of("below/file"));
        Files.writeString(dir.resolve("blob"), "a blob\n");
    }

    @AfterEach
    void removeFiles() throws IOException {
        try (Stream<Path> files = Files.walk(dir)) {
            for (Path file : files.sorted(Comparator.reverseOrder()).toList()) {
                Files.delete(file);
            }
        }
    }

    /** Adds a command; {@code definition} is that of its output. */
    private void expect(String definition, Object... words) {
        definitions.add(definition);
        commands.add(
                Stream.concat(Stream.of(words), Stream.of("--json"))
                        .map(Object::toString)
                        .collect(Collectors.joining("\t")));
    }

    private static Schema schema(String definition) throws IOException {
        JsonNode document = JSON.readTree(SCHEMA.toFile());
        assertThat(document.path("$defs").has(definition)).as(definition).isTrue();
        ((com.fasterxml.jackson.databind.node.ObjectNode) document)
                .put("$ref", "#/$defs/" + definition);
        return SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12)
                .getSchema(document.toString(), InputFormat.JSON);
    }

    private static void assertValid(String definition, String command, String output)
            throws IOException {
        assertThat(schema(definition).validate(output, InputFormat.JSON))
                .as("%s printed %s", command, output)
                .isEmpty();
    }

    @Test
    void everyCommandPrintsWhatIsDocumented() throws IOException {
        String key = "--keyfile=key";
        expect("init", "init", "store");
        expect("init", "init", "copy");
        expect("key-create", "key", "create", "key", "--kdf", "none");
        expect("key-create", "key", "create", "other", "--kdf", "none");
        expect("key-show", "key", "show", "key");
        expect("key-create", "key", "passphrase", "other", "--kdf", "none");
        expect("key-paper", "key", "paper", "key", "--format", "text", "--output", "paper");
        expect("key-scan", "key", "scan", "paper", "--output", "scanned");
        expect("key-split", "key", "split", "key", "--threshold=2", "--shares=3", "--output=.");
        expect(
                "key-join",
                "key",
                "join",
                "share-1-of-3.html",
                "share-3-of-3.html",
                "--output=joined",
                "--kdf=none");
        expect("key-master-create", "key", "master", "create");
        expect("key-master-show", "key", "master", "show", "master-public.pem");
        String store = "--repository=./store";
        expect(
                "backup",
                "backup",
                "root.pxar:source",
                "app.conf:blob",
                "--id=a",
                "--time=1700000000",
                "--master-pubkey-file=master-public.pem",
                store,
                key);
        expect("backup", "backup", "root.pxar:source", "--id=a", store, key);
        expect(
                "key-join",
                "key",
                "recover",
                "--master-key=master-private.pem",
                "--from=host/a/2023-11-14T22:13:20Z",
                "--output=recovered",
                "--kdf=none",
                store);
        expect("key-rehearse", "key", "rehearse", "paper", store);
        expect("list", "list", store);
        expect("list-group", "list", "host/a", store);
        expect("show", "show", "host/a/latest", store, key);
        expect("ls", "ls", "host/a/latest", "root.pxar", store, key);
        expect("ls", "ls", "host/a/2023-11-14T22:13:20Z", "app.conf", store, key);
        expect("find", "find", "host/a", "*", store, key);
        expect("versions", "versions", "host/a/latest", "root.pxar/below/file", store, key);
        expect("diff", "diff", "host/a/2023-11-14T22:13:20Z", "host/a/latest", store, key);
        expect("restore", "restore", "host/a/latest", "root.pxar", "restored", store, key);
        expect("verify", "verify", store, key);
        expect("verify-ledger", "verify", "--ledger=ledger", "--adopt", store, key);
        expect("verify-ledger", "verify", "--ledger=ledger", store, key);
        expect("notes", "notes", "host/a/latest", "--set", "some notes", store);
        expect("notes", "notes", "host/a", store);
        expect("protect", "protect", "host/a/latest", store);
        expect("protect", "protect", "host/a/latest", "--off", store);
        expect("sync", "sync", "./store", "./copy", "--encrypted-only");
        expect(
                "rekey-estimate",
                "rekey",
                "--new-keyfile=other",
                "--to-ns=new",
                "--dry-run",
                store,
                key);
        expect("rekey", "rekey", "--new-keyfile=other", "--to-ns=new", store, key);
        expect("prune", "prune", "host/a", "--keep-last=1", "--dry-run", store);
        expect("forget", "forget", "host/a/2023-11-14T22:13:20Z", store);
        expect("forget", "forget", "host/a", "--group", store);
        expect("gc", "gc", store);
        expect("generate", "generate", "--fish=holdfast.fish");

        // A ledger that knows a snapshot which was removed.
        definitions.add("verify-ledger");
        commands.add("verify\t--ledger=ledger\t--json\t" + store + "\t" + key);

        Path list = Files.write(dir.resolve("commands"), commands);
        HoldfastProcess.Result result = holdfast.run(ManyCommands.class, list);
        String[] outputs = result.out().split(ManyCommands.MARK + "\n", -1);
        assertThat(outputs).as(result.err()).hasSize(commands.size() + 1);
        for (int i = 0; i < commands.size(); i++) {
            String output = outputs[i + 1];
            int end = output.lastIndexOf(ManyCommands.MARK);
            assertThat(output.substring(end + 1).strip())
                    .as("%s: %s", commands.get(i), result.err())
                    .isEqualTo(i == commands.size() - 1 ? "4" : "0");
            assertValid(definitions.get(i), commands.get(i), output.substring(0, end));
        }

        Set<String> tried = new TreeSet<>(definitions);
        tried.addAll(ELSEWHERE);
        assertThat(tried).as("all commands").containsAll(documented());
    }

    /** The definitions that are named after commands: those that no other one refers to. */
    private static Set<String> documented() throws IOException {
        JsonNode document = JSON.readTree(SCHEMA.toFile()).path("$defs");
        Set<String> names = new TreeSet<>();
        document.fieldNames().forEachRemaining(names::add);
        String text = document.toString();
        names.removeIf(name -> text.contains("\"#/$defs/" + name + "\""));
        return names;
    }

    @Test
    void mountsPrintWhatIsDocumented() throws IOException {
        Assumptions.assumeTrue(Files.isWritable(Path.of("/dev/fuse")), "no FUSE here");
        for (String command : List.of("init\tstore", "key\tcreate\tkey\t--kdf\tnone")) {
            commands.add(command);
        }
        holdfast.run(ManyCommands.class, Files.write(dir.resolve("commands"), commands));
        Path staging = Files.createDirectory(dir.resolve("staging"));
        Path shown = Files.createDirectory(dir.resolve("shown"));
        String store = "--repository=./store";
        String key = "--keyfile=key";
        check("stage-status", "stage", "host/a", staging, store, key);
        try {
            Files.writeString(staging.resolve("file"), "content");
            check("commit", "commit", staging);
            check("mount-status", "mount", "host/a", shown, store, key);
            check("stage-status", "status", staging);
            check("status", "status");
        } finally {
            holdfast.run("unmount", shown);
            check("unmount", "unmount", staging);
        }
    }

    private void check(String definition, Object... words) throws IOException {
        Object[] all = Stream.concat(Stream.of(words), Stream.of("--json")).toArray();
        HoldfastProcess.Result result = holdfast.run(all);
        assertThat(result.code()).as("%s: %s", List.of(words), result.err()).isZero();
        assertValid(definition, List.of(words).toString(), result.out());
    }

    @Test
    void refusesJsonWhereTheOutputIsNone() {
        HoldfastProcess.Result result = holdfast.run("cat", "host/a/latest", "a.conf", "--json");
        assertThat(result.code()).isEqualTo(ExitCode.USAGE);
        assertThat(result.err()).contains("cat writes the bytes of a file; leave out --json");
    }

    @Test
    void thePageDescribesEveryCommandAndField() throws IOException {
        String page = Files.readString(PAGE);
        JsonNode definitions = JSON.readTree(SCHEMA.toFile()).path("$defs");
        for (JsonNode definition : definitions) {
            definition
                    .path("properties")
                    .fieldNames()
                    .forEachRemaining(name -> assertThat(page).contains("`" + name + "`"));
        }
        for (CommandSpec command : Commands.all()) {
            String words = command.qualifiedName().replaceFirst("^holdfast ?", "");
            if (command.subcommands().isEmpty()) {
                assertThat(page).as("docs/json.md").contains("`" + words);
            }
        }
    }
}
