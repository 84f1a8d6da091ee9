package dev.holdfast.stage;

import dev.holdfast.fuse.StatFs;
import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * The files of a staging area, as few operations as it needs, so that tests can lose unsynced
 * writes and fill the disk. Names are relative to the area ({@code tree}, {@code spool/00000001}).
 * Thread-safe.
 */
public interface Disk {
    /** Opens a file for reading and writing; it is created if missing. */
    DiskFile open(String name) throws IOException;

    /** Whether the file is there. */
    boolean exists(String name);

    /** Deletes a file; not an error if it is missing. */
    void delete(String name) throws IOException;

    /** The file's path, if programs can find it under one. */
    default Optional<Path> path(String name) {
        return Optional.empty();
    }

    /** Makes creations and deletions in the area and its spool durable. */
    void syncDirectories() throws IOException;

    /** The names of the files in {@code spool/}, without the folder. */
    List<String> segments() throws IOException;

    /** Free space, for {@code statfs(2)}. */
    StatFs space();

    /** An open file. */
    interface DiskFile extends Closeable {
        /** Reads until {@code target} is full or the file ends. */
        void read(ByteBuffer target, long position) throws IOException;

        /** Writes all of {@code source}; after a failure any part of it may have been written. */
        void write(ByteBuffer source, long position) throws IOException;

        /** Length of the file. */
        long size() throws IOException;

        /** Cuts the file. */
        void truncate(long sizeBytes) throws IOException;

        /** Gives whole blocks of the range back, if the disk can; they read as zeros then. */
        default void punch(long position, long lengthBytes) throws IOException {}

        /** Makes the content durable. */
        void sync() throws IOException;
    }
}
