package dev.holdfast.store.local;

import dev.holdfast.NotFound;
import dev.holdfast.Refused;
import dev.holdfast.Unreachable;
import dev.holdfast.format.Sha256;
import dev.holdfast.os.Kernel;
import dev.holdfast.os.RawFiles;
import dev.holdfast.os.Stat;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Creates and opens datastore directories (datastore.md §4.1). The name of a datastore decides
 * where its locks are, so it must be the one a server on this host uses: taken from the server's
 * configuration if that lists the directory, else from {@code BASE/.holdfast-name}, else made of
 * the directory's own name and a hash of its path.
 */
public final class LocalDatastore {
    private static final Logger LOG = LoggerFactory.getLogger(LocalDatastore.class);
    private static final Path SERVER_CONFIGURATION = Path.of("/etc/proxmox-backup/datastore.cfg");
    private static final String NAME_FILE = ".holdfast-name";
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_][A-Za-z0-9._\\-]{2,31}");

    private LocalDatastore() {}

    /**
     * Makes a datastore in an empty directory, or in one that does not exist yet.
     *
     * @param name 3 to 32 characters; default is the directory's name
     * @throws Refused if the directory holds something already
     */
    public static void create(Path path, Optional<String> name) {
        Path base = path.toAbsolutePath().normalize();
        name.ifPresent(LocalDatastore::checkName);
        Layout layout = new Layout(base);
        try {
            if (Files.exists(layout.chunks())) {
                throw new Refused(base + " is a datastore already");
            }
            Files.createDirectories(base);
            try (DirectoryStream<Path> entries = Files.newDirectoryStream(base)) {
                for (Path entry : entries) {
                    String found = entry.getFileName().toString();
                    if (!found.startsWith(".") && !found.equals("lost+found")) {
                        throw new Refused(
                                base + " is not empty; a datastore needs a directory of its own");
                    }
                }
            }
            chownToServer(base);
            RawFiles.chmod(StoreFiles.raw(base), 0755);
            StoreFiles files = new StoreFiles(base);
            files.replace(layout.lock(), new byte[0], false);
            files.replace(
                    base.resolve(NAME_FILE),
                    (name.orElse(defaultName(base)) + "\n").getBytes(StandardCharsets.UTF_8),
                    false);
            // Under another name until complete, so that an interrupted creation is not taken for a
            // datastore.
            Path chunks = base.resolve(Layout.CHUNKS + ".new");
            Files.createDirectories(chunks);
            for (int i = 0; i < Layout.CHUNK_DIRECTORIES; i++) {
                Path directory = chunks.resolve(Layout.chunkDirectoryName(i));
                if (!Files.isDirectory(directory)) {
                    Files.createDirectory(directory);
                }
                files.settle(directory, 0750);
            }
            files.settle(chunks, 0750);
            Files.move(chunks, layout.chunks());
            StoreFiles.syncDirectory(base);
        } catch (IOException e) {
            throw StoreFiles.failed("create datastore", base, e);
        }
    }

    /**
     * As root, everything belongs to the user of the server, so that the server can use the
     * directory.
     */
    private static void chownToServer(Path base) throws IOException {
        if (Kernel.effectiveUser() != 0 || !Files.isReadable(Path.of("/etc/passwd"))) {
            return;
        }
        for (String line :
                Files.readAllLines(Path.of("/etc/passwd"), StandardCharsets.ISO_8859_1)) {
            String[] fields = line.split(":", -1);
            if (fields.length > 3 && fields[0].equals("backup")) {
                RawFiles.lchown(
                        StoreFiles.raw(base),
                        Integer.parseInt(fields[2]),
                        Integer.parseInt(fields[3]));
                return;
            }
        }
    }

    /**
     * Opens an existing datastore.
     *
     * @throws NotFound if the path does not exist or is no datastore
     */
    public static LocalRepository open(Path path) {
        Path base = path.toAbsolutePath().normalize();
        Layout layout = new Layout(base);
        if (!Files.exists(base)) {
            throw new NotFound(
                    "there is no datastore at "
                            + base
                            + "; create one with: holdfast init "
                            + base);
        }
        if (!Files.isDirectory(layout.chunks())) {
            if (!Files.isReadable(base)) {
                throw new Unreachable("cannot read " + base + ": permission denied");
            }
            throw new NotFound(
                    base
                            + " is no datastore (no .chunks directory in it); create one with: holdfast init "
                            + base);
        }
        if (!Files.isExecutable(layout.chunks())) {
            throw new Unreachable(
                    "cannot read "
                            + layout.chunks()
                            + ": permission denied; run as root or as user backup");
        }
        refuseWrongMode(layout);
        return new LocalRepository(layout, lockName(base));
    }

    /**
     * A server refuses a directory with other modes. Where they cannot be repaired, on a read-only
     * medium, reading goes on.
     */
    static void refuseWrongMode(Layout layout) {
        Optional<String> problem = wrongMode(layout);
        if (problem.isPresent()) {
            if (Files.isWritable(layout.base())) {
                throw new Refused(problem.get());
            }
            LOG.warn("{}", problem.get());
        }
    }

    /**
     * What is wrong with the modes of a datastore, and how to mend it: a server refuses such a
     * directory.
     */
    private static Optional<String> wrongMode(Layout layout) {
        record Expected(Path path, int mode) {}
        for (Expected expected :
                List.of(
                        new Expected(layout.base(), 0755),
                        new Expected(layout.chunks(), 0750),
                        new Expected(layout.lock(), 0644))) {
            if (!Files.exists(expected.path())) {
                return Optional.of(
                        "datastore " + layout.base() + " has no " + expected.path().getFileName());
            }
            Stat stat = RawFiles.lstat(StoreFiles.raw(expected.path()));
            if ((stat.mode() & 07777) != expected.mode()) {
                return Optional.of(
                        String.format(
                                "%s has mode %04o instead of %04o; repair with: chmod %04o %s",
                                expected.path(),
                                stat.mode() & 07777,
                                expected.mode(),
                                expected.mode(),
                                expected.path()));
            }
        }
        return Optional.empty();
    }

    private static String lockName(Path base) {
        Optional<String> configured = serverName(base);
        if (configured.isPresent()) {
            return configured.get();
        }
        Path file = base.resolve(NAME_FILE);
        try {
            if (Files.isReadable(file)) {
                String name = Files.readString(file).strip();
                if (NAME.matcher(name).matches()) {
                    return name;
                }
            }
        } catch (IOException e) {
            LOG.debug("no name in {}", file, e);
        }
        return defaultName(base);
    }

    /** The name under which a server on this host has the directory. */
    private static Optional<String> serverName(Path base) {
        if (!Files.isReadable(SERVER_CONFIGURATION)) {
            return Optional.empty();
        }
        try {
            String section = "";
            for (String line : Files.readAllLines(SERVER_CONFIGURATION)) {
                String text = line.strip();
                if (text.startsWith("datastore:")) {
                    section = text.substring("datastore:".length()).strip();
                } else if (text.startsWith("path ")
                        && Path.of(text.substring(5).strip()).normalize().equals(base)) {
                    return Optional.of(section);
                }
            }
        } catch (IOException e) {
            LOG.debug("cannot read {}", SERVER_CONFIGURATION, e);
        }
        return Optional.empty();
    }

    /**
     * Of the directory's name and a hash of its path: two datastores must not share their locks.
     */
    private static String defaultName(Path base) {
        String hash =
                Sha256.of(base.toString().getBytes(StandardCharsets.UTF_8)).hex().substring(0, 8);
        String name = String.valueOf(base.getFileName()).replaceAll("[^A-Za-z0-9_]", "_");
        return (name.length() > 20 ? name.substring(0, 20) : name) + "-" + hash;
    }

    private static void checkName(String name) {
        if (!NAME.matcher(name).matches()) {
            throw new IllegalArgumentException(
                    "'"
                            + name
                            + "' is no valid datastore name: 3 to 32 letters, digits, '.', '_' and '-'");
        }
    }
}
