package dev.holdfast.mount;

import dev.holdfast.Golden;
import dev.holdfast.format.Digest;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.stream.Stream;

/** Copies of the golden datastore, to be changed. */
final class StoreCopy {
    private StoreCopy() {}

    static Path in(Path directory) {
        Path copy = directory.resolve("store");
        copyTree(Golden.store(), copy);
        try {
            // Locks are named after the store; those of another test must not be in the way.
            Files.writeString(
                    copy.resolve(".holdfast-name"), "test-" + Long.toHexString(System.nanoTime()));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
        return copy;
    }

    static void copyTree(Path from, Path to) {
        try (Stream<Path> all = Files.walk(from)) {
            for (Path path : all.toList()) {
                Files.copy(path, to.resolve(from.relativize(path).toString()));
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    static Path chunk(Path store, Digest digest) {
        return store.resolve(".chunks").resolve(digest.hex().substring(0, 4)).resolve(digest.hex());
    }

    /** Flips a bit in the middle of a chunk's file. */
    static void damage(Path store, Digest digest) {
        Path file = chunk(store, digest);
        try {
            byte[] bytes = Files.readAllBytes(file);
            bytes[bytes.length / 2] ^= 1;
            Files.write(file, bytes);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
