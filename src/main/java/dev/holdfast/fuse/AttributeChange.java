package dev.holdfast.fuse;

import java.util.Optional;

/**
 * A request to change attributes, several at once at times.
 *
 * <pre>
 *   fuse_setattr_in: 0 u32 which   8 u64 handle   16 u64 size   32 u64 atime   40 u64 mtime
 *                   56 u32 atime ns   60 u32 mtime ns   68 u32 mode   76 u32 uid   80 u32 gid
 * </pre>
 */
final class AttributeChange {
    private static final int MODE = 1;
    private static final int UID = 1 << 1;
    private static final int GID = 1 << 2;
    private static final int SIZE = 1 << 3;
    private static final int ATIME = 1 << 4;
    private static final int MTIME = 1 << 5;
    private static final int ATIME_NOW = 1 << 7;
    private static final int MTIME_NOW = 1 << 8;
    private static final int KILL_SET_IDS = 1 << 11;

    private final Request request;
    private final int which;

    AttributeChange(Request request) {
        this.request = request;
        this.which = request.u32(0);
    }

    void applyTo(Node node) {
        if (has(MODE)) {
            node.chmod(request.u32(68) & Attributes.PERMISSIONS, request.caller());
        }
        if (has(UID | GID)) {
            node.chown(id(UID, 76), id(GID, 80), request.caller());
        }
        if (has(SIZE)) {
            node.truncate(request.u64(16), request.caller());
        }
        if (has(ATIME | MTIME)) {
            node.setTimes(
                    time(ATIME, ATIME_NOW, 32, 56),
                    time(MTIME, MTIME_NOW, 40, 60),
                    request.caller());
        }
        // A new owner takes the set-ID bits, whoever gives it; a cut takes them as a write does.
        if ((has(UID | GID) && !(node instanceof Directory)) || has(KILL_SET_IDS)) {
            node.dropSetIds();
        }
    }

    private boolean has(int any) {
        return (which & any) != 0;
    }

    private Optional<Integer> id(int flag, int offset) {
        return has(flag) ? Optional.of(request.u32(offset)) : Optional.empty();
    }

    private Optional<FileTime> time(int flag, int now, int seconds, int nanos) {
        if (!has(flag)) {
            return Optional.empty();
        }
        return Optional.of(
                has(now) ? FileTime.now() : new FileTime(request.u64(seconds), request.u32(nanos)));
    }
}
