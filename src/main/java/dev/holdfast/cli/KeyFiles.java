package dev.holdfast.cli;

import dev.holdfast.BadKey;
import dev.holdfast.NotFound;
import dev.holdfast.Refused;
import dev.holdfast.Unreachable;
import dev.holdfast.crypto.KeyPaths;
import dev.holdfast.crypto.SecretFile;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/** The files that the {@code key} commands read and write. */
final class KeyFiles {
    private KeyFiles() {}

    /** The default places. */
    static KeyPaths paths() {
        return new KeyPaths(System.getenv());
    }

    /** The key file meant: the one named, the one of {@code --keyfile}, or the default one. */
    static Path existing(Optional<Path> named, GlobalOptions options) {
        return named.or(() -> options.keyFiles.stream().findFirst())
                .or(() -> paths().find(KeyPaths.ENCRYPTION_KEY))
                .orElseThrow(
                        () ->
                                new NotFound(
                                        "there is no default key ("
                                                + paths().place(KeyPaths.ENCRYPTION_KEY)
                                                + "); create one with: holdfast key create"));
    }

    /** Fails if the file exists: no key is ever written over. */
    static void checkAbsent(Path path) {
        if (Files.exists(path) || Files.isSymbolicLink(path)) {
            throw new Refused(path + " exists already; it is not overwritten");
        }
    }

    /**
     * Reads a whole file, {@code -} for standard input.
     *
     * @param what what it should be, for messages
     */
    static byte[] read(Path path, String what, int maxBytes) {
        if (Files.isDirectory(path)) {
            throw new BadKey(what + " " + path + " is a directory");
        }
        try (InputStream in =
                path.toString().equals("-") ? System.in : Files.newInputStream(path)) {
            byte[] bytes = in.readNBytes(maxBytes + 1);
            if (bytes.length > maxBytes) {
                throw new BadKey(path + " is too long to be a " + what);
            }
            return bytes;
        } catch (NoSuchFileException e) {
            throw new BadKey("there is no " + what + " " + path, e);
        } catch (IOException e) {
            throw new BadKey(
                    "cannot read " + what + " " + path + " (" + e.getClass().getSimpleName() + ")",
                    e);
        }
    }

    /** Writes a new file that only its owner can read; {@code text} is not kept. */
    static void create(Path path, byte[] text) {
        try {
            SecretFile.create(path, text);
        } catch (IOException e) {
            throw new Unreachable("cannot write " + path + ": " + e, e);
        }
    }
}
