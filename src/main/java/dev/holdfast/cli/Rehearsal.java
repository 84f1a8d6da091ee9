package dev.holdfast.cli;

import dev.holdfast.BadKey;
import dev.holdfast.Damaged;
import dev.holdfast.HoldfastException;
import dev.holdfast.chunk.ChunkCache;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.KeyLock;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.crypto.KeySplitting;
import dev.holdfast.crypto.KeyStorage;
import dev.holdfast.crypto.MasterPrivateKey;
import dev.holdfast.crypto.PqPublicKey;
import dev.holdfast.crypto.SecretSources;
import dev.holdfast.crypto.paper.PaperReader;
import dev.holdfast.format.ArchiveName;
import dev.holdfast.format.ChunkIndex;
import dev.holdfast.format.Fingerprint;
import dev.holdfast.format.KeyFile;
import dev.holdfast.format.Manifest;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.snapshot.ChunkedSource;
import dev.holdfast.snapshot.Snapshot;
import dev.holdfast.snapshot.WrappedKey;
import dev.holdfast.store.Repository;
import dev.holdfast.store.SnapshotReader;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Supplier;

/**
 * Proves that what would be at hand after a disaster opens the newest snapshots: only keys from the
 * sources given are used, never the one that backups are made with every day (unless that is what
 * is rehearsed).
 */
final class Rehearsal implements AutoCloseable {
    private static final long CACHE_BYTES = 32L << 20;

    private final Repository repository;
    private final RehearsalReport report;
    private final SecretSources secrets = SecretSources.ofProcess();
    private final Map<BackupKey, String> keys = new LinkedHashMap<>();
    private final Set<BackupKey> used = new LinkedHashSet<>();
    private Optional<MasterPrivateKey> master = Optional.empty();
    private boolean masterGiven;

    Rehearsal(Repository repository, RehearsalReport report) {
        this.repository = repository;
        this.report = report;
    }

    /** Reads paper copies and shares; several pages may make up one key. */
    void addPages(List<Path> pages) {
        PaperReader reader = new PaperReader();
        for (Path page : pages) {
            tried(
                    "page " + page,
                    () -> {
                        reader.add(
                                KeyFiles.read(page, "page", PaperReader.MAX_PAGE_BYTES),
                                page.toString());
                        return "read";
                    });
        }
        for (KeyFile file : reader.keys()) {
            tried("paper copy", () -> add("paper copy", unlock(file, "on paper")));
        }
        if (!reader.shares().isEmpty()) {
            String name = reader.shares().size() + " shares";
            tried(name, () -> add(name, KeySplitting.join(reader.shares())));
        }
        tried(
                "master key on paper",
                () -> {
                    Optional<String> pem = reader.masterPem();
                    pem.ifPresent(
                            text ->
                                    master =
                                            Optional.of(
                                                    MasterPrivateKey.parse(
                                                            text,
                                                            "on paper",
                                                            secrets::masterPassphrase)));
                    masterGiven |= pem.isPresent();
                    return pem.isPresent() ? "opens" : "";
                });
    }

    /** Uses a key file. */
    void addKeyFile(Path file) {
        String name = "key file " + file;
        tried(name, () -> add(name, unlock(KeyStorage.read(file), file.toString())));
    }

    /** Uses a master private key. */
    void addMasterKey(Path file) {
        masterGiven = true;
        tried(
                "master key " + file,
                () -> {
                    master = Optional.of(MasterPrivateKey.read(file, secrets::masterPassphrase));
                    return "opens";
                });
    }

    private BackupKey unlock(KeyFile file, String name) {
        return KeyLock.unlock(file, name, secrets::keyPassphrase);
    }

    private String add(String name, BackupKey key) {
        keys.put(key, name);
        return "is key " + key.fingerprint().shortForm();
    }

    private void tried(String name, Supplier<String> attempt) {
        try {
            String detail = attempt.get();
            if (!detail.isEmpty()) {
                report.source(RehearsalReport.Outcome.OK, name, detail);
            }
        } catch (HoldfastException e) {
            report.source(RehearsalReport.Outcome.NO_KEY, name, e.getMessage());
        }
    }

