package dev.holdfast.mount;

import dev.holdfast.fuse.FileTime;
import dev.holdfast.fuse.Node;
import java.util.List;
import java.util.Optional;

/** A snapshot reduced to one file: the root of a mount of an image or a blob. */
final class OneFileDirectory extends ListedDirectory {
    private final SnapshotDirectory snapshot;
    private final String name;

    OneFileDirectory(SnapshotDirectory snapshot, String name) {
        super(snapshot.view(), snapshot.path());
        this.snapshot = snapshot;
        this.name = name;
    }

    @Override
    List<Child> children() {
        return snapshot.children().stream().filter(c -> c.name().equals(name)).toList();
    }

    @Override
    Optional<Node> child(String wanted) {
        return wanted.equals(name) ? snapshot.child(name) : Optional.empty();
    }

    @Override
    FileTime time() {
        return snapshot.time();
    }

    @Override
    public long validMillis() {
        return snapshot.validMillis();
    }
}
