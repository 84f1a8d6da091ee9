package dev.holdfast.mount;

import dev.holdfast.store.local.LocalDatastore;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;

/**
 * A datastore for tests that write snapshots. Its 65536 directories, which take seconds to make,
 * are kept from run to run.
 */
final class KeptStore {
    private KeptStore() {}

    /** The store, without any snapshots and chunks. */
    static Path empty() {
        Path store = Path.of("target", "mount-test-store").toAbsolutePath();
        if (Files.exists(store.resolve(".chunks"))) {
            run("rm", "-rf", store.resolve("host").toString());
            run("find", store.resolve(".chunks").toString(), "-type", "f", "-delete");
        } else {
            LocalDatastore.create(store, Optional.of("mount-test"));
        }
        return store;
    }

    private static void run(String... command) {
        try {
            if (new ProcessBuilder(command).inheritIO().start().waitFor() != 0) {
                throw new IllegalStateException(String.join(" ", command) + " failed");
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IllegalStateException(e);
        }
    }
}
