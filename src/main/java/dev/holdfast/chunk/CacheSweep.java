package dev.holdfast.chunk;

import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.NotDirectoryException;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * One look at all files of a {@link CacheDirectory}, and the removal of those that were not used
 * for longest. Other processes may sweep at the same time: both choose the same files, and one of
 * them finds a file gone. About 20 µs per file on a warm cache of the kernel: a cache of 50 GB has
 * 15,000.
 */
final class CacheSweep {
    /** Whoever writes a file for so long has been killed. */
    private static final Duration ABANDONED = Duration.ofHours(1);

    private static final int BLOCK_BYTES = 4096;
    private static final int PARTS = 256;

    private final CacheDirectory directory;
    private final List<Kept> chunks = new ArrayList<>();
    private long bytes;
    private long removed;

    private record Kept(Path path, long usedMillis, long bytes) {}

    private CacheSweep(CacheDirectory directory) {
        this.directory = directory;
    }

    /** Looks at all files; removes those that nobody will finish. */
    static CacheSweep of(CacheDirectory directory) throws IOException {
        CacheSweep sweep = new CacheSweep(directory);
        for (int i = 0; i < PARTS; i++) {
            sweep.look(directory.part(i));
        }
        return sweep;
    }

    private void look(Path part) throws IOException {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(part)) {
            for (Path entry : entries) {
                lookAt(entry);
            }
        } catch (NoSuchFileException | NotDirectoryException e) {
            // Nothing has been kept there.
        } catch (DirectoryIteratorException e) {
            throw e.getCause();
        }
    }

    private void lookAt(Path entry) throws IOException {
        String name = entry.getFileName().toString();
        boolean chunk = CacheDirectory.isChunk(name);
        if (!chunk && !CacheDirectory.isBeingWritten(name)) {
            return;
        }
        BasicFileAttributes found;
        try {
            found =
                    Files.readAttributes(
                            entry, BasicFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
        } catch (NoSuchFileException e) {
            return;
        }
        long size = onDisk(found.size());
        long usedMillis = found.lastModifiedTime().toMillis();
        if (chunk) {
            chunks.add(new Kept(entry, usedMillis, size));
            bytes += size;
        } else if (System.currentTimeMillis() - usedMillis > ABANDONED.toMillis()) {
            Files.deleteIfExists(entry);
        } else {
            bytes += size;
        }
    }

    /** What a file of that length takes. */
    static long onDisk(long lengthBytes) {
        return (lengthBytes + BLOCK_BYTES - 1) / BLOCK_BYTES * BLOCK_BYTES;
    }

    /** What all files take now. */
    long bytes() {
        return bytes;
    }

    /** How many chunks were removed. */
    long removed() {
        return removed;
    }

    /** Removes the longest unused chunks until the rest takes no more than that. */
    void reduceTo(long maxBytes) throws IOException {
        chunks.sort(Comparator.comparingLong(Kept::usedMillis));
        for (Kept oldest : chunks) {
            if (bytes <= maxBytes) {
                return;
            }
            if (Files.deleteIfExists(oldest.path())) {
                removed++;
            }
            bytes -= oldest.bytes();
        }
    }

    @Override
    public String toString() {
        return directory.path() + ": " + chunks.size() + " chunks, " + bytes + " bytes";
    }
}
