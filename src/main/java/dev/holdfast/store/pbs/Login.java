package dev.holdfast.store.pbs;

import java.util.Map;

/** How requests say who asks (protocol.md §5). Thread-safe. */
interface Login {
    /**
     * The headers of a request, a login having been made if one is needed.
     *
     * @throws dev.holdfast.Refused if the server does not accept the password
     */
    Map<String, String> headers();

    /**
     * Called when the server did not accept {@code rejected}; whether new headers are worth a try.
     */
    boolean renew(Map<String, String> rejected);
}
