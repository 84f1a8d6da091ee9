package dev.holdfast.mount;

import dev.holdfast.format.BackupType;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.fuse.Attributes;
import dev.holdfast.fuse.Node;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** A namespace: {@code ns} if there are namespaces below, and the types that have groups. */
final class NamespaceDirectory extends ListedDirectory {
    private static final String NAMESPACES = "ns";

    private final Namespace namespace;

    NamespaceDirectory(View view, Namespace namespace) {
        super(view, GroupPath.of(namespace));
        this.namespace = namespace;
    }

    @Override
    List<Child> children() {
        List<Child> children = new ArrayList<>();
        if (hasNamespaces()) {
            children.add(Child.byHash(NAMESPACES, path(), Attributes.DIRECTORY));
        }
        view().listings().groups(namespace).stream()
                .map(GroupId::type)
                .distinct()
                .forEach(
                        type ->
                                children.add(
                                        Child.byHash(type.text(), path(), Attributes.DIRECTORY)));
        children.sort(Comparator.comparingLong(Child::cursor));
        return children;
    }

    @Override
    Optional<Node> child(String name) {
        if (name.equals(NAMESPACES)) {
            return hasNamespaces()
                    ? Optional.of(new NamespacesDirectory(view(), namespace))
                    : Optional.empty();
        }
        return BackupType.parse(name)
                .filter(
                        type ->
                                view().listings().groups(namespace).stream()
                                        .anyMatch(group -> group.type() == type))
                .map(type -> new TypeDirectory(view(), namespace, type));
    }

    private boolean hasNamespaces() {
        return view().listings().namespaces().stream()
                .anyMatch(other -> NamespacesDirectory.isBelow(other, namespace));
    }
}
