package dev.holdfast.store.local;

import dev.holdfast.Refused;
import dev.holdfast.format.ArchiveName;
import dev.holdfast.format.ChunkIndex;
import dev.holdfast.format.ChunkIndexBuilder;
import dev.holdfast.format.Digest;
import dev.holdfast.format.DynamicIndex;
import dev.holdfast.format.FixedIndex;
import dev.holdfast.format.Manifest;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.os.Descriptor;
import dev.holdfast.store.SnapshotReader;
import dev.holdfast.store.SnapshotWriter;
import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.time.Instant;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * A snapshot directory being filled (datastore.md §8): chunks, then indexes under their final
 * names, then the manifest, whose rename makes the snapshot visible. Durability: everything is
 * synced once before the manifest, then the manifest and its name.
 */
final class LocalSnapshotWriter implements SnapshotWriter {
    private final SnapshotId id;
    private final Path directory;
    private final StoreFiles files;
    private final ChunkDirectory chunks;
    private final Optional<SnapshotReader> previous;
    private final List<AutoCloseable> held;
    private final Optional<Runnable> forgetLock;
    private final Set<String> written = new HashSet<>();
    private boolean finished;
    private boolean closed;

    /**
     * A writer into {@code directory}.
     *
     * @param forgetLock what to do after the removal of an unfinished snapshot; empty if the
     *     snapshot was there before and is only stored again, so that it stays in any case
     */
    LocalSnapshotWriter(
            SnapshotId id,
            Path directory,
            StoreFiles files,
            ChunkDirectory chunks,
            Optional<SnapshotReader> previous,
            List<AutoCloseable> held,
            Optional<Runnable> forgetLock) {
        this.id = id;
        this.directory = directory;
        this.files = files;
        this.chunks = chunks;
        this.previous = previous;
        this.held = held;
        this.forgetLock = forgetLock;
    }

    @Override
    public SnapshotId id() {
        return id;
    }

    @Override
    public Optional<SnapshotReader> previous() {
        return previous;
    }

    @Override
    public ArchiveWriter archive(String storedName, Optional<ChunkIndex> reference) {
        if (storedName.endsWith(".didx")) {
            return new LocalArchive(storedName, new DynamicIndex.Builder());
        }
        if (storedName.endsWith(".fidx")) {
            return new LocalArchive(storedName, new FixedIndex.Builder());
        }
        throw new IllegalArgumentException(storedName + " is no archive");
    }

    @Override
    public void blob(String storedName, byte[] encoded) {
        if (!storedName.endsWith(".blob") || storedName.equals(ArchiveName.MANIFEST)) {
            throw new IllegalArgumentException(storedName + " is no blob");
        }
        files.replace(directory.resolve(storedName), encoded, false);
        written.add(storedName);
    }

    @Override
    public void finish(Manifest manifest, byte[] encoded) {
        Set<String> listed = new HashSet<>();
        for (ManifestFile file : manifest.files()) {
            listed.add(file.name());
        }
        if (!listed.equals(written) || listed.isEmpty()) {
            throw new IllegalStateException(
                    "the manifest lists " + listed + ", written were " + written);
        }
        try (Descriptor base =
                Descriptor.open(
                        StoreFiles.raw(directory),
                        Descriptor.O_RDONLY | Descriptor.O_DIRECTORY,
                        0)) {
            base.syncFileSystem();
        }
        if (previous.isPresent()) {
            // Its lock has kept it; if it went all the same, chunks taken over from it may be gone.
            previous.get().manifestBlob();
        }
        files.replace(directory.resolve(ArchiveName.MANIFEST), encoded, true);
        finished = true;
    }

    @Override
    public void close() {
        if (closed) {
            return;
        }
        closed = true;
        try {
            if (!finished && forgetLock.isPresent()) {
                remove();
                forgetLock.get().run();
            }
        } finally {
            closeAll(held);
        }
    }

    private void remove() {
        // The manifest is not there, so the order does not matter to readers; indexes first frees
        // nothing a reader needs.
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                Files.deleteIfExists(entry);
            }
            Files.deleteIfExists(directory);
        } catch (IOException e) {
            throw StoreFiles.failed("remove", directory, e);
        }
    }

    /** Releases what was taken, last first. */
    static void closeAll(List<AutoCloseable> held) {
        for (int i = held.size() - 1; i >= 0; i--) {
            try {
                held.get(i).close();
            } catch (Exception e) {
                throw new IllegalStateException("cannot release a lock", e);
            }
        }
    }

    private byte[] uuid() {
        byte[] uuid = new byte[16];
        new SecureRandom().nextBytes(uuid);
        // Version and variant of a random UUID.
        uuid[6] = (byte) ((uuid[6] & 0x0f) | 0x40);
        uuid[8] = (byte) ((uuid[8] & 0x3f) | 0x80);
        return uuid;
    }

    private void store(String storedName, byte[] index) {
        files.replace(directory.resolve(storedName), index, false);
        written.add(storedName);
    }

    private final class LocalArchive implements ArchiveWriter {
        private final String storedName;
        private final ChunkIndexBuilder index;

        LocalArchive(String storedName, ChunkIndexBuilder index) {
            this.storedName = storedName;
            this.index = index;
        }

        @Override
        public boolean has(Digest digest, int contentBytes) {
            return chunks.has(digest, contentBytes);
        }

        @Override
        public void put(Digest digest, byte[] blob, int blobBytes, int contentBytes) {
            chunks.put(digest, blob, blobBytes, contentBytes);
        }

        @Override
        public void putShared(
                Digest digest, byte[] blob, int blobBytes, int contentBytes, Optional<Path> file) {
            chunks.putShared(digest, blob, blobBytes, contentBytes, file);
        }

        @Override
        public void append(Digest digest, int contentBytes) {
            index.add(digest, contentBytes);
        }

        @Override
        public Sum finish() {
            if (index.chunkCount() == 0) {
                throw new Refused(storedName + " is empty; an archive needs at least one byte");
            }
            store(storedName, index.encode(uuid(), Instant.now().getEpochSecond()));
            return new Sum(index.sizeBytes(), index.checksum());
        }
    }
}
