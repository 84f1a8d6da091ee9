package dev.holdfast.store.local;

import dev.holdfast.Unreachable;
import dev.holdfast.os.Kernel;
import dev.holdfast.os.OsError;
import dev.holdfast.os.Pieces;
import dev.holdfast.os.RawFiles;
import dev.holdfast.os.Stat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HexFormat;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Makes files and directories with the modes of the format and, as root, with the owner of the
 * datastore directory, so that a server that runs as another user can go on with them (datastore.md
 * §4.1, §13). Modes do not depend on the umask.
 */
final class StoreFiles {
    static final int FILE_MODE = 0644;
    static final int DIRECTORY_MODE = 0755;

    private final int uid;
    private final int gid;
    private final boolean chown;

    /** For a datastore that belongs to whom {@code base} belongs to. */
    StoreFiles(Path base) {
        Stat stat = RawFiles.lstat(raw(base));
        this.uid = stat.uid();
        this.gid = stat.gid();
        this.chown = Kernel.effectiveUser() == 0 && (uid != 0 || gid != 0);
    }

    static byte[] raw(Path path) {
        return path.toString().getBytes(StandardCharsets.UTF_8);
    }

    /** Makes a directory unless it is there; parents must exist. */
    void directory(Path path) {
        if (Files.isDirectory(path)) {
            return;
        }
        try {
            Files.createDirectory(path);
            settle(path, DIRECTORY_MODE);
        } catch (java.nio.file.FileAlreadyExistsException e) {
            // Somebody else was quicker.
        } catch (IOException e) {
            throw failed("create", path, e);
        }
    }

    /** Sets mode and owner of something just made. */
    void settle(Path path, int mode) {
        RawFiles.chmod(raw(path), mode);
        if (chown) {
            RawFiles.lchown(raw(path), uid, gid);
        }
    }

    /**
     * Replaces {@code target} by a file of that content, atomically.
     *
     * @param durable whether content and name survive a power cut when this returns
     */
    void replace(Path target, byte[] content, int offset, int lengthBytes, boolean durable) {
        Path temporary = temporaryBeside(target);
        try {
            try (FileChannel channel =
                    FileChannel.open(
                            temporary, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
                Pieces.write(channel, ByteBuffer.wrap(content, offset, lengthBytes), 0);
                settle(temporary, FILE_MODE);
                if (durable) {
                    channel.force(true);
                }
            }
            Files.move(
                    temporary,
                    target,
                    StandardCopyOption.ATOMIC_MOVE,
                    StandardCopyOption.REPLACE_EXISTING);
            if (durable) {
                syncDirectory(target.getParent());
            }
        } catch (IOException e) {
            deleteQuietly(temporary);
            throw failed("write", target, e);
        } catch (RuntimeException | Error e) {
            deleteQuietly(temporary);
            throw e;
        }
    }

    /**
     * Gives a file a second name, with the mode, owner and access time of a new one.
     *
     * @return false if that cannot be, because it is on another file system, say, or because {@code
     *     target} is there already
     */
    boolean link(Path target, Path file) {
        try {
            settle(file, FILE_MODE);
            RawFiles.setTimes(raw(file), 0, RawFiles.UTIME_NOW, 0, RawFiles.UTIME_NOW);
            Files.createLink(target, file);
            return true;
        } catch (IOException | OsError | UnsupportedOperationException e) {
            return false;
        }
    }

    void replace(Path target, byte[] content, boolean durable) {
        replace(target, content, 0, content.length, durable);
    }

    /** Makes the entries of a directory durable. */
    static void syncDirectory(Path directory) {
        try (FileChannel channel = FileChannel.open(directory, StandardOpenOption.READ)) {
            channel.force(true);
        } catch (IOException e) {
            throw failed("sync", directory, e);
        }
    }

    static void deleteQuietly(Path path) {
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            // A leftover temporary file is ignored by every reader.
        }
    }

    /**
     * The last extension replaced by {@code tmp_XXXXXX}; never ends in an index's extension, which
     * would stop a server's GC.
     */
    private static Path temporaryBeside(Path target) {
        String name = target.getFileName().toString();
        int dot = name.lastIndexOf('.');
        String random =
                HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextInt()).substring(0, 6);
        return target.resolveSibling((dot > 0 ? name.substring(0, dot) : name) + ".tmp_" + random);
    }

    /** An I/O failure as the message a user can act on. */
    static Unreachable failed(String action, Path path, IOException e) {
        String reason =
                e instanceof FileSystemException f && f.getReason() != null
                        ? f.getReason()
                        : reason(e);
        return new Unreachable("cannot " + action + " " + path + ": " + reason, e);
    }

    private static String reason(IOException e) {
        if (e instanceof java.nio.file.AccessDeniedException) {
            return "permission denied";
        }
        if (e instanceof java.nio.file.NoSuchFileException) {
            return "no such file or directory";
        }
        return String.valueOf(e.getMessage());
    }
}
