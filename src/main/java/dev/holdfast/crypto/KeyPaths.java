package dev.holdfast.crypto;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Where keys are looked for when none is named (keys.md §3.1): the places of the official client,
 * so that both find the same.
 */
public final class KeyPaths {
    /** The default encryption key. */
    public static final String ENCRYPTION_KEY = "encryption-key.json";

    /** The default master public key. */
    public static final String MASTER_PUBLIC_KEY = "master-public.pem";

    private static final String APPLICATION = "proxmox-backup";

    private final Map<String, String> environment;

    /**
     * Reads {@code XDG_CONFIG_HOME}, {@code XDG_CONFIG_DIRS} and {@code HOME} from {@code
     * environment}.
     */
    public KeyPaths(Map<String, String> environment) {
        this.environment = Map.copyOf(environment);
    }

    /** The first existing file of that name on the search path. */
    public Optional<Path> find(String name) {
        List<Path> directories = new ArrayList<>();
        directories.add(home());
        String system = nonEmpty("XDG_CONFIG_DIRS").orElse("/etc/xdg");
        for (String directory : system.split(":", -1)) {
            if (!directory.isEmpty()) {
                directories.add(Path.of(directory, APPLICATION));
            }
        }
        return directories.stream().map(d -> d.resolve(name)).filter(Files::exists).findFirst();
    }

    /** Where a new file of that name goes; the directory may not exist yet. */
    public Path place(String name) {
        return home().resolve(name);
    }

    private Path home() {
        return nonEmpty("XDG_CONFIG_HOME")
                .map(Path::of)
                .orElseGet(
                        () ->
                                Path.of(
                                        nonEmpty("HOME").orElse(System.getProperty("user.home")),
                                        ".config"))
                .resolve(APPLICATION);
    }

    private Optional<String> nonEmpty(String variable) {
        return Optional.ofNullable(environment.get(variable)).filter(v -> !v.isEmpty());
    }
}
