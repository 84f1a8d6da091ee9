package dev.holdfast.stage;

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
}
