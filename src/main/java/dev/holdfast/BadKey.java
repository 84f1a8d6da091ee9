package dev.holdfast;

/** A key or passphrase is missing, wrong, unreadable or not the one that is needed. */
public class BadKey extends HoldfastException {
    private static final long serialVersionUID = 1L;

    public BadKey(String message) {
        super(message);
    }

    public BadKey(String message, Throwable cause) {
        super(message, cause);
    }
}
