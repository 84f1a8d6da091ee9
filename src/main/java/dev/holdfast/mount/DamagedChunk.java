package dev.holdfast.mount;

import dev.holdfast.Damaged;
import dev.holdfast.format.Digest;

/** A chunk that is missing, or not what its name says. */
final class DamagedChunk extends Damaged {
    private static final long serialVersionUID = 1L;

    private final transient Digest digest;

    DamagedChunk(Digest digest, Damaged cause) {
        super(cause.getMessage(), cause);
        this.digest = digest;
    }

    /** Which chunk. */
    Digest digest() {
        return digest;
    }
}
