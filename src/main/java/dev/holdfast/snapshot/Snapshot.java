package dev.holdfast.snapshot;

import dev.holdfast.BadKey;
import dev.holdfast.Damaged;
import dev.holdfast.NotFound;
import dev.holdfast.chunk.ChunkCache;
import dev.holdfast.crypto.BackupKey;
import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.crypto.KeyRing;
import dev.holdfast.format.ArchiveName;
import dev.holdfast.format.BlobKind;
import dev.holdfast.format.CryptMode;
import dev.holdfast.format.Fingerprint;
import dev.holdfast.format.Manifest;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.store.SnapshotReader;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * An open snapshot with the key that fits it: its manifest, checked as far as keys allow, and its
 * archives by the names that users know. Thread-safe. Everything it hands out is dead once it is
 * closed.
 */
public final class Snapshot implements AutoCloseable {
    private final SnapshotReader reader;
    private final Manifest manifest;
    private final Optional<BackupKey> key;
    private final ChunkCache cache;

    private Snapshot(
            SnapshotReader reader, Manifest manifest, Optional<BackupKey> key, ChunkCache cache) {
        this.reader = reader;
        this.manifest = manifest;
        this.key = key;
        this.cache = cache;
    }

    /**
     * Reads and checks the manifest (keys.md §7.3). The snapshot takes over {@code reader} and
     * closes it, also on failure. A missing key is no failure yet: names are not secret; opening
     * what is encrypted is.
     *
     * @throws Damaged if the manifest is broken, names another snapshot, or its signature does not
     *     match
     */
    public static Snapshot open(SnapshotReader reader, KeyRing keys, ChunkCache cache) {
        try {
            Manifest manifest = decodeManifest(reader.manifestBlob(), reader.id());
            Optional<BackupKey> key = fittingKey(manifest, keys, reader);
            key.ifPresent(k -> checkSignature(manifest, k));
            return new Snapshot(reader, manifest, key, cache);
        } catch (RuntimeException | Error e) {
            reader.close();
            throw e;
        }
    }

    /** The manifest in a blob, structure and identity checked, signature not. */
    public static Manifest decodeManifest(byte[] blob, SnapshotId id) {
        try {
            if (BlobKind.read(blob, blob.length).encrypted()) {
                throw new Damaged("it is encrypted, which no client writes");
            }
            Manifest manifest = Manifest.parse(BlobCodec.plain().decode(blob));
            if (!manifest.snapshot().equals(id)) {
                throw new Damaged("it is that of " + manifest.snapshot());
            }
            return manifest;
        } catch (Damaged e) {
            throw new Damaged("manifest of snapshot " + id + " is damaged: " + e.getMessage(), e);
        }
    }

    private static Optional<BackupKey> fittingKey(
            Manifest manifest, KeyRing keys, SnapshotReader reader) {
        Optional<Fingerprint> wanted = manifest.keyFingerprint();
        if (wanted.isPresent()) {
            return keys.find(wanted.get()).or(() -> WrappedKey.recover(reader, manifest, keys));
        }
        // No claim: a signature tells by which key; without one, whoever wrote it used none, or a
        // very old client.
        return manifest.signature().isPresent() ? keys.first() : Optional.empty();
    }

    private static void checkSignature(Manifest manifest, BackupKey key) {
        boolean needed = manifest.files().stream().anyMatch(f -> f.mode() != CryptMode.NONE);
        if (manifest.signature().isEmpty()) {
            if (needed) {
                throw new Damaged(
                        "manifest of snapshot "
                                + manifest.snapshot()
                                + " is not signed although its files are encrypted or signed;"
                                + " it was altered");
            }
            return;
        }
        if (!key.verifies(manifest.canonicalBytes(), manifest.signature().get())) {
            throw new Damaged(
                    "manifest of snapshot "
                            + manifest.snapshot()
                            + " has a wrong signature: it was altered, or signed by another key than "
                            + key.fingerprint().shortForm());
        }
    }

    /** Which snapshot this is. */
    public SnapshotId id() {
        return reader.id();
    }

    /** The manifest. */
    public Manifest manifest() {
        return manifest;
    }

    /** Stored bytes, below the key. */
    public SnapshotReader reader() {
        return reader;
    }

    /** The key that made it, if it is at hand. */
    public Optional<BackupKey> key() {
        return key;
    }

    /**
     * Names as users know them: {@code root.pxar} for both halves of a split archive, {@code
     * disk.img}, {@code fw.conf}.
     */
    public List<String> archives() {
        List<String> names = new ArrayList<>();
        for (ManifestFile file : manifest.files()) {
            String name = ArchiveName.user(file.name());
            if (name.endsWith(".mpxar")) {
                names.add(name.substring(0, name.length() - ".mpxar".length()) + ".pxar");
            } else if (!name.endsWith(".ppxar")) {
                names.add(name);
            }
        }
        return names;
    }

    /**
     * Opens a file archive by its user's name; either half of a split one means both.
     *
     * @throws NotFound if there is none of that name
     * @throws BadKey if its key is not at hand
     */
    public ArchiveReader archive(String name) {
        String base = name.replaceFirst("\\.(pxar|mpxar|ppxar)(\\.didx)?$", "");
        Optional<ManifestFile> metadata = manifest.file(base + ".mpxar.didx");
        Optional<ManifestFile> payload = manifest.file(base + ".ppxar.didx");
        if (metadata.isPresent() && payload.isPresent()) {
            return ArchiveReader.split(source(metadata.get()), source(payload.get()));
        }
        ManifestFile unified =
                manifest.file(base + ".pxar.didx")
                        .orElseThrow(
                                () ->
                                        new NotFound(
                                                "snapshot "
                                                        + id()
                                                        + " has no archive "
                                                        + name
                                                        + "; it has "
                                                        + archives()));
        return ArchiveReader.unified(source(unified));
    }

    /** The payload stream of a split archive, the archive itself of a unified one. */
    public ChunkedSource content(String name) {
        String base = name.replaceFirst("\\.(pxar|mpxar|ppxar)(\\.didx)?$", "");
        return source(
                manifest.file(base + ".ppxar.didx")
                        .or(() -> manifest.file(base + ".pxar.didx"))
                        .orElseThrow(
                                () ->
                                        new NotFound(
                                                "snapshot " + id() + " has no archive " + name)));
    }

    /** The decoded stream of an indexed file. */
    public ChunkedSource source(ManifestFile file) {
        boolean encrypted = file.mode() == CryptMode.ENCRYPT;
        return new ChunkedSource(reader.index(file), reader, cache, codec(encrypted), encrypted);
    }

    /** The decoded content of a blob; the blob's magic says how it is stored, not the manifest. */
    public byte[] blob(ManifestFile file) {
        byte[] blob = reader.blob(file);
        return codec(BlobKind.read(blob, blob.length).encrypted()).decode(blob);
    }

    private BlobCodec codec(boolean encrypted) {
        if (!encrypted) {
            return BlobCodec.plain();
        }
        return BlobCodec.encrypting(key.orElseThrow(this::missingKey));
    }

    private BadKey missingKey() {
        String which = manifest.keyFingerprint().map(f -> " " + f.shortForm()).orElse("");
        return new BadKey(
                "snapshot "
                        + id()
                        + " is encrypted with key"
                        + which
                        + ", which is not at hand; give it with --keyfile");
    }

    @Override
    public void close() {
        reader.close();
    }
}
