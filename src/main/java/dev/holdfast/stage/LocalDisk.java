package dev.holdfast.stage;

import dev.holdfast.fuse.StatFs;
import dev.holdfast.os.Descriptor;
import dev.holdfast.os.OsError;
import dev.holdfast.os.Pieces;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.FileStore;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** A directory of the local file system, readable by its owner alone. */
public final class LocalDisk implements Disk {
    private static final int BLOCK_BYTES = 4096;
    private static final long FILES = 1L << 31;

    private final Path directory;
    private final Path spool;

    /** Creates {@code directory} and its spool folder where they are missing. */
    public LocalDisk(Path directory) throws IOException {
        this.directory = directory;
        this.spool = directory.resolve("spool");
        Files.createDirectories(
                directory,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
        Files.createDirectories(
                spool,
                PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    }

    @Override
    public DiskFile open(String name) throws IOException {
        FileChannel channel =
                FileChannel.open(
                        directory.resolve(name),
                        java.util.Set.of(
                                StandardOpenOption.READ,
                                StandardOpenOption.WRITE,
                                StandardOpenOption.CREATE),
                        PosixFilePermissions.asFileAttribute(
                                PosixFilePermissions.fromString("rw-------")));
        return new ChannelFile(directory.resolve(name), channel);
    }

    @Override
    public boolean exists(String name) {
        return Files.exists(directory.resolve(name));
    }

    @Override
    public Optional<Path> path(String name) {
        return Optional.of(directory.resolve(name));
    }

    @Override
    public void delete(String name) throws IOException {
        Files.deleteIfExists(directory.resolve(name));
    }

    @Override
    public void syncDirectories() throws IOException {
        for (Path each : List.of(spool, directory)) {
            try (FileChannel channel = FileChannel.open(each, StandardOpenOption.READ)) {
                channel.force(true);
            }
        }
    }

    @Override
    public List<String> segments() throws IOException {
        List<String> names = new ArrayList<>();
        try (DirectoryStream<Path> files = Files.newDirectoryStream(spool)) {
            files.forEach(file -> names.add(file.getFileName().toString()));
        }
        return names;
    }

    @Override
    public StatFs space() {
        try {
            FileStore store = Files.getFileStore(directory);
            return new StatFs(
                    BLOCK_BYTES,
                    store.getTotalSpace() / BLOCK_BYTES,
                    store.getUsableSpace() / BLOCK_BYTES,
                    FILES,
                    FILES,
                    255);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private record ChannelFile(Path path, FileChannel channel) implements DiskFile {
        private static final int PUNCH_HOLE_KEEP_SIZE = 3;

        @Override
        public void read(ByteBuffer target, long position) throws IOException {
            Pieces.read(channel, target, position);
        }

        @Override
        public void write(ByteBuffer source, long position) throws IOException {
            Pieces.write(channel, source, position);
        }

        @Override
        public long size() throws IOException {
            return channel.size();
        }

        @Override
        public void truncate(long sizeBytes) throws IOException {
            channel.truncate(sizeBytes);
        }

        @Override
        public void punch(long position, long lengthBytes) throws IOException {
            if (lengthBytes < BLOCK_BYTES) {
                return;
            }
            byte[] name = path.toString().getBytes(StandardCharsets.UTF_8);
            try (Descriptor file = Descriptor.open(name, Descriptor.O_WRONLY, 0)) {
                file.allocate(PUNCH_HOLE_KEEP_SIZE, position, lengthBytes);
            } catch (OsError e) {
                throw new IOException(e.getMessage(), e);
            }
        }

        @Override
        public void sync() throws IOException {
            channel.force(false);
        }

        @Override
        public void close() throws IOException {
            channel.close();
        }
    }
}
