package dev.holdfast.cli;

import dev.holdfast.crypto.SecretSources;
import dev.holdfast.store.Repository;
import dev.holdfast.store.local.LocalDatastore;
import dev.holdfast.store.pbs.PbsRepository;
import dev.holdfast.store.pbs.RepositoryAddress;
import dev.holdfast.store.pbs.ServerAccess;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Turns what users write after {@code --repository} into a repository. */
final class RepositoryLocation {
    private static final Logger LOG = LoggerFactory.getLogger(RepositoryLocation.class);

    private RepositoryLocation() {}

    /** Whether the text names a directory of this machine. */
    static boolean isLocal(String text) {
        return text.startsWith("/")
                || text.startsWith("./")
                || text.startsWith("../")
                || text.equals(".")
                || text.startsWith("file:");
    }

    /** The directory that the text names. */
    static Path localPath(String text) {
        return Path.of(text.startsWith("file:") ? text.substring("file:".length()) : text);
    }

    /** Opens the repository. */
    static Repository open(String text) {
        if (isLocal(text)) {
            return LocalDatastore.open(localPath(text));
        }
        return new PbsRepository(access(text));
    }

    /** How to reach the server that the text names, as the environment says. */
    static ServerAccess access(String text) {
        RepositoryAddress address = address(text);
        if (address.store().equals(text) && Files.isDirectory(Path.of(text, ".chunks"))) {
            LOG.warn(
                    "{} is taken as a datastore of the server on this host; for the directory of that name write ./{}",
                    text,
                    text);
        }
        return ServerAccess.of(
                address,
                System.getenv(),
                SecretSources.ofProcess(),
                Optional.ofNullable(System.console()));
    }

    /** The server and datastore that the text names. */
    static RepositoryAddress address(String text) {
        try {
            return RepositoryAddress.parse(text);
        } catch (IllegalArgumentException e) {
            throw new UsageException(
                    e.getMessage()
                            + "; for a local datastore write its path as /abs/path, ./rel/path or"
                            + " file:PATH");
        }
    }
}
