package dev.holdfast.store.local;

import dev.holdfast.Damaged;
import dev.holdfast.Refused;
import dev.holdfast.chunk.ChunkSource;
import dev.holdfast.chunk.ChunkTarget;
import dev.holdfast.chunk.EncodedBlob;
import dev.holdfast.crypto.BlobCodec;
import dev.holdfast.crypto.BufferPool;
import dev.holdfast.format.BlobKind;
import dev.holdfast.format.Digest;
import dev.holdfast.format.DynamicIndex;
import dev.holdfast.format.FormatException;
import dev.holdfast.os.OsError;
import dev.holdfast.os.Pieces;
import dev.holdfast.os.RawFiles;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.Optional;

/**
 * The chunks of a datastore, {@code BASE/.chunks/XXXX/DIGEST} (datastore.md §4.2, §4.3).
 * Thread-safe; who inserts holds the shared process lock.
 *
 * <p>The access time of a chunk is the mark that keeps it from garbage collection, so a chunk that
 * is there already is touched. There is no comparison of content: the same digest is the same
 * content, though not the same bytes (the IV is random); the first one stays.
 */
final class ChunkDirectory implements ChunkSource, ChunkTarget {
    private static final int STRIPES = 64;
    private static final int BAD_NAMES = 10;
    private static final int MAX_FILE_BYTES =
            DynamicIndex.MAX_CHUNK_BYTES + BlobCodec.MAX_OVERHEAD_BYTES;

    private final Layout layout;
    private final StoreFiles files;
    private final Object[] stripes = new Object[STRIPES];

    ChunkDirectory(Layout layout, StoreFiles files) {
        this.layout = layout;
        this.files = files;
        for (int i = 0; i < STRIPES; i++) {
            stripes[i] = new Object();
        }
    }

    @Override
    public EncodedBlob chunk(Digest digest) {
        return chunk(digest, BufferPool.NONE);
    }

    @Override
    public EncodedBlob chunk(Digest digest, BufferPool buffers) {
        Path path = layout.chunk(digest);
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            long length = channel.size();
            if (length < BlobKind.PLAIN_HEADER_BYTES || length > MAX_FILE_BYTES) {
                throw new FormatException(
                        "chunk " + digest + " has a file of " + length + " bytes");
            }
            byte[] bytes = buffers.take((int) length + EncodedBlob.SPARE_BYTES);
            ByteBuffer buffer = ByteBuffer.wrap(bytes, 0, (int) length);
            Pieces.read(channel, buffer, 0);
            if (buffer.hasRemaining()) {
                throw new FormatException("chunk " + digest + " was cut while being read");
            }
            return new EncodedBlob(bytes, (int) length);
        } catch (NoSuchFileException e) {
            throw new Damaged("chunk " + digest + " is missing", e);
        } catch (IOException e) {
            throw StoreFiles.failed("read", path, e);
        }
    }

    @Override
    public boolean has(Digest digest, int contentBytes) {
        Path path = layout.chunk(digest);
        try {
            BasicFileAttributes found =
                    Files.readAttributes(
                            path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
            // An empty file is damage; it is overwritten when the chunk is put.
            return found.isRegularFile()
                    && found.size() > BlobKind.PLAIN_HEADER_BYTES
                    && touch(path);
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw StoreFiles.failed("look for", path, e);
        }
    }

    @Override
    public void put(Digest digest, byte[] blob, int blobBytes, int contentBytes) {
        putShared(digest, blob, blobBytes, contentBytes, Optional.empty());
    }

    @Override
    public void putShared(
            Digest digest, byte[] blob, int blobBytes, int contentBytes, Optional<Path> file) {
        Path path = layout.chunk(digest);
        synchronized (stripes[(int) (digest.b() & (STRIPES - 1))]) {
            if (!keepExisting(path, digest, blob, blobBytes)
                    && !(file.isPresent() && files.link(path, file.get()))) {
                files.replace(path, blob, 0, blobBytes, false);
            }
        }
    }

    /** Whether the chunk that is there already stays; it has been touched then. */
    private boolean keepExisting(Path path, Digest digest, byte[] blob, int blobBytes) {
        BasicFileAttributes found;
        try {
            found =
                    Files.readAttributes(
                            path, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return false;
        } catch (IOException e) {
            throw StoreFiles.failed("look for", path, e);
        }
        if (!found.isRegularFile()) {
            throw new Refused("chunk " + path + " is no regular file; remove it");
        }
        if (found.size() == 0) {
            return false;
        }
        BlobKind mine = BlobKind.read(blob, blobBytes);
        if (found.size() != blobBytes) {
            if (mine.encrypted()) {
                BlobKind theirs = kindOf(path);
                if (!theirs.encrypted()) {
                    throw new Refused(
                            "chunk "
                                    + digest
                                    + " is stored in plain text; it is not replaced by an encrypted one");
                }
                if (theirs == BlobKind.ENCRYPTED && mine == BlobKind.ENCRYPTED) {
                    throw new Damaged(
                            "chunk "
                                    + digest
                                    + " has "
                                    + found.size()
                                    + " bytes instead of "
                                    + blobBytes
                                    + "; move it aside (verify does) and repeat");
                }
            } else if (found.size() > blobBytes) {
                return false;
            }
        }
        return touch(path);
    }

    private static BlobKind kindOf(Path path) {
        try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
            ByteBuffer header = ByteBuffer.allocate(BlobKind.ENCRYPTED_HEADER_BYTES);
            Pieces.read(channel, header, 0);
            return BlobKind.read(header.array(), header.position());
        } catch (IOException e) {
            throw StoreFiles.failed("read", path, e);
        }
    }

    /**
     * Moves a chunk to the first free of {@code DIGEST.0.bad} … {@code .9.bad}, or over the last of
     * them (datastore.md §11); empty if it is gone.
     */
    Optional<String> quarantine(Digest digest) {
        Path path = layout.chunk(digest);
        synchronized (stripes[(int) (digest.b() & (STRIPES - 1))]) {
            Path aside = badName(path, 0);
            for (int i = 1; i < BAD_NAMES && Files.exists(aside); i++) {
                aside = badName(path, i);
            }
            try {
                Files.move(
                        path,
                        aside,
                        StandardCopyOption.ATOMIC_MOVE,
                        StandardCopyOption.REPLACE_EXISTING);
                return Optional.of(aside.getFileName().toString());
            } catch (NoSuchFileException e) {
                return Optional.empty();
            } catch (IOException e) {
                throw StoreFiles.failed("move aside", path, e);
            }
        }
    }

    private static Path badName(Path chunk, int i) {
        return chunk.resolveSibling(chunk.getFileName() + "." + i + ".bad");
    }

    /**
     * Marks a chunk as used, or, if it is missing, what was moved aside in its place; false if it
     * is missing.
     */
    boolean mark(Digest digest) {
        Path path = layout.chunk(digest);
        if (touch(path)) {
            return true;
        }
        for (int i = 0; i < BAD_NAMES; i++) {
            touch(badName(path, i));
        }
        return false;
    }

    /**
     * Sets the access time to now and leaves the modification time alone; false if the chunk is
     * gone.
     */
    static boolean touch(Path path) {
        try {
            RawFiles.setTimes(StoreFiles.raw(path), 0, RawFiles.UTIME_NOW, 0, RawFiles.UTIME_OMIT);
            return true;
        } catch (OsError e) {
            if (e.errno() == OsError.ENOENT) {
                return false;
            }
            throw e;
        }
    }
}
