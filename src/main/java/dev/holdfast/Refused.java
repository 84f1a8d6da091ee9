package dev.holdfast;

/** The repository or a safety rule forbids what was asked. */
public class Refused extends HoldfastException {
    private static final long serialVersionUID = 1L;

    public Refused(String message) {
        super(message);
    }

    public Refused(String message, Throwable cause) {
        super(message, cause);
    }
}
