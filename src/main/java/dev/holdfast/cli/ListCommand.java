package dev.holdfast.cli;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.HoldfastException;
import dev.holdfast.NotFound;
import dev.holdfast.format.CryptMode;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Manifest;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.snapshot.Snapshot;
import dev.holdfast.store.Repository;
import dev.holdfast.store.SnapshotEntry;
import dev.holdfast.store.SnapshotReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;

/** {@code holdfast list}. */
@Command(
        name = "list",
        description = "List groups, or the snapshots of one.",
        footer = {"", "Examples:", "  holdfast list", "  holdfast list host/web1 --json"})
final class ListCommand implements Callable<Integer> {
    @ParentCommand Holdfast parent;

    @Parameters(
            arity = "0..1",
            paramLabel = "GROUP",
            description = "TYPE/ID; without it all groups are listed.")
    Optional<String> group = Optional.empty();

    @Override
    public Integer call() {
        try (Session session = new Session(parent.options)) {
            if (group.isPresent()) {
                snapshots(session.repository(), Session.group(group.get()));
            } else {
                groups(session.repository());
            }
        }
        return ExitCode.DONE;
    }

    private void groups(Repository repository) {
        ArrayNode json = JsonNodeFactory.instance.arrayNode();
        List<String[]> rows = new ArrayList<>();
        rows.add(new String[] {"GROUP", "SNAPSHOTS", "NEWEST", "OWNER"});
        for (GroupId id : repository.groups(parent.options.namespace)) {
            List<SnapshotEntry> finished =
                    repository.snapshots(parent.options.namespace, id).stream()
                            .filter(SnapshotEntry::finished)
                            .toList();
            String newest =
                    finished.isEmpty() ? "" : finished.get(finished.size() - 1).id().timeText();
            String owner = repository.owner(parent.options.namespace, id).orElse("");
            rows.add(
                    new String[] {id.toString(), Integer.toString(finished.size()), newest, owner});
            ObjectNode object = json.addObject();
            object.put("group", id.toString()).put("snapshots", finished.size());
            object.put("newest", newest.isEmpty() ? null : newest)
                    .put("owner", owner.isEmpty() ? null : owner);
        }
        print(json, rows, "no groups in " + repository.location());
    }

    private void snapshots(Repository repository, GroupId id) {
        ArrayNode json = JsonNodeFactory.instance.arrayNode();
        List<String[]> rows = new ArrayList<>();
        rows.add(
                new String[] {
                    "SNAPSHOT", "SIZE", "CRYPT", "KEY", "VERIFIED", "PROTECTED", "NOTES"
                });
        List<SnapshotEntry> all = repository.snapshots(parent.options.namespace, id);
        if (all.isEmpty()) {
            throw new NotFound("there is no group " + id + " in " + repository.location());
        }
        for (SnapshotEntry entry : all) {
            ObjectNode object = json.addObject();
            object.put("snapshot", entry.id().toString()).put("time", entry.id().epochSeconds());
            object.put("finished", entry.finished()).put("protected", entry.isProtected());
            String isProtected = entry.isProtected() ? "yes" : "";
            if (!entry.finished()) {
                rows.add(
                        new String[] {
                            entry.id().toString(), "", "", "", "", isProtected, "(unfinished)"
                        });
                continue;
            }
            try (SnapshotReader reader = repository.open(parent.options.namespace, entry.id())) {
                Manifest manifest = Snapshot.decodeManifest(reader.manifestBlob(), entry.id());
                long size = manifest.files().stream().mapToLong(ManifestFile::sizeBytes).sum();
                String crypt = cryptMode(manifest);
                String notes = manifest.notes().flatMap(n -> n.lines().findFirst()).orElse("");
                rows.add(
                        new String[] {
                            entry.id().toString(),
                            Output.bytes(size),
                            Output.lock(crypt),
                            Session.shortForm(manifest.keyFingerprint()),
                            manifest.verifyState().orElse(""),
                            isProtected,
                            notes
                        });
                object.put("size", size).put("crypt-mode", crypt);
                object.put(
                        "key-fingerprint",
                        manifest.keyFingerprint().map(f -> f.longForm()).orElse(null));
                object.put("verify-state", manifest.verifyState().orElse(null))
                        .put("notes", manifest.notes().orElse(null));
            } catch (HoldfastException e) {
                rows.add(
                        new String[] {
                            entry.id().toString(),
                            "",
                            "",
                            "",
                            "",
                            isProtected,
                            "(" + e.getMessage() + ")"
                        });
                object.put("error", e.getMessage());
            }
        }
        print(json, rows, "");
    }

    /** As the web page shows it: encrypted only if every file is that should be. */
    private static String cryptMode(Manifest manifest) {
        List<CryptMode> modes =
                manifest.files().stream().map(ManifestFile::mode).distinct().toList();
        return modes.size() == 1
                ? modes.get(0).text()
                : modes.isEmpty() ? CryptMode.NONE.text() : "mixed";
    }

    private void print(ArrayNode json, List<String[]> rows, String ifEmpty) {
        if (parent.options.json) {
            Output.json(json);
        } else if (rows.size() > 1) {
            Output.table(rows);
        } else {
            Output.remark(parent.options, ifEmpty);
        }
    }
}
