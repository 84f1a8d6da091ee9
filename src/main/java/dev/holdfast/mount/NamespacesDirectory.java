package dev.holdfast.mount;

import dev.holdfast.format.Namespace;
import dev.holdfast.fuse.Attributes;
import dev.holdfast.fuse.Node;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The directory {@code ns}: the namespaces directly below one. */
final class NamespacesDirectory extends ListedDirectory {
    private final Namespace parent;

    NamespacesDirectory(View view, Namespace parent) {
        super(view, GroupPath.below(GroupPath.of(parent), "ns"));
        this.parent = parent;
    }

    /** Whether a namespace is somewhere below another. */
    static boolean isBelow(Namespace namespace, Namespace parent) {
        int depth = parent.components().size();
        return namespace.components().size() > depth
                && namespace.components().subList(0, depth).equals(parent.components());
    }

    /** Also of namespaces that only show by what is below them. */
    private Stream<String> names() {
        return view().listings().namespaces().stream()
                .filter(namespace -> isBelow(namespace, parent))
                .map(namespace -> namespace.components().get(parent.components().size()))
                .distinct();
    }

    @Override
    List<Child> children() {
        return names().map(name -> Child.byHash(name, path(), Attributes.DIRECTORY))
                .sorted(Comparator.comparingLong(Child::cursor))
                .toList();
    }

    @Override
    Optional<Node> child(String name) {
        return names().filter(name::equals)
                .findFirst()
                .map(found -> new NamespaceDirectory(view(), parent.child(found)));
    }
}
