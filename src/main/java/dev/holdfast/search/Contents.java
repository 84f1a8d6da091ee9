package dev.holdfast.search;

import dev.holdfast.format.ChunkIndex;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.snapshot.ArchiveReader;
import dev.holdfast.snapshot.Snapshot;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Finds where a snapshot has the contents of files: by metadata archives and indexes, a few reads
 * for each. Nothing is known of unsplit archives, whose metadata lies among their contents. Holds
 * the snapshot open. For one thread.
 */
public final class Contents implements AutoCloseable {
    private final Snapshot snapshot;
    private final Map<String, Optional<Archive>> archives = new HashMap<>();

    private record Archive(ArchiveReader metadata, ChunkIndex payload) {}

    /**
     * @param snapshot is closed with this
     */
    Contents(Snapshot snapshot) {
        this.snapshot = snapshot;
    }

    /** Which snapshot it is. */
    public SnapshotId id() {
        return snapshot.id();
    }

    /**
     * Where the content of a file is.
     *
     * @param path of names, the archive's first
     */
    public Optional<ContentId> find(List<byte[]> path) {
        String name = new String(path.get(0), StandardCharsets.UTF_8);
        Optional<Archive> archive = archives.computeIfAbsent(name, this::open);
        if (archive.isEmpty()) {
            return Optional.empty();
        }
        Optional<Entry> entry =
                archive.get().metadata().lookupPath(joined(path.subList(1, path.size())));
        return entry.map(Entry::body)
                .filter(Body.Regular.class::isInstance)
                .map(Body.Regular.class::cast)
                .flatMap(file -> ContentId.of(archive.get().payload(), file));
    }

    private Optional<Archive> open(String name) {
        if (!name.endsWith(".pxar")) {
            return Optional.empty();
        }
        String base = name.substring(0, name.length() - ".pxar".length());
        Optional<ManifestFile> payload = snapshot.manifest().file(base + ".ppxar.didx");
        if (payload.isEmpty() || snapshot.manifest().file(base + ".mpxar.didx").isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(
                new Archive(snapshot.archive(name), snapshot.reader().index(payload.get())));
    }

    private static byte[] joined(List<byte[]> path) {
        ByteArrayOutputStream joined = new ByteArrayOutputStream();
        for (byte[] name : path) {
            joined.write('/');
            joined.writeBytes(name);
        }
        return joined.toByteArray();
    }

    @Override
    public void close() {
        snapshot.close();
    }
}
