package dev.holdfast.backup;

import dev.holdfast.format.pxar.Stat;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * A pattern that leaves entries out of a backup, or takes them in again (pxar.md §11.5).
 *
 * <pre>
 *   pattern   := [ '!' ] [ '/' ] component ( '/' component )* [ '/' ]
 *   component := '**' (any number of names) or a glob of one name:
 *                '*' any bytes, '?' one byte, '[a-z]' '[!a-z]' a set, '\x' x itself
 * </pre>
 *
 * <p>A leading {@code !} takes in again. A leading slash anchors the pattern to the directory it
 * belongs to; without one it matches any run of whole names that ends the path. A trailing slash
 * restricts it to directories. {@code .} and {@code ..} are normalised away.
 */
public final class ExcludePattern {
    private static final byte[] ANY_NAMES = {'*', '*'};

    private final boolean includes;
    private final boolean anchored;
    private final boolean directoriesOnly;
    private final List<byte[]> components;

    private ExcludePattern(
            boolean includes, boolean anchored, boolean directoriesOnly, List<byte[]> components) {
        this.includes = includes;
        this.anchored = anchored;
        this.directoriesOnly = directoriesOnly;
        this.components = components;
    }

    /**
     * Parses a pattern of the command line.
     *
     * @throws IllegalArgumentException if nothing is left of it
     */
    public static ExcludePattern parse(String text) {
        return parse(text.getBytes(StandardCharsets.UTF_8));
    }

    /**
     * Parses a line.
     *
     * @throws IllegalArgumentException if nothing is left of it
     */
    static ExcludePattern parse(byte[] line) {
        int at = 0;
        boolean includes = line.length > 0 && line[0] == '!';
        at += includes ? 1 : 0;
        boolean anchored = line.length > at && line[at] == '/';
        boolean directoriesOnly = line.length > at && line[line.length - 1] == '/';
        List<byte[]> components = new ArrayList<>();
        for (byte[] component : split(line, at)) {
            boolean dots = component[0] == '.' && component.length <= 2;
            if (dots && component.length == 1) {
                continue;
            }
            if (dots && component[1] == '.') {
                if (!components.isEmpty()) {
                    components.remove(components.size() - 1);
                }
                continue;
            }
            components.add(component);
        }
        if (components.isEmpty()) {
            throw new IllegalArgumentException(
                    "'" + new String(line, StandardCharsets.UTF_8) + "' is no exclude pattern");
        }
        return new ExcludePattern(includes, anchored, directoriesOnly, components);
    }

    private static List<byte[]> split(byte[] line, int from) {
        List<byte[]> parts = new ArrayList<>();
        int start = from;
        for (int i = from; i <= line.length; i++) {
            if (i == line.length || line[i] == '/') {
                if (i > start) {
                    parts.add(Arrays.copyOfRange(line, start, i));
                }
                start = i + 1;
            }
        }
        return parts;
    }

    /** Whether a match takes the entry in again. */
    boolean includes() {
        return includes;
    }

    /** The line by which the official client records the pattern, without its line feed. */
    byte[] line() {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        if (includes) {
            out.write('!');
        } else if (!anchored && components.get(0)[0] == '!') {
            out.write('\\'); // was behind names that '..' took away; must not take in now
        }
        for (int i = 0; i < components.size(); i++) {
            if (i > 0 || anchored) {
                out.write('/');
            }
            out.writeBytes(components.get(i));
        }
        if (directoriesOnly && !anchored) {
            out.write('/');
        }
        return out.toByteArray();
    }

    /**
     * Whether an entry matches.
     *
     * @param path its names from the root on
     * @param depth how many of them lead to the directory that the pattern belongs to
     * @param type type bits of its mode
     */
    public boolean matches(List<byte[]> path, int depth, int type) {
        if (directoriesOnly && type != Stat.DIRECTORY) {
            return false;
        }
        if (anchored) {
            return matchesFrom(path, depth, 0);
        }
        if (components.size() == 1 && !Arrays.equals(components.get(0), ANY_NAMES)) {
            // Nearly all patterns: of the last name alone.
            return matchesName(components.get(0), path.get(path.size() - 1));
        }
        for (int start = 0; start < path.size(); start++) {
            if (matchesFrom(path, start, 0)) {
                return true;
            }
        }
        return false;
    }

    private boolean matchesFrom(List<byte[]> path, int from, int component) {
        if (component == components.size()) {
            return from == path.size();
        }
        if (Arrays.equals(components.get(component), ANY_NAMES)) {
            if (component == components.size() - 1) {
                return from < path.size();
            }
            for (int next = from; next < path.size(); next++) {
                if (matchesFrom(path, next, component + 1)) {
                    return true;
                }
            }
            return false;
        }
        return from < path.size()
                && matchesName(components.get(component), path.get(from))
                && matchesFrom(path, from + 1, component + 1);
    }

    /** Glob of one name; on a mismatch the last star takes one byte more, so no recursion. */
    private static boolean matchesName(byte[] glob, byte[] name) {
        int g = 0;
        int n = 0;
        int star = -1;
        int starName = 0;
        while (n < name.length) {
            int next = g < glob.length && glob[g] != '*' ? matchesByte(glob, g, name[n]) : -1;
            if (next >= 0) {
                g = next;
                n++;
            } else if (g < glob.length && glob[g] == '*') {
                star = g++;
                starName = n;
            } else if (star >= 0) {
                g = star + 1;
                n = ++starName;
            } else {
                return false;
            }
        }
        while (g < glob.length && glob[g] == '*') {
            g++;
        }
        return g == glob.length;
    }

    /** The place behind the element at {@code g} if that matches the byte, else −1. */
    private static int matchesByte(byte[] glob, int g, byte b) {
        if (glob[g] == '?') {
            return g + 1;
        }
        if (glob[g] == '\\' && g + 1 < glob.length) {
            return glob[g + 1] == b ? g + 2 : -1;
        }
        if (glob[g] == '[') {
            int end = endOfSet(glob, g);
            if (end > 0) {
                return isInSet(glob, g + 1, end, b) ? end + 1 : -1;
            }
        }
        return glob[g] == b ? g + 1 : -1;
    }

    /** Where the set that begins at {@code g} has its closing bracket; −1 if it has none. */
    private static int endOfSet(byte[] glob, int g) {
        int i = g + 1;
        if (i < glob.length && (glob[i] == '!' || glob[i] == '^')) {
            i++;
        }
        for (i++; i < glob.length; i++) { // a bracket in the first place is a member
            if (glob[i] == ']') {
                return i;
            }
        }
        return -1;
    }

    private static boolean isInSet(byte[] glob, int from, int end, byte b) {
        boolean negated = glob[from] == '!' || glob[from] == '^';
        int value = b & 0xFF;
        boolean found = false;
        for (int i = negated ? from + 1 : from; i < end; i++) {
            int low = glob[i] & 0xFF;
            int high = low;
            if (i + 2 < end && glob[i + 1] == '-') {
                high = glob[i + 2] & 0xFF;
                i += 2;
            }
            found |= low <= value && value <= high;
        }
        return found != negated;
    }

    @Override
    public String toString() {
        return new String(line(), StandardCharsets.UTF_8);
    }
}
