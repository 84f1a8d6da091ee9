package dev.holdfast.store.local;

import dev.holdfast.format.Digest;
import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.SnapshotId;
import java.nio.file.Path;

/**
 * Where things are in a datastore directory (datastore.md §4.1, §5).
 *
 * <pre>
 * BASE/.lock                               process lock
 * BASE/.chunks/XXXX/&lt;64 hex&gt;              chunks by the first four hex digits of their digest
 * BASE/[ns/NAME/…]TYPE/ID/owner            group
 * BASE/[ns/NAME/…]TYPE/ID/TIME/            snapshot
 * </pre>
 */
record Layout(Path base) {
    static final String CHUNKS = ".chunks";
    static final String LOCK = ".lock";
    static final String OWNER = "owner";
    static final String NOTES = "notes";
    static final String PROTECTED = ".protected";
    static final int CHUNK_DIRECTORIES = 65536;

    Path lock() {
        return base.resolve(LOCK);
    }

    Path chunks() {
        return base.resolve(CHUNKS);
    }

    static String chunkDirectoryName(int i) {
        return String.format("%04x", i);
    }

    Path chunk(Digest digest) {
        String hex = digest.hex();
        return chunks().resolve(hex.substring(0, 4)).resolve(hex);
    }

    Path namespace(Namespace namespace) {
        return namespace.isRoot() ? base : base.resolve(namespace.path());
    }

    Path group(Namespace namespace, GroupId group) {
        return namespace(namespace).resolve(group.type().text()).resolve(group.id());
    }

    Path snapshot(Namespace namespace, SnapshotId snapshot) {
        return group(namespace, snapshot.group()).resolve(snapshot.timeText());
    }
}
