package dev.holdfast.chunk;

import dev.holdfast.Refused;
import dev.holdfast.Unreachable;
import dev.holdfast.format.Digest;
import dev.holdfast.os.Kernel;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.AtomicMoveNotSupportedException;
import java.nio.file.DirectoryStream;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * The directory of a {@link DiskCache}. Several processes use it at once without locks, so that one
 * that is stopped is in nobody's way: files appear by renaming, are never changed, and may vanish
 * at any time.
 *
 * <pre>
 * CACHEDIR.TAG      what this is, so that backup programs leave it out, and the version of the layout
 * XX/DIGEST         an encrypted blob (datastore.md §1.1) under its digest in hex, XX its first two
 *                   digits; modified when it was last used
 * XX/.DIGEST.N      one that is being written
 * </pre>
 */
final class CacheDirectory {
    private static final String TAG = "CACHEDIR.TAG";
    private static final String SIGNATURE = "Signature: 8a477f597d28d172789f06886806bc55";
    private static final String VERSION = "# holdfast disk cache, version 1";
    private static final int MAX_TAG_BYTES = 4096;
    private static final Pattern DIGEST = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern WRITING = Pattern.compile("\\.[0-9a-f]{64}\\..*");

    private final Path path;

    private CacheDirectory(Path path) {
        this.path = path;
    }

    /**
     * Opens a cache, or makes one of an empty or missing directory.
     *
     * @throws Refused if something else is in it, or it belongs to somebody else
     * @throws Unreachable if it cannot be made
     */
    static CacheDirectory open(Path directory) {
        try {
            Files.createDirectories(
                    directory.toAbsolutePath().getParent() == null
                            ? directory.toAbsolutePath()
                            : directory.toAbsolutePath().getParent());
            create(directory);
            Path real = directory.toRealPath();
            checkOwner(real);
            claim(real);
            return new CacheDirectory(real);
        } catch (IOException e) {
            throw new Unreachable("cannot use " + directory + " as a disk cache: " + e, e);
        }
    }

    private static void create(Path directory) throws IOException {
        try {
            createPrivate(directory);
        } catch (FileAlreadyExistsException e) {
            if (!Files.isDirectory(directory)) {
                throw new Refused(
                        directory + " is no directory; name another one with --disk-cache", e);
            }
        }
    }

    /** What others may write to, they may fill with what they like. */
    private static void checkOwner(Path directory) throws IOException {
        if ((int) Files.getAttribute(directory, "unix:uid") != Kernel.effectiveUser()) {
            throw new Refused(
                    "the disk cache "
                            + directory
                            + " belongs to another user; name another one with --disk-cache");
        }
    }

    private static void claim(Path directory) throws IOException {
        Optional<String> tag = readTag(directory);
        if (tag.isEmpty()) {
            checkEmpty(directory);
            writeTag(directory);
        } else if (!tag.get().lines().anyMatch(VERSION::equals)) {
            throw new Refused(
                    directory
                            + " is a cache of another program, or of another version of this one;"
                            + " name another directory with --disk-cache, or remove this one");
        }
        Files.setPosixFilePermissions(directory, PosixFilePermissions.fromString("rwx------"));
    }

    private static Optional<String> readTag(Path directory) throws IOException {
        Path tag = directory.resolve(TAG);
        try {
            return Files.size(tag) > MAX_TAG_BYTES
                    ? Optional.of("")
                    : Optional.of(Files.readString(tag, StandardCharsets.ISO_8859_1));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        }
    }

    private static void checkEmpty(Path directory) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                // Another process may be claiming it at this moment.
                if (!name.startsWith(TAG) && !name.equals("lost+found")) {
                    throw new Refused(
                            directory
                                    + " is not empty and no disk cache; name another directory with"
                                    + " --disk-cache");
                }
            }
        }
    }

    private static void writeTag(Path directory) throws IOException {
        Path temporary = Files.createTempFile(directory, TAG + ".", "");
        Files.writeString(temporary, SIGNATURE + "\n" + VERSION + "\n");
        Files.move(
                temporary,
                directory.resolve(TAG),
                StandardCopyOption.ATOMIC_MOVE,
                StandardCopyOption.REPLACE_EXISTING);
    }

    Path path() {
        return path;
    }

    /** Where the files lie whose digests begin alike. */
    Path part(int firstByte) {
        return path.resolve(String.format("%02x", firstByte));
    }

    /** The file of a chunk. */
    Path file(Digest digest) {
        String hex = digest.hex();
        return path.resolve(hex.substring(0, 2)).resolve(hex);
    }

    /** Whether a file of that name holds a chunk. */
    static boolean isChunk(String name) {
        return DIGEST.matcher(name).matches();
    }

    /** Whether a file of that name is, or was to become, one that holds a chunk. */
    static boolean isBeingWritten(String name) {
        return WRITING.matcher(name).matches();
    }

    /** Writes the file of a chunk, whole or not at all. */
    void write(Digest digest, byte[] bytes, int lengthBytes) throws IOException {
        Path target = file(digest);
        Path temporary;
        try {
            temporary = temporaryFor(target);
        } catch (NoSuchFileException e) {
            createPart(target.getParent());
            temporary = temporaryFor(target);
        }
        boolean done = false;
        try {
            try (var out = Files.newOutputStream(temporary, LinkOption.NOFOLLOW_LINKS)) {
                out.write(bytes, 0, lengthBytes);
            }
            Files.move(
                    temporary,
                    target,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            done = true;
        } catch (AtomicMoveNotSupportedException e) {
            throw new IOException("files cannot be renamed there", e);
        } finally {
            if (!done) {
                // Not to be left to a disk that may be full.
                Files.deleteIfExists(temporary);
            }
        }
    }

    private static void createPart(Path part) throws IOException {
        try {
            createPrivate(part);
        } catch (FileAlreadyExistsException e) {
            // Another process, or thread, was quicker.
        }
    }

    private static void createPrivate(Path directory) throws IOException {
        Files.createDirectory(
                directory,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    /** With a random part: several processes may write the same chunk. Mode 0600. */
    private static Path temporaryFor(Path target) throws IOException {
        return Files.createTempFile(target.getParent(), "." + target.getFileName() + ".", "");
    }
}
