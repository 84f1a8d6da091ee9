package dev.holdfast.format;

import static dev.holdfast.HostileInput.check;
import static dev.holdfast.HostileInput.read;
import static dev.holdfast.HostileInput.readTyped;
import static java.nio.charset.StandardCharsets.UTF_8;

/** Names of snapshots, groups, namespaces and files; what is taken is written the same way. */
public final class NamesFuzz {
    private NamesFuzz() {}

    public static void fuzzerTestOneInput(byte[] data) {
        String text = new String(data, UTF_8);
        readTyped(() -> SnapshotId.parse(text))
                .ifPresent(
                        snapshot -> {
                            check(snapshot.toString().equals(text), "another snapshot: " + text);
                            check(snapshot.equals(SnapshotId.parse(text)), "not equal to itself");
                            check(isFileName(snapshot.timeText()), "no file name");
                        });
        GroupId.tryParse(text)
                .ifPresent(
                        group -> {
                            check(group.toString().equals(text), "another group: " + text);
                            check(group.compareTo(GroupId.parse(text)) == 0, "not equal to itself");
                            check(isFileName(group.id()), "no file name");
                        });
        readTyped(() -> Namespace.parse(text))
                .ifPresent(
                        namespace -> {
                            check(namespace.toString().equals(text), "another namespace: " + text);
                            namespace
                                    .components()
                                    .forEach(part -> check(isFileName(part), "no file name"));
                        });
        ArchiveName.stored(text)
                .ifPresent(
                        stored -> {
                            check(isFileName(stored), "no file name");
                            check(ArchiveName.isStored(stored), "stored name that is none");
                            ArchiveName.user(stored);
                        });
        SnapshotId.parseTime(text);
        read(() -> Fingerprint.parse(text));
    }

    /** Nothing that is taken may lead out of its directory. */
    private static boolean isFileName(String name) {
        return !name.isEmpty()
                && name.indexOf('/') < 0
                && name.indexOf('\0') < 0
                && !name.equals(".")
                && !name.equals("..");
    }
}
