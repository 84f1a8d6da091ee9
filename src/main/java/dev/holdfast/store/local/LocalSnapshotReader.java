package dev.holdfast.store.local;

import dev.holdfast.Damaged;
import dev.holdfast.NotFound;
import dev.holdfast.chunk.EncodedBlob;
import dev.holdfast.crypto.BufferPool;
import dev.holdfast.format.ArchiveName;
import dev.holdfast.format.ChunkIndex;
import dev.holdfast.format.Digest;
import dev.holdfast.format.DynamicIndex;
import dev.holdfast.format.FixedIndex;
import dev.holdfast.format.FormatException;
import dev.holdfast.format.ManifestFile;
import dev.holdfast.format.Sha256;
import dev.holdfast.format.SnapshotId;
import dev.holdfast.os.FileLock;
import dev.holdfast.store.SnapshotReader;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** A snapshot directory, read under a shared lock. */
final class LocalSnapshotReader implements SnapshotReader {
    /** More than any blob or index that anyone writes; what is longer is not read into memory. */
    static final long MAX_FILE_BYTES = 1L << 30;

    private final SnapshotId id;
    private final Path directory;
    private final ChunkDirectory chunks;
    private final Optional<FileLock> lock;

    LocalSnapshotReader(
            SnapshotId id, Path directory, ChunkDirectory chunks, Optional<FileLock> lock) {
        this.id = id;
        this.directory = directory;
        this.chunks = chunks;
        this.lock = lock;
    }

    @Override
    public SnapshotId id() {
        return id;
    }

    @Override
    public byte[] manifestBlob() {
        try {
            return file(ArchiveName.MANIFEST);
        } catch (Damaged e) {
            throw new NotFound("snapshot " + id + " has just been removed", e);
        }
    }

    @Override
    public byte[] blob(ManifestFile file) {
        byte[] blob = file(file.name());
        if (blob.length != file.sizeBytes() || !Sha256.of(blob).equals(file.checksum())) {
            throw new Damaged(
                    "snapshot " + id + ": " + file.name() + " is not what the manifest says");
        }
        return blob;
    }

    @Override
    public ChunkIndex index(ManifestFile file) {
        byte[] bytes = file(file.name());
        ChunkIndex index;
        try {
            index =
                    file.name().endsWith(".fidx")
                            ? FixedIndex.parse(bytes)
                            : DynamicIndex.parse(bytes);
        } catch (FormatException e) {
            throw new Damaged(
                    "snapshot " + id + ": " + file.name() + " is damaged: " + e.getMessage(), e);
        }
        if (index.sizeBytes() != file.sizeBytes() || !index.checksum().equals(file.checksum())) {
            throw new Damaged(
                    "snapshot " + id + ": " + file.name() + " is not what the manifest says");
        }
        return index;
    }

    @Override
    public byte[] clientLogBlob() {
        return Files.exists(directory.resolve(ArchiveName.CLIENT_LOG))
                ? file(ArchiveName.CLIENT_LOG)
                : new byte[0];
    }

    @Override
    public EncodedBlob chunk(Digest digest) {
        return chunks.chunk(digest);
    }

    @Override
    public EncodedBlob chunk(Digest digest, BufferPool buffers) {
        return chunks.chunk(digest, buffers);
    }

    private byte[] file(String name) {
        return read(id, directory.resolve(name));
    }

    /** A file of a snapshot, however long it may be within reason. */
    static byte[] read(SnapshotId id, Path path) {
        String name = path.getFileName().toString();
        try {
            if (Files.size(path) > MAX_FILE_BYTES) {
                throw new Damaged(
                        "snapshot " + id + ": " + name + " is too long to be what it should be");
            }
            return Files.readAllBytes(path);
        } catch (NoSuchFileException e) {
            throw new Damaged("snapshot " + id + ": " + name + " is missing", e);
        } catch (IOException e) {
            throw StoreFiles.failed("read", path, e);
        }
    }

    @Override
    public void close() {
        lock.ifPresent(FileLock::close);
    }
}
