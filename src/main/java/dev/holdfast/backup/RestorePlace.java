package dev.holdfast.backup;

import dev.holdfast.os.DirectoryHandle;
import dev.holdfast.os.RawFiles;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Optional;

/** Where something is below the target of a restore, as names from the target on. */
final class RestorePlace {
    private final Optional<RestorePlace> parent;
    private final byte[] name;

    private RestorePlace(Optional<RestorePlace> parent, byte[] name) {
        this.parent = parent;
        this.name = name;
    }

    /** The target itself, as the user calls it. */
    static RestorePlace target(byte[] path) {
        return new RestorePlace(Optional.empty(), path);
    }

    RestorePlace child(byte[] childName) {
        return new RestorePlace(Optional.of(this), childName);
    }

    byte[] name() {
        return name;
    }

    /** For messages. */
    byte[] path() {
        return parent.isEmpty() ? name : RawFiles.child(parent.get().path(), name);
    }

    /**
     * Opens the directory that holds this place, name by name, so that no link planted meanwhile
     * leads elsewhere. To be closed by the caller.
     *
     * @param target the open target
     */
    DirectoryHandle openParent(DirectoryHandle target) {
        Deque<byte[]> down = new ArrayDeque<>();
        RestorePlace at = parent.orElseThrow();
        while (at.parent.isPresent()) {
            down.push(at.name);
            at = at.parent.get();
        }
        DirectoryHandle directory = target.directory(new byte[] {'.'});
        while (!down.isEmpty()) {
            try (DirectoryHandle above = directory) {
                directory = above.directory(down.pop());
            }
        }
        return directory;
    }
}
