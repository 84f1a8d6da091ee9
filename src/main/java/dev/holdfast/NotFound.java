package dev.holdfast;

/** Something that was asked for does not exist. */
public class NotFound extends HoldfastException {
    private static final long serialVersionUID = 1L;

    public NotFound(String message) {
        super(message);
    }

    public NotFound(String message, Throwable cause) {
        super(message, cause);
    }
}
