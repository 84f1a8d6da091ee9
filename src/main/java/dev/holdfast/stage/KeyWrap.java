package dev.holdfast.stage;

import dev.holdfast.crypto.BlobCodec;
import java.util.Optional;

/** Seals the key of a staging area under the backup key, and opens it again. */
public interface KeyWrap {
    /** The sealed form of {@code secret}, fit to be stored. */
    byte[] wrap(byte[] secret);

    /**
     * The secret of what {@link #wrap} returned.
     *
     * @throws dev.holdfast.BadKey if it was sealed under another key
     */
    byte[] unwrap(byte[] sealed);

    /**
     * What encodes chunks as the repository wants them, under the same key; empty if large files
     * are not to be encoded before a commit.
     */
    default Optional<BlobCodec> chunkCodec() {
        return Optional.empty();
    }
}
