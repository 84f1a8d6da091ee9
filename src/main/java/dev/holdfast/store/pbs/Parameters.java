package dev.holdfast.store.pbs;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/**
 * Parameters of a request in order. Servers refuse names that they do not know, so optional ones
 * are only added when they say something (protocol.md §4.1). Built by one thread.
 */
final class Parameters {
    private record Parameter(String name, Object value) {}

    private final List<Parameter> all = new ArrayList<>();

    static Parameters none() {
        return new Parameters();
    }

    static Parameters of(Namespace namespace) {
        return none().with(namespace);
    }

    static Parameters of(Namespace namespace, GroupId group) {
        return of(namespace).with("backup-type", group.type().text()).with("backup-id", group.id());
    }

    static Parameters of(Namespace namespace, SnapshotId snapshot) {
        return of(namespace, snapshot.group()).with("backup-time", snapshot.epochSeconds());
    }

    Parameters with(Namespace namespace) {
        return namespace.isRoot() ? this : with("ns", namespace.toString());
    }

    Parameters with(String name, String value) {
        all.add(new Parameter(name, value));
        return this;
    }

    Parameters with(String name, long value) {
        all.add(new Parameter(name, value));
        return this;
    }

    Parameters with(String name, boolean value) {
        all.add(new Parameter(name, value));
        return this;
    }

    /** {@code path} followed by the parameters as a query. */
    String query(String path) {
        StringBuilder text = new StringBuilder(path);
        char separator = '?';
        for (Parameter parameter : all) {
            text.append(separator)
                    .append(parameter.name())
                    .append('=')
                    .append(encode(parameter.value().toString()));
            separator = '&';
        }
        return text.toString();
    }

    /** The parameters as a JSON object, numbers and booleans as such. */
    String json() {
        ObjectNode object = JsonNodeFactory.instance.objectNode();
        for (Parameter parameter : all) {
            if (parameter.value() instanceof Long number) {
                object.put(parameter.name(), number);
            } else if (parameter.value() instanceof Boolean bool) {
                object.put(parameter.name(), bool);
            } else {
                object.put(parameter.name(), (String) parameter.value());
            }
        }
        return object.toString();
    }

    /** Everything but letters, digits and {@code -._*} percent-encoded. */
    static String encode(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
