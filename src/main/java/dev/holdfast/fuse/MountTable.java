package dev.holdfast.fuse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * What is mounted where, from {@code /proc/self/mountinfo}, which the kernel answers without asking
 * the file systems, so it cannot hang on a dead one.
 *
 * <pre>
 *   36 35 98:0 /mnt1 /mnt2 rw,noatime master:1 - ext3 /dev/root rw
 *   id parent device root mount-point options optional… - type source super-options
 * </pre>
 */
final class MountTable {
    private static final Path SOURCE = Path.of("/proc/self/mountinfo");

    private final List<Entry> entries;

    private MountTable(List<Entry> entries) {
        this.entries = entries;
    }

    /**
     * A mount.
     *
     * @param device {@code major:minor}, as in {@code /proc/PID/maps} but decimal
     * @param mountPoint raw bytes as Latin-1
     * @param type as {@code fuse.holdfast}
     */
    record Entry(String device, String mountPoint, String type) {}

    /** The table as it is now. */
    static MountTable read() {
        try {
            return parse(Files.readString(SOURCE, ISO_8859_1));
        } catch (IOException e) {
            throw new UncheckedIOException("cannot read " + SOURCE, e);
        }
    }

    static MountTable parse(String text) {
        List<Entry> entries = new ArrayList<>();
        for (String line : text.split("\n", -1)) {
            String[] fields = line.split(" ", -1);
            int dash = 6;
            while (dash < fields.length && !fields[dash].equals("-")) {
                dash++;
            }
            if (dash + 1 < fields.length) {
                entries.add(new Entry(fields[2], unescaped(fields[4]), fields[dash + 1]));
            }
        }
        return new MountTable(entries);
    }

    /** Blanks and backslashes are in octal. */
    private static String unescaped(String field) {
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < field.length(); i++) {
            if (field.charAt(i) == '\\' && i + 3 < field.length()) {
                plain.append((char) Integer.parseInt(field.substring(i + 1, i + 4), 8));
                i += 3;
            } else {
                plain.append(field.charAt(i));
            }
        }
        return plain.toString();
    }

    /** The mount on top at exactly that path. */
    Optional<Entry> at(byte[] mountPoint) {
        String wanted = new String(mountPoint, ISO_8859_1);
        return entries.stream()
                .filter(entry -> entry.mountPoint().equals(wanted))
                .reduce((lower, upper) -> upper);
    }

    /** Everything, in the order of mounting. */
    List<Entry> all() {
        return List.copyOf(entries);
    }

    /** What is mounted below that path. */
    List<Entry> below(byte[] mountPoint) {
        String prefix = new String(mountPoint, ISO_8859_1) + "/";
        return entries.stream().filter(entry -> entry.mountPoint().startsWith(prefix)).toList();
    }
}
