package dev.holdfast.store.pbs.server;

/** What an upgraded connection talks to. Requests of one session may come on several threads. */
interface ServerSession {
    /** Whether the body of such a request is an upload. */
    boolean isUpload(String path);

    /**
     * Carries out a request.
     *
     * @throws Failure if it is refused
     */
    Reply handle(Request request);

    /** The connection has ended. */
    void ended();
}
