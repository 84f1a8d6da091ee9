package dev.holdfast.crypto;

import dev.holdfast.BadKey;
import dev.holdfast.NotFound;
import dev.holdfast.Refused;
import dev.holdfast.Unreachable;
import dev.holdfast.format.FormatException;
import dev.holdfast.format.KeyFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermission;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads and writes key files (keys.md §3.2): mode 0600, durable, and never over an existing key by
 * accident.
 */
public final class KeyStorage {
    private static final Logger LOG = LoggerFactory.getLogger(KeyStorage.class);
    private static final int MAX_BYTES = 64 << 10;

    private KeyStorage() {}

    /**
     * Reads a key file.
     *
     * @throws BadKey if it is none; the message never quotes its content
     */
    public static KeyFile read(Path path) {
        try {
            if (Files.isDirectory(path)) {
                throw new BadKey("key file " + path + " is a directory");
            }
            warnIfReadableByOthers(path);
            try (InputStream in = Files.newInputStream(path)) {
                return parse(in, path.toString());
            }
        } catch (NoSuchFileException e) {
            throw new BadKey("there is no key file " + path, e);
        } catch (IOException e) {
            throw new BadKey(
                    "cannot read key file " + path + " (" + e.getClass().getSimpleName() + ")", e);
        }
    }

    /** Reads a key file from a stream to its end. */
    public static KeyFile parse(InputStream in, String name) throws IOException {
        byte[] bytes = in.readNBytes(MAX_BYTES + 1);
        try {
            if (bytes.length == 0) {
                throw new BadKey("key file " + name + " is empty");
            }
            if (bytes.length > MAX_BYTES) {
                throw new BadKey(name + " is too long to be a key file");
            }
            return KeyFile.parse(bytes);
        } catch (FormatException e) {
            throw new BadKey(name + ": " + e.getMessage(), e);
        } finally {
            Arrays.fill(bytes, (byte) 0);
        }
    }

    private static void warnIfReadableByOthers(Path path) throws IOException {
        Set<PosixFilePermission> permissions = Files.getPosixFilePermissions(path);
        if (permissions.contains(PosixFilePermission.GROUP_READ)
                || permissions.contains(PosixFilePermission.OTHERS_READ)) {
            LOG.warn(
                    "key file {} can be read by other users; repair with: chmod 600 {}",
                    path,
                    path);
        }
    }

    /**
     * Stores a new key.
     *
     * @throws Refused if the file exists
     */
    public static void create(Path path, KeyFile key) {
        try {
            SecretFile.create(path, key.encode(ZoneId.systemDefault()));
        } catch (IOException e) {
            throw new Unreachable("cannot write key file " + path + ": " + e, e);
        }
    }

    /** Replaces an existing key file atomically. */
    public static void replace(Path path, KeyFile key) {
        if (!Files.exists(path)) {
            throw new NotFound("there is no key file " + path);
        }
        String random =
                HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt()).substring(0, 6);
        String name = path.getFileName().toString();
        int dot = name.lastIndexOf('.');
        Path temporary =
                path.resolveSibling((dot > 0 ? name.substring(0, dot) : name) + ".tmp_" + random);
        try {
            SecretFile.write(temporary, key.encode(ZoneId.systemDefault()));
            Files.move(
                    temporary,
                    path,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            SecretFile.syncDirectory(path);
        } catch (IOException e) {
            throw new Unreachable("cannot write key file " + path + ": " + e, e);
        }
    }
}
