package dev.holdfast;

/**
 * A failure that a user can do something about. The subclasses say what kind of thing that is; the
 * message says what happened, to what, and what to do. Mapped to exit codes in one place (the
 * command line) and to errno in one place (the mounts).
 */
public class HoldfastException extends RuntimeException {
    private static final long serialVersionUID = 1L;

    public HoldfastException(String message) {
        super(message);
    }

    public HoldfastException(String message, Throwable cause) {
        super(message, cause);
    }
}
