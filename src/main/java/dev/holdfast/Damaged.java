package dev.holdfast;

/**
 * Stored data is not what it should be: a checksum, tag, digest, signature or structure is wrong.
 */
public class Damaged extends HoldfastException {
    private static final long serialVersionUID = 1L;

    public Damaged(String message) {
        super(message);
    }

    public Damaged(String message, Throwable cause) {
        super(message, cause);
    }
}
