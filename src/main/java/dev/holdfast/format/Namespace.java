package dev.holdfast.format;

import java.util.ArrayList;
import java.util.List;

/**
 * A namespace: up to seven components (datastore.md §14), none for the root.
 *
 * @param components each a safe id
 */
public record Namespace(List<String> components) implements Comparable<Namespace> {
    /** The namespace without a name. */
    public static final Namespace ROOT = new Namespace(List.of());

    private static final int MAX_COMPONENTS = 7;
    private static final int MAX_CHARS = 256;

    public Namespace {
        components = List.copyOf(components);
        if (components.size() > MAX_COMPONENTS
                || String.join("/", components).length() > MAX_CHARS) {
            throw new IllegalArgumentException(
                    "namespace '"
                            + String.join("/", components)
                            + "': at most 7 components and 256 characters");
        }
        for (String component : components) {
            if (!Names.isSafeId(component)) {
                throw new IllegalArgumentException(
                        "'" + component + "' is no valid name of a namespace");
            }
        }
    }

    /** Reads the display form {@code a/b}; the empty text is the root. */
    public static Namespace parse(String text) {
        return text.isEmpty() ? ROOT : new Namespace(List.of(text.split("/", -1)));
    }

    /** The namespace of that name below this one. */
    public Namespace child(String component) {
        List<String> child = new ArrayList<>(components);
        child.add(component);
        return new Namespace(child);
    }

    /** Whether this is the root. */
    public boolean isRoot() {
        return components.isEmpty();
    }

    /** The display form, {@code a/b}. */
    @Override
    public String toString() {
        return String.join("/", components);
    }

    /** The relative path in a datastore, {@code ns/a/ns/b}; empty for the root. */
    public String path() {
        return isRoot() ? "" : "ns/" + String.join("/ns/", components);
    }

    @Override
    public int compareTo(Namespace other) {
        return toString().compareTo(other.toString());
    }
}
