package dev.holdfast.mount;

import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;

/** Paths of the whole repository, which name things in messages and give them inode numbers. */
final class GroupPath {
    private GroupPath() {}

    /** {@code ns/a/ns/b}; empty for the root namespace. */
    static String of(Namespace namespace) {
        return namespace.path();
    }

    /** {@code ns/a/host/web1}. */
    static String of(Namespace namespace, GroupId group) {
        return below(of(namespace), group.toString());
    }

    /** The path without its last name; that of the root namespace has none. */
    static String above(String path) {
        return path.substring(0, Math.max(0, path.lastIndexOf('/')));
    }

    /** A name below a path. */
    static String below(String path, String name) {
        return path.isEmpty() ? name : path + "/" + name;
    }
}
