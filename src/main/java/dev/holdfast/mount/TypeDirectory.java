package dev.holdfast.mount;

import dev.holdfast.format.BackupType;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.fuse.Attributes;
import dev.holdfast.fuse.Node;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/** The directory {@code host}, {@code vm} or {@code ct}: the groups of that type. */
final class TypeDirectory extends ListedDirectory {
    private final Namespace namespace;
    private final BackupType type;

    TypeDirectory(View view, Namespace namespace, BackupType type) {
        super(view, GroupPath.below(GroupPath.of(namespace), type.text()));
        this.namespace = namespace;
        this.type = type;
    }

    private Stream<GroupId> groups() {
        return view().listings().groups(namespace).stream().filter(g -> g.type() == type);
    }

    @Override
    List<Child> children() {
        return groups().map(group -> Child.byHash(group.id(), path(), Attributes.DIRECTORY))
                .sorted(Comparator.comparingLong(Child::cursor))
                .toList();
    }

    @Override
    Optional<Node> child(String name) {
        return groups().filter(group -> group.id().equals(name))
                .findFirst()
                .map(group -> new GroupDirectory(view(), namespace, group));
    }
}
