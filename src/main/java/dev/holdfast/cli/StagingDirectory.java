package dev.holdfast.cli;

import dev.holdfast.format.GroupId;
import dev.holdfast.format.Namespace;
import dev.holdfast.format.Sha256;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/** Where a group's staging area is kept when the user does not say. */
final class StagingDirectory {
    private StagingDirectory() {}

    /**
     * {@code $XDG_STATE_HOME/holdfast/staging/HASH}: one for each repository, namespace, group and
     * archive. Only a hash, since names are not to lie about.
     */
    static Path of(String repository, Namespace namespace, GroupId group, String archive) {
        String state = System.getenv("XDG_STATE_HOME");
        Path home =
                state == null || state.isEmpty()
                        ? Path.of(
                                System.getenv()
                                        .getOrDefault("HOME", System.getProperty("user.home")),
                                ".local",
                                "state")
                        : Path.of(state);
        String what =
                String.join("\n", repository, namespace.toString(), group.toString(), archive);
        String hash = Sha256.of(what.getBytes(StandardCharsets.UTF_8)).hex().substring(0, 32);
        return home.resolve("holdfast").resolve("staging").resolve(hash);
    }
}
