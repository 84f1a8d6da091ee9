package dev.holdfast;

/** Somebody else holds a lock or keeps something in use; the same request may succeed later. */
public class Busy extends HoldfastException {
    private static final long serialVersionUID = 1L;

    public Busy(String message) {
        super(message);
    }

    public Busy(String message, Throwable cause) {
        super(message, cause);
    }
}
