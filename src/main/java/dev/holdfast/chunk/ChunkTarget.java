package dev.holdfast.chunk;

import dev.holdfast.format.Digest;
import java.nio.file.Path;
import java.util.Optional;

/** Where encoded chunks go. Thread-safe. */
public interface ChunkTarget {
    /**
     * Whether the chunk need not be put: it is there, and will stay until what is being written
     * refers to it. May do I/O (a local datastore marks the chunk as used).
     */
    boolean has(Digest digest, int contentBytes);

    /**
     * Stores a chunk; one that is there already is kept.
     *
     * @param blob the encoded chunk in its first {@code blobBytes} bytes; not kept
     */
    void put(Digest digest, byte[] blob, int blobBytes, int contentBytes);

    /**
     * Stores a chunk as {@link #put} does, and may take the file over under a second name instead
     * of writing the same bytes again.
     *
     * @param file a file of just this blob which is synced or will be, and whose content will never
     *     be changed under any of its names; empty if there is none
     */
    default void putShared(
            Digest digest, byte[] blob, int blobBytes, int contentBytes, Optional<Path> file) {
        put(digest, blob, blobBytes, contentBytes);
    }
}
