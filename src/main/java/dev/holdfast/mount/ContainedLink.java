package dev.holdfast.mount;

import java.io.ByteArrayOutputStream;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;

/**
 * Bends a link that leaves its archive so that it leads to where it would if the archive's root
 * were {@code /}: {@code /etc/passwd} in {@code usr/bin} becomes {@code ../../etc/passwd}. {@code
 * ..} above the root stays at the root, as it does at {@code /}.
 *
 * <p>By names alone: a convenience for people and programs that follow links, not a jail. Links
 * that stay inside are not touched.
 */
final class ContainedLink {
    private ContainedLink() {}

    /**
     * The target to show.
     *
     * @param depth how many directories deep the link is: 0 in the root
     */
    static byte[] target(byte[] stored, int depth) {
        boolean absolute = stored.length > 0 && stored[0] == '/';
        if (!absolute && !leaves(stored, depth)) {
            return stored;
        }
        ByteArrayOutputStream bent = new ByteArrayOutputStream();
        for (int i = 0; i < depth; i++) {
            append(bent, new byte[] {'.', '.'});
        }
        // A relative one leaves, so what it had before it left does not matter.
        for (byte[] name : insideRoot(stored, absolute ? 0 : depth)) {
            append(bent, name);
        }
        return bent.size() == 0 ? new byte[] {'.'} : bent.toByteArray();
    }

    private static boolean leaves(byte[] target, int depth) {
        int at = depth;
        for (byte[] name : names(target)) {
            if (isUp(name) && --at < 0) {
                return true;
            } else if (!isUp(name)) {
                at++;
            }
        }
        return false;
    }

    /** The names of the way from the root, of a target that begins at or comes by the root. */
    private static Deque<byte[]> insideRoot(byte[] target, int depth) {
        Deque<byte[]> way = new ArrayDeque<>();
        int above = depth;
        for (byte[] name : names(target)) {
            if (!isUp(name)) {
                way.addLast(name);
            } else if (!way.isEmpty()) {
                way.removeLast();
            } else if (above > 0) {
                above--;
            }
        }
        return way;
    }

    private static Deque<byte[]> names(byte[] target) {
        Deque<byte[]> names = new ArrayDeque<>();
        int start = 0;
        for (int i = 0; i <= target.length; i++) {
            if (i == target.length || target[i] == '/') {
                boolean here = i == start || (i == start + 1 && target[start] == '.');
                if (!here) {
                    names.addLast(Arrays.copyOfRange(target, start, i));
                }
                start = i + 1;
            }
        }
        return names;
    }

    private static boolean isUp(byte[] name) {
        return name.length == 2 && name[0] == '.' && name[1] == '.';
    }

    private static void append(ByteArrayOutputStream path, byte[] name) {
        if (path.size() > 0) {
            path.write('/');
        }
        path.writeBytes(name);
    }
}
