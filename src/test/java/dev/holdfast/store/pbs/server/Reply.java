package dev.holdfast.store.pbs.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;

/** An answer. */
record Reply(int status, String contentType, byte[] body) {
    private static final String JSON = "application/json;charset=UTF-8";

    static Reply nothing() {
        return data(JsonNodeFactory.instance.nullNode());
    }

    static Reply data(JsonNode data) {
        return json(JsonNodeFactory.instance.objectNode().set("data", data));
    }

    static Reply json(ObjectNode whole) {
        return new Reply(200, JSON, whole.toString().getBytes(StandardCharsets.UTF_8));
    }

    static Reply bytes(byte[] body) {
        return new Reply(200, "application/octet-stream", body);
    }

    /** Plain text, whatever the content type says: as a real server does it. */
    static Reply failure(Failure failure) {
        return new Reply(
                failure.status(), JSON, failure.getMessage().getBytes(StandardCharsets.UTF_8));
    }
}
