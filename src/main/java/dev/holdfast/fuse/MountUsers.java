package dev.holdfast.fuse;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import dev.holdfast.os.OsError;
import dev.holdfast.os.RawDirectory;
import dev.holdfast.os.RawFiles;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/**
 * Who keeps a mount busy. Reads only what {@code /proc} says of names: asking for a file itself
 * would be a request to the mount by the process that has to answer it.
 */
final class MountUsers {
    private static final int SHOWN = 10;

    private MountUsers() {}

    /** One process and the first thing it holds. */
    record User(long pid, String command, String holds) {
        @Override
        public String toString() {
            return command + " (pid " + pid + ", " + holds + ")";
        }
    }

    /** The processes that use a mount, as far as this user may see. */
    static List<User> of(byte[] mountPoint, String device) {
        String path = new String(mountPoint, ISO_8859_1);
        String mapped = device.isEmpty() ? "" : deviceInMaps(device);
        long self = ProcessHandle.current().pid();
        try (Stream<ProcessHandle> all = ProcessHandle.allProcesses()) {
            return all.map(ProcessHandle::pid)
                    .filter(pid -> pid != self)
                    .flatMap(pid -> user(pid, path, mapped).stream())
                    .toList();
        }
    }

    /** For a message: a few of them. */
    static String describe(List<User> users) {
        String some =
                users.stream().limit(SHOWN).map(User::toString).collect(Collectors.joining(", "));
        return users.size() <= SHOWN ? some : some + " and " + (users.size() - SHOWN) + " more";
    }

    private static Optional<User> user(long pid, String mountPoint, String mapped) {
        String proc = "/proc/" + pid + "/";
        for (String link : List.of("cwd", "root", "exe")) {
            if (isInside(proc + link, mountPoint)) {
                String what = link.equals("cwd") ? "working directory" : link;
                return Optional.of(new User(pid, command(proc), what));
            }
        }
        for (String fd : descriptors(proc + "fd")) {
            if (isInside(proc + "fd/" + fd, mountPoint)) {
                return Optional.of(new User(pid, command(proc), "open file"));
            }
        }
        if (!mapped.isEmpty() && maps(proc, mapped)) {
            return Optional.of(new User(pid, command(proc), "mapped file"));
        }
        return Optional.empty();
    }

    private static boolean isInside(String link, String mountPoint) {
        try {
            String target = new String(RawFiles.readlink(link.getBytes(ISO_8859_1)), ISO_8859_1);
            return target.startsWith(mountPoint)
                    && (target.length() == mountPoint.length()
                            || target.charAt(mountPoint.length()) == '/');
        } catch (OsError e) {
            return false; // gone, or not ours to see
        }
    }

    private static List<String> descriptors(String directory) {
        List<String> names = new ArrayList<>();
        try (RawDirectory open = RawDirectory.open(directory.getBytes(ISO_8859_1))) {
            for (var entry = open.next(); entry.isPresent(); entry = open.next()) {
                names.add(new String(entry.get().name(), ISO_8859_1));
            }
        } catch (OsError e) {
            // gone, or not ours to see
        }
        return names;
    }

    private static boolean maps(String proc, String device) {
        try (Stream<String> lines = Files.lines(Path.of(proc + "maps"), ISO_8859_1)) {
            return lines.anyMatch(line -> line.contains(device));
        } catch (IOException | RuntimeException e) {
            return false;
        }
    }

    /** {@code /proc/PID/maps} has the device in hexadecimal between blanks. */
    private static String deviceInMaps(String device) {
        String[] numbers = device.split(":", 2);
        return String.format(
                " %02x:%02x ", Integer.parseInt(numbers[0]), Integer.parseInt(numbers[1]));
    }

    private static String command(String proc) {
        try {
            return Files.readString(Path.of(proc + "comm"), ISO_8859_1).strip();
        } catch (IOException e) {
            return "?";
        }
    }
}
