package dev.holdfast.format;

import java.util.Optional;

/**
 * Names of the files of a snapshot (datastore.md §5.1): a user's name such as {@code root.pxar} and
 * the name under which it is stored, {@code root.pxar.didx}.
 */
public final class ArchiveName {
    /** The manifest. Its presence makes a snapshot complete. */
    public static final String MANIFEST = "index.json.blob";

    /** The client's log, added after the backup and not listed in the manifest. */
    public static final String CLIENT_LOG = "client.log.blob";

    /** The encryption key, wrapped with the master key. */
    public static final String WRAPPED_KEY = "rsa-encrypted.key.blob";

    /** The catalog of unsplit archives. */
    public static final String CATALOG = "catalog.pcat1.didx";

    private ArchiveName() {}

    /** The stored name of a user's name, if its extension is known; a stored name stays. */
    public static Optional<String> stored(String name) {
        if (!Names.isSafeId(name)) {
            return Optional.empty();
        }
        if (name.endsWith(".didx") || name.endsWith(".fidx") || name.endsWith(".blob")) {
            return Optional.of(name);
        }
        String extension = name.substring(name.lastIndexOf('.') + 1);
        return switch (extension) {
            case "pxar", "mpxar", "ppxar", "pcat1" -> Optional.of(name + ".didx");
            case "img" -> Optional.of(name + ".fidx");
            case "conf", "json", "key", "log" -> Optional.of(name + ".blob");
            default -> Optional.empty();
        };
    }

    /** The user's name of a stored name: without {@code .didx}, {@code .fidx} or {@code .blob}. */
    public static String user(String stored) {
        return stored.substring(0, stored.lastIndexOf('.'));
    }

    /** Whether this is a valid name of a stored file. */
    public static boolean isStored(String name) {
        return Names.isSafeId(name)
                && (name.endsWith(".didx") || name.endsWith(".fidx") || name.endsWith(".blob"));
    }
}
