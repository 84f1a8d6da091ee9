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
     * One id for each repository, namespace, group and archive. A hash, since names are not to lie
     * about.
     *
     * @param repository by a name that does not depend on the working directory
     */
    static String id(String repository, Namespace namespace, GroupId group, String archive) {
        String what =
                String.join("\n", repository, namespace.toString(), group.toString(), archive);
        return Sha256.of(what.getBytes(StandardCharsets.UTF_8)).hex().substring(0, 32);
    }

    /** {@code $XDG_STATE_HOME/holdfast/staging/ID}. */
    static Path of(String id) {
        String state = System.getenv("XDG_STATE_HOME");
        Path home =
                state == null || state.isEmpty()
                        ? Path.of(
                                System.getenv()
                                        .getOrDefault("HOME", System.getProperty("user.home")),
                                ".local",
                                "state")
                        : Path.of(state);
        return home.resolve("holdfast").resolve("staging").resolve(id);
    }
}
