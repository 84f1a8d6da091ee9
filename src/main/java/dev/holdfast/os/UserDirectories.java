package dev.holdfast.os;

import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;

/**
 * Where programs keep what belongs to a user (XDG Base Directory Specification). A variable that is
 * no absolute path counts as not set; without {@code HOME} there is no such place.
 */
public final class UserDirectories {
    private UserDirectories() {}

    /** What can be made again: {@code $XDG_CACHE_HOME}, else {@code ~/.cache}. */
    public static Optional<Path> cache(Map<String, String> environment) {
        return directory(environment, "XDG_CACHE_HOME", ".cache");
    }

    /** What should last: {@code $XDG_STATE_HOME}, else {@code ~/.local/state}. */
    public static Optional<Path> state(Map<String, String> environment) {
        return directory(environment, "XDG_STATE_HOME", ".local/state");
    }

    private static Optional<Path> directory(
            Map<String, String> environment, String variable, String belowHome) {
        return absolute(environment, variable)
                .or(() -> absolute(environment, "HOME").map(home -> home.resolve(belowHome)));
    }

    private static Optional<Path> absolute(Map<String, String> environment, String variable) {
        return Optional.ofNullable(environment.get(variable))
                .filter(text -> text.startsWith("/"))
                .map(Path::of);
    }
}
