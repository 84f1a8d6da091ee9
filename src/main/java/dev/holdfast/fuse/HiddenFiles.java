package dev.holdfast.fuse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.regex.Pattern;

/**
 * Files that lost their last name while open. libfuse 2 knows files by path only, so it renames
 * such a file to {@code .fuse_hidden…} and unlinks that when the file is closed; its alternative
 * ({@code hard_remove}) makes {@code fstat}, {@code fchmod} and {@code futimens} of an unlinked
 * open file fail. Neither may be: the name would show up in listings and snapshots.
 *
 * <p>So the rename is played to libfuse only: the file system sees the unlink that the user asked
 * for, and the hidden name, which libfuse makes unique by a counter, stands here for the node.
 *
 * <p>One gap stays: when the directory is removed too, libfuse has no path left, and {@code fstat}
 * of the open file is {@code ENOENT} once the kernel's own copy is stale; reading and writing go
 * on.
 */
final class HiddenFiles {
    /** As libfuse prints it: node number and counter. */
    private static final Pattern NAME = Pattern.compile("\\.fuse_hidden[0-9a-f]{16,}");

    private static final byte[] PREFIX = ".fuse_hidden".getBytes(ISO_8859_1);

    private final Map<String, Node> nodes = new ConcurrentHashMap<>();

    /** Whether libfuse could have made up this name. */
    static boolean isHiddenName(byte[] name) {
        return startsLikeOne(name) && NAME.matcher(new String(name, ISO_8859_1)).matches();
    }

    private static boolean startsLikeOne(byte[] name) {
        if (name.length < PREFIX.length) {
            return false;
        }
        for (int i = 0; i < PREFIX.length; i++) {
            if (name[i] != PREFIX[i]) {
                return false;
            }
        }
        return true;
    }

    void add(byte[] name, Node node) {
        nodes.put(new String(name, ISO_8859_1), node);
    }

    /** The node that hides behind the last name of a path. */
    Optional<Node> behind(byte[] path) {
        if (nodes.isEmpty()) {
            return Optional.empty();
        }
        return Optional.ofNullable(nodes.get(lastName(path)));
    }

    /** Forgets the last name of a path; false if nothing hides behind it. */
    boolean remove(byte[] path) {
        return !nodes.isEmpty() && nodes.remove(lastName(path)) != null;
    }

    private static String lastName(byte[] path) {
        String text = new String(path, ISO_8859_1);
        return text.substring(text.lastIndexOf('/') + 1);
    }
}
