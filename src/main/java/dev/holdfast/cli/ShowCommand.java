package dev.holdfast.cli;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.format.Fingerprint;
import dev.holdfast.format.Manifest;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.snapshot.Snapshot;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code holdfast show}. */
@Command(
        name = "show",
        description = "Show a snapshot's manifest and files.",
        footer = {"", "Example:", "  holdfast show host/web1/latest"})
final class ShowCommand implements Callable<Integer> {
    @ParentCommand Holdfast parent;

    @Parameters(paramLabel = "SNAPSHOT", description = "TYPE/ID/TIME or TYPE/ID/latest.")
    String snapshot;

    @Override
    public Integer call() {
        try (Session session = new Session(parent.options);
                Snapshot open = session.open(session.snapshot(snapshot))) {
            if (parent.options.json) {
                Output.json(json(open));
            } else {
                print(open);
            }
        }
        return ExitCode.DONE;
    }

    private static ObjectNode json(Snapshot snapshot) {
        Manifest manifest = snapshot.manifest();
        ObjectNode json = JsonNodeFactory.instance.objectNode();
        json.put("snapshot", snapshot.id().toString()).put("time", snapshot.id().epochSeconds());
        json.put("signature", signatureState(snapshot));
        json.put(
                "key-fingerprint",
                manifest.keyFingerprint().map(Fingerprint::longForm).orElse(null));
        json.put("notes", manifest.notes().orElse(null))
                .put("verify-state", manifest.verifyState().orElse(null));
        for (ManifestFile file : manifest.files()) {
            json.withArray("files")
                    .addObject()
                    .put("filename", file.name())
                    .put("crypt-mode", file.mode().text())
                    .put("size", file.sizeBytes())
                    .put("csum", file.checksum().hex());
        }
        return json;
    }

    private static String signatureState(Snapshot snapshot) {
        if (snapshot.manifest().signature().isEmpty()) {
            return "none";
        }
        return snapshot.key().isPresent() ? "good" : "unchecked";
    }

    private static void print(Snapshot snapshot) {
        Manifest manifest = snapshot.manifest();
        Output.line("snapshot:  " + snapshot.id());
        Output.line("signature: " + signatureState(snapshot));
        manifest.keyFingerprint().ifPresent(f -> Output.line("key:       " + f.longForm()));
        manifest.verifyState().ifPresent(state -> Output.line("verified:  " + state));
        manifest.notes()
                .ifPresent(
                        notes -> Output.line("notes:     " + notes.replace("\n", "\n           ")));
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"FILE", "SIZE", "CRYPT", "CHECKSUM"});
        for (ManifestFile file : manifest.files()) {
            rows.add(
                    new String[] {
                        file.name(),
                        Output.bytes(file.sizeBytes()),
                        file.mode().text(),
                        file.checksum().hex()
                    });
        }
        Output.table(rows);
    }
}
