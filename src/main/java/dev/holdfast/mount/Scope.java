package dev.holdfast.mount;

import static java.util.Objects.requireNonNull;

import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;

/** What a mount shows; its root is that thing. */
public sealed interface Scope {

    /** A namespace with all below it; the root namespace is the whole repository. */
    record Everything(Namespace namespace) implements Scope {
        public Everything {
            requireNonNull(namespace);
        }
    }

    /** The snapshots of a group. */
    record Group(Namespace namespace, GroupId group) implements Scope {
        public Group {
            requireNonNull(namespace);
            requireNonNull(group);
        }
    }

    /** The archives of a snapshot. */
    record OneSnapshot(Namespace namespace, SnapshotId snapshot) implements Scope {
        public OneSnapshot {
            requireNonNull(namespace);
            requireNonNull(snapshot);
        }
    }

    /**
     * The tree in an archive. Of what holds no tree (an image, a blob) the root is a directory with
     * that one file.
     *
     * @param archive user's name, {@code root.pxar}
     */
    record Archive(Namespace namespace, SnapshotId snapshot, String archive) implements Scope {
        public Archive {
            requireNonNull(namespace);
            requireNonNull(snapshot);
            requireNonNull(archive);
        }
    }

    /** All of a repository. */
    static Scope everything() {
        return new Everything(Namespace.ROOT);
    }
}
