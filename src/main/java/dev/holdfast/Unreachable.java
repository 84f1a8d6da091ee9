package dev.holdfast;

/** A repository, server or device does not answer or cannot be read or written. */
public class Unreachable extends HoldfastException {
    private static final long serialVersionUID = 1L;

    public Unreachable(String message) {
        super(message);
    }

    public Unreachable(String message, Throwable cause) {
        super(message, cause);
    }
}
