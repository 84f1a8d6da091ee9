package dev.holdfast.mount;

import dev.holdfast.crypto.KeyRing;
import dev.holdfast.fuse.Mount;
import dev.holdfast.fuse.MountOptions;
import dev.holdfast.store.Repository;
import dev.holdfast.store.local.LocalDatastore;
import java.nio.file.Path;

/**
 * Mounts a datastore made with the golden keys from the command line, to try and measure by hand:
 * {@code DATASTORE MOUNTPOINT}.
 */
final class ViewMount {
    private ViewMount() {}

    public static void main(String[] args) throws Exception {
        ViewOptions options = ViewOptions.defaults();
        try (Repository repository = LocalDatastore.open(Path.of(args[0]));
                KeyRing keys = GoldenKeys.all()) {
            Mount mount =
                    Mount.attach(
                            new RepositoryFileSystem(repository, keys, options),
                            Path.of(args[1]),
                            MountOptions.immutable(repository.location()));
            System.out.println("ready");
            mount.awaitEnd();
        }
    }
}
