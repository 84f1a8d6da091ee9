package dev.holdfast.store.pbs;

import java.nio.charset.StandardCharsets;

/**
 * The complete answer to a request of a session.
 *
 * @param body its first {@code lengthBytes} bytes; what follows is spare room
 */
record Answer(int status, byte[] body, int lengthBytes) {
    boolean isSuccess() {
        return status == 200;
    }

    String text() {
        return new String(body, 0, lengthBytes, StandardCharsets.UTF_8);
    }
}
