package dev.holdfast.store.pbs.server;

/** A request that the server refuses: plain text with a status. */
public final class Failure extends RuntimeException {
    private static final long serialVersionUID = 1L;

    private final int status;

    public Failure(int status, String text) {
        super(text);
        this.status = status;
    }

    static Failure bad(String text) {
        return new Failure(400, text);
    }

    public int status() {
        return status;
    }
}
