package dev.holdfast.store.pbs.server;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.TextNode;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import io.netty.handler.codec.http.QueryStringDecoder;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A request whose parameters are taken one by one; what is left over is an error. */
final class Request {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MAX_FORM_BYTES = 524_288;

    final String method;
    final String path;
    final byte[] body;
    private final boolean json;
    private final Map<String, List<JsonNode>> parameters = new HashMap<>();

    /**
     * Reads the parameters.
     *
     * @param raw whether the body is an upload, so that parameters are in the query only
     */
    Request(String method, String uri, String contentType, byte[] body, boolean raw) {
        QueryStringDecoder query = new QueryStringDecoder(uri);
        this.method = method;
        this.path = query.path();
        this.body = body;
        this.json = !raw && contentType.startsWith("application/json");
        if (!raw && body.length >= MAX_FORM_BYTES) {
            throw Failure.bad("Request body too large");
        }
        if (json) {
            readJson();
        } else {
            query.parameters()
                    .forEach((name, values) -> values.forEach(v -> add(name, TextNode.valueOf(v))));
        }
    }

    private void readJson() {
        try {
            JsonNode root = JSON.readTree(body);
            root.properties()
                    .forEach(
                            entry -> {
                                if (entry.getValue() instanceof ArrayNode array) {
                                    parameters.put(entry.getKey(), new ArrayList<>());
                                    array.forEach(item -> add(entry.getKey(), item));
                                } else {
                                    add(entry.getKey(), entry.getValue());
                                }
                            });
        } catch (IOException e) {
            throw new Failure(400, "unable to parse JSON: " + e.getMessage());
        }
    }

    private void add(String name, JsonNode value) {
        parameters.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
    }

    List<JsonNode> list(String name) {
        return Optional.ofNullable(parameters.remove(name)).orElseThrow(() -> missing(name));
    }

    private Failure missing(String name) {
        return Failure.bad(
                "parameter verification failed - '"
                        + name
                        + "': "
                        + (json
                                ? "property is missing and it is not optional"
                                : "parameter is missing and it is not optional."));
    }

    private Optional<JsonNode> one(String name) {
        List<JsonNode> values = parameters.remove(name);
        if (values != null && values.size() > 1) {
            throw Failure.bad(
                    "parameter verification failed - '" + name + "': duplicate parameter.");
        }
        return Optional.ofNullable(values).map(v -> v.get(0));
    }

    Optional<String> optional(String name) {
        return one(name).map(JsonNode::asText);
    }

    String text(String name) {
        return optional(name).orElseThrow(() -> missing(name));
    }

    String text(String name, String pattern) {
        String value = text(name);
        if (!value.matches(pattern)) {
            throw Failure.bad(
                    "parameter verification failed - '"
                            + name
                            + "': value does not match the regex pattern");
        }
        return value;
    }

    boolean bool(String name, boolean byDefault) {
        return optional(name).map(Boolean::parseBoolean).orElse(byDefault);
    }

    long integer(String name, long min, long max) {
        JsonNode value = one(name).orElseThrow(() -> missing(name));
        return integer(name, value, min, max);
    }

    long integer(String name, JsonNode value, long min, long max) {
        String prefix = "parameter verification failed - '" + name + "': ";
        if (json && !value.isIntegralNumber()) {
            throw Failure.bad(prefix + "Expected integer value.");
        }
        long number = Long.parseLong(value.asText());
        if (number < min) {
            throw Failure.bad(
                    prefix + "value must have a minimum value of " + min + " (got " + number + ")");
        }
        if (number > max) {
            throw Failure.bad(
                    prefix + "value must have a maximum value of " + max + " (got " + number + ")");
        }
        return number;
    }

    Namespace namespace() {
        return optional("ns").map(Namespace::parse).orElse(Namespace.ROOT);
    }

    GroupId group() {
        return GroupId.parse(text("backup-type") + "/" + text("backup-id"));
    }

    SnapshotId snapshot() {
        return group().at(integer("backup-time", 1, Long.MAX_VALUE));
    }

    /** All parameters have been taken. */
    void noMore() {
        for (String name : parameters.keySet()) {
            throw Failure.bad(
                    "parameter verification failed - '"
                            + name
                            + "': schema does not allow additional properties.");
        }
    }
}
