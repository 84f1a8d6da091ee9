package dev.holdfast.fuse;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import java.util.Arrays;
import java.util.function.LongSupplier;

/**
 * Finds the node behind a path. libfuse 2 names what it asks for by the whole path from the root;
 * without a memory of directories every request would be one lookup per level. The last name is
 * looked up each time, so a node is never remembered beyond its directory's word.
 *
 * <p>A remembered directory is dropped when {@link Directory#validMillis} of any directory above it
 * has passed, when it is removed, or when it or one above it is renamed. Safe for all threads.
 *
 * <p>Paths are raw bytes: {@code /}, or {@code /name/name} without a trailing slash.
 */
final class PathResolver {
    private static final int REMEMBERED_DIRECTORIES = 16_384;

    /** As Linux has it; the kernel lets names of up to 1024 bytes through to a FUSE file system. */
    private static final int MAX_NAME_BYTES = 255;

    private final Directory root;
    private final LongSupplier clock;
    private final Cache<Key, Remembered> directories =
            Caffeine.newBuilder().maximumSize(REMEMBERED_DIRECTORIES).build();

    /** Counts the invalidations: what was looked up before one must not be remembered after it. */
    private volatile long generation;

    PathResolver(Directory root) {
        this(root, System::nanoTime);
    }

    /** For tests, with their own clock in nanoseconds. */
    PathResolver(Directory root, LongSupplier clock) {
        this.root = root;
        this.clock = clock;
    }

    /** A name in a directory. */
    @SuppressWarnings("ArrayRecordComponent") // never compared, lives for one request
    record Place(Directory directory, byte[] name) {
        Node node() {
            return directory.lookup(name);
        }
    }

    private record Remembered(Directory directory, long untilNanos) {}

    /** The node at a path; {@code ENOENT}, {@code ENOTDIR}. */
    Node node(byte[] path) {
        return path.length <= 1 ? root : place(path).node();
    }

    /** Where a path's last name is, or is to be; {@code EBUSY} for the root, which has none. */
    Place place(byte[] path) {
        if (path.length <= 1) {
            throw new Errno(Errno.EBUSY);
        }
        int slash = lastSlash(path, path.length);
        return new Place(directory(path, slash).directory(), name(path, slash + 1, path.length));
    }

    /** {@code ENAMETOOLONG} rather than {@code ENOENT} for a name that cannot be. */
    private static byte[] name(byte[] path, int from, int to) {
        if (to - from > MAX_NAME_BYTES) {
            throw new Errno(Errno.ENAMETOOLONG);
        }
        return Arrays.copyOfRange(path, from, to);
    }

    /** The directory at a path. */
    Directory directory(byte[] path) {
        return directory(path, path.length).directory();
    }

    private Remembered directory(byte[] path, int length) {
        long before = generation;
        long now = clock.getAsLong();
        int known = length;
        Remembered at = null;
        while (known > 1 && (at = remembered(path, known, now)) == null) {
            known = lastSlash(path, known);
        }
        if (at == null) {
            at = new Remembered(root, Long.MAX_VALUE);
            known = 0;
        }
        while (known < length && length > 1) {
            int end = nextSlash(path, known + 1, length);
            Node child = at.directory().lookup(name(path, known + 1, end));
            if (!(child instanceof Directory directory)) {
                throw new Errno(Errno.ENOTDIR);
            }
            at = new Remembered(directory, Math.min(at.untilNanos(), until(at.directory(), now)));
            remember(path, end, at, before);
            known = end;
        }
        return at;
    }

    private Remembered remembered(byte[] path, int length, long now) {
        Remembered found = directories.getIfPresent(new Key(path, length));
        return found != null && (found.untilNanos() == Long.MAX_VALUE || found.untilNanos() > now)
                ? found
                : null;
    }

    private void remember(byte[] path, int length, Remembered directory, long before) {
        Key key = new Key(Arrays.copyOf(path, length), length);
        directories.put(key, directory);
        if (generation != before) { // a rename came between lookup and put
            directories.invalidate(key);
        }
    }

    private static long until(Directory directory, long now) {
        long millis = directory.validMillis();
        return millis > Long.MAX_VALUE / 2_000_000 ? Long.MAX_VALUE : now + millis * 1_000_000;
    }

    /** Forgets a directory that was removed (so had nothing in it). */
    @SuppressWarnings("NonAtomicVolatileUpdate") // any change will do, and a lost one is a change
    void forget(byte[] path) {
        generation++;
        directories.invalidate(new Key(path, path.length));
    }

    /** Forgets a directory that got another path, and all below. */
    @SuppressWarnings("NonAtomicVolatileUpdate")
    void forgetTree(byte[] path) {
        generation++;
        directories.asMap().keySet().removeIf(key -> key.isAtOrBelow(path));
    }

    private static int lastSlash(byte[] path, int end) {
        int at = end - 1;
        while (at > 0 && path[at] != '/') {
            at--;
        }
        return at;
    }

    private static int nextSlash(byte[] path, int from, int end) {
        int at = from;
        while (at < end && path[at] != '/') {
            at++;
        }
        return at;
    }

    /**
     * The first {@code length} bytes of a path; the array must not change while it is remembered.
     */
    private static final class Key {
        private final byte[] path;
        private final int length;
        private final int hash;

        Key(byte[] path, int length) {
            this.path = path;
            this.length = length;
            int h = 1;
            for (int i = 0; i < length; i++) {
                h = 31 * h + path[i];
            }
            this.hash = h;
        }

        boolean isAtOrBelow(byte[] directory) {
            return length >= directory.length
                    && Arrays.equals(path, 0, directory.length, directory, 0, directory.length)
                    && (length == directory.length || path[directory.length] == '/');
        }

        @Override
        public int hashCode() {
            return hash;
        }

        @Override
        public boolean equals(Object other) {
            return other instanceof Key key
                    && hash == key.hash
                    && Arrays.equals(path, 0, length, key.path, 0, key.length);
        }
    }
}
