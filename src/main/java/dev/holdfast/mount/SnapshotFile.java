package dev.holdfast.mount;

import dev.holdfast.format.ArchiveName;
import dev.holdfast.format.Manifest;
import dev.holdfast.format.ManifestFile;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A thing in a snapshot's directory. */
sealed interface SnapshotFile {

    /** What the client's log is called. */
    String CLIENT_LOG = ArchiveName.user(ArchiveName.CLIENT_LOG);

    /** Ends the stored name of the half of a tree that has names and attributes. */
    String METADATA = ".mpxar.didx";

    /** Ends the stored name of the half of a tree that has contents. */
    String PAYLOAD = ".ppxar.didx";

    /** The files of the manifest that it is made of. */
    List<ManifestFile> parts();

    /** A tree in one stream. */
    record UnifiedTree(ManifestFile archive) implements SnapshotFile {
        @Override
        public List<ManifestFile> parts() {
            return List.of(archive);
        }
    }

    /** A tree in two streams. */
    record SplitTree(ManifestFile metadata, ManifestFile payload) implements SnapshotFile {
        @Override
        public List<ManifestFile> parts() {
            return List.of(metadata, payload);
        }
    }

    /** An image, or any other stream. */
    record Stream(ManifestFile index) implements SnapshotFile {
        @Override
        public List<ManifestFile> parts() {
            return List.of(index);
        }
    }

    /** A small file. */
    record Blob(ManifestFile blob) implements SnapshotFile {
        @Override
        public List<ManifestFile> parts() {
            return List.of(blob);
        }
    }

    /** The log that the client added after the backup; in no manifest. */
    record ClientLog() implements SnapshotFile {
        @Override
        public List<ManifestFile> parts() {
            return List.of();
        }
    }

    /** Whether it is a directory. */
    default boolean isTree() {
        return this instanceof UnifiedTree || this instanceof SplitTree;
    }

    /**
     * What a snapshot's directory holds, by the names that users know, in the order of the
     * manifest. Of two files with one such name the later one keeps its stored name.
     */
    static Map<String, SnapshotFile> of(Manifest manifest, boolean hasClientLog) {
        Map<String, SnapshotFile> files = new LinkedHashMap<>();
        for (ManifestFile file : manifest.files()) {
            String name = file.name();
            if (isSplit(manifest, name)) {
                if (name.endsWith(METADATA)) {
                    put(files, base(name) + ".pxar", name, split(manifest, file));
                }
            } else if (name.endsWith(".pxar.didx")) {
                put(files, ArchiveName.user(name), name, new UnifiedTree(file));
            } else if (name.endsWith(".blob")) {
                put(files, ArchiveName.user(name), name, new Blob(file));
            } else {
                put(files, ArchiveName.user(name), name, new Stream(file));
            }
        }
        if (hasClientLog) {
            put(files, CLIENT_LOG, ArchiveName.CLIENT_LOG, new ClientLog());
        }
        return Collections.unmodifiableMap(files);
    }

    private static void put(
            Map<String, SnapshotFile> files, String name, String storedName, SnapshotFile file) {
        if (files.putIfAbsent(name, file) != null) {
            files.putIfAbsent(storedName, file);
        }
    }

    /** Whether it is one half of a tree whose other half is there too. */
    private static boolean isSplit(Manifest manifest, String storedName) {
        return (storedName.endsWith(METADATA) || storedName.endsWith(PAYLOAD))
                && manifest.file(base(storedName) + METADATA).isPresent()
                && manifest.file(base(storedName) + PAYLOAD).isPresent();
    }

    private static SplitTree split(Manifest manifest, ManifestFile metadata) {
        return new SplitTree(
                metadata, manifest.file(base(metadata.name()) + PAYLOAD).orElseThrow());
    }

    /** {@code root} of {@code root.mpxar.didx}. */
    private static String base(String storedName) {
        String user = ArchiveName.user(storedName);
        return user.substring(0, user.lastIndexOf('.'));
    }
}