    /** Tries the newest snapshot of a group. */
    void rehearse(Namespace namespace, SnapshotId id) {
        String name = (namespace.isRoot() ? "" : namespace + ": ") + id;
        Map<String, String> facts = new LinkedHashMap<>();
        try (SnapshotReader reader = repository.open(namespace, id)) {
            Manifest manifest = Snapshot.decodeManifest(reader.manifestBlob(), id);
            Optional<Fingerprint> wanted = manifest.keyFingerprint();
            wanted.ifPresent(f -> facts.put("key-fingerprint", f.longForm()));
            if (wanted.isEmpty()) {
                String chunk = openOne(namespace, id, KeyRing.empty(), facts);
                report.snapshot(RehearsalReport.Outcome.OK, name, "needs no key, " + chunk, facts);
                return;
            }
            List<String> by = new ArrayList<>();
            List<BackupKey> openers = new ArrayList<>();
            keys.forEach(
                    (key, source) -> {
                        if (key.fingerprint().equals(wanted.get())) {
                            by.add(source);
                            openers.add(key);
                            used.add(key);
                        }
                    });
            Optional<BackupKey> wrapped = unwrap(reader, manifest);
            facts.put(
                    "wrapped-key",
                    wrapped.isPresent()
                            ? "opened"
                            : master.isPresent() || !carriesWrappedKey(manifest)
                                    ? "missing"
                                    : "not tried");
            wrapped.ifPresent(
                    key -> {
                        by.add("master key");
                        openers.add(0, key);
                    });
            try {
                conclude(namespace, id, name, facts, by, openers);
            } finally {
                wrapped.ifPresent(BackupKey::close);
            }
        } catch (BadKey e) {
            report.snapshot(RehearsalReport.Outcome.NO_KEY, name, e.getMessage(), facts);
        } catch (HoldfastException e) {
            report.snapshot(RehearsalReport.Outcome.DAMAGED, name, e.getMessage(), facts);
        }
    }

    private Optional<BackupKey> unwrap(SnapshotReader reader, Manifest manifest) {
        return master.flatMap(m -> WrappedKey.file(manifest, m))
                .map(file -> WrappedKey.unwrap(reader, manifest, file, master.get()));
    }

    private static boolean carriesWrappedKey(Manifest manifest) {
        return manifest.file(ArchiveName.WRAPPED_KEY).isPresent()
                || manifest.file(PqPublicKey.WRAPPED_KEY).isPresent();
    }

    private void conclude(
            Namespace namespace,
            SnapshotId id,
            String name,
            Map<String, String> facts,
            List<String> by,
            List<BackupKey> openers) {
        String wanted = Fingerprint.parse(facts.get("key-fingerprint")).shortForm();
        facts.put("opened-by", String.join(", ", by));
        if (openers.isEmpty()) {
            report.snapshot(
                    RehearsalReport.Outcome.NO_KEY,
                    name,
                    "needs key "
                            + wanted
                            + ", which none of the sources gives"
                            + (masterGiven && facts.get("wrapped-key").equals("missing")
                                    ? "; it carries no wrapped key"
                                    : ""),
                    facts);
            return;
        }
        String chunk = openOne(namespace, id, new KeyRing(openers.subList(0, 1)), facts);
        boolean unwrapped = facts.get("wrapped-key").equals("missing") && masterGiven;
        report.snapshot(
                unwrapped ? RehearsalReport.Outcome.WARNING : RehearsalReport.Outcome.OK,
                name,
                "key "
                        + wanted
                        + " from "
                        + String.join(", ", by)
                        + "; "
                        + chunk
                        + (unwrapped
                                ? "; carries no wrapped key, set --master-pubkey-file for its backups"
                                : ""),
                facts);
    }

    /** Checks the signature, and unseals one chunk, or one blob where there are no archives. */
    private String openOne(
            Namespace namespace, SnapshotId id, KeyRing ring, Map<String, String> facts) {
        try (Snapshot snapshot =
                Snapshot.open(repository.open(namespace, id), ring, new ChunkCache(CACHE_BYTES))) {
            List<ManifestFile> archives = new ArrayList<>();
            List<ManifestFile> blobs = new ArrayList<>();
            for (ManifestFile file : snapshot.manifest().files()) {
                (file.name().endsWith(".blob") ? blobs : archives).add(file);
            }
            if (!archives.isEmpty()) {
                ManifestFile file = archives.get(random(archives.size()));
                ChunkedSource source = snapshot.source(file);
                ChunkIndex index = snapshot.reader().index(file);
                int chunk = random(index.chunkCount());
                source.read(index.startOffset(chunk), new byte[1], 0, 1);
                facts.put("archive", file.name());
                facts.put("chunk", index.digest(chunk).hex());
                return "chunk "
                        + (chunk + 1)
                        + " of "
                        + index.chunkCount()
                        + " of "
                        + file.name()
                        + " opened";
            }
            if (blobs.isEmpty()) {
                throw new Damaged("snapshot " + id + " has no files");
            }
            ManifestFile blob = blobs.get(random(blobs.size()));
            snapshot.blob(blob);
            facts.put("archive", blob.name());
            return blob.name() + " opened";
        }
    }

    private static int random(int bound) {
        return ThreadLocalRandom.current().nextInt(bound);
    }

    /** Says which keys no snapshot needed. */
    void finish() {
        keys.forEach(
                (key, source) -> {
                    if (!used.contains(key)) {
                        report.source(
                                RehearsalReport.Outcome.WARNING,
                                source,
                                "key "
                                        + key.fingerprint().shortForm()
                                        + " is needed by none of the newest snapshots");
                    }
                });
    }

    @Override
    public void close() {
        keys.keySet().forEach(BackupKey::close);
    }
}
