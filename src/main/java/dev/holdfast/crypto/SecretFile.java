package dev.holdfast.crypto;

import dev.holdfast.Refused;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Set;

/** Writes files that hold secrets: mode 0600 from the beginning, durable, never over another. */
public final class SecretFile {
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

    private SecretFile() {}

    /**
     * Writes a new file and its directory's entry; directories are made. {@code content} is wiped.
     *
     * @throws Refused if the file exists
     */
    public static void create(Path path, byte[] content) throws IOException {
        Path directory = path.toAbsolutePath().getParent();
        if (directory != null) {
            Files.createDirectories(directory);
        }
        try {
            write(path, content);
        } catch (FileAlreadyExistsException e) {
            throw new Refused(path + " exists already; it is not overwritten", e);
        }
        syncDirectory(path);
    }

    /** Writes a new file; {@code content} is wiped. Nothing is left of a file that failed. */
    static void write(Path path, byte[] content) throws IOException {
        try (FileChannel channel =
                FileChannel.open(
                        path,
                        Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE),
                        OWNER_ONLY)) {
            try {
                ByteBuffer buffer = ByteBuffer.wrap(content);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.force(true);
            } catch (IOException e) {
                Files.deleteIfExists(path);
                throw e;
            }
        } finally {
            Arrays.fill(content, (byte) 0);
        }
    }

    /** Makes a new name durable. */
    static void syncDirectory(Path path) throws IOException {
        Path directory = path.toAbsolutePath().getParent();
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        }
    }
}
