package dev.holdfast.store.local;

import dev.holdfast.os.OsError;
import dev.holdfast.os.RawFiles;
import dev.holdfast.os.Stat;
import dev.holdfast.store.GarbageProgress;
import dev.holdfast.store.GarbageReport;
import java.io.IOException;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.regex.Pattern;

/**
 * Phase 2 of garbage collection (datastore.md §9.4): looks at the access time, in whole seconds, of
 * every chunk.
 *
 * <pre>
 * older than the cut-off          removed
 * else older than the start       kept, pending
 * else                            kept, in use
 * </pre>
 *
 * <p>Chunks that were moved aside as damaged go the same way; markers of S3 caches are removed; all
 * other names are left alone.
 */
final class ChunkSweep {
    private static final Pattern CHUNK = Pattern.compile("[0-9a-f]{64}");
    private static final Pattern BAD = Pattern.compile("[0-9a-f]{64}\\.[0-9]\\.bad");
    private static final Pattern MARKER = Pattern.compile("[0-9a-f]{64}\\.using");

    private final Layout layout;
    private final long minAtimeSeconds;
    private final long startSeconds;
    private final boolean dryRun;
    private final GarbageProgress progress;
    private long diskChunks;
    private long diskBytes;
    private long pendingChunks;
    private long pendingBytes;
    private long removedChunks;
    private long removedBytes;
    private long removedBad;
    private long stillBad;

    ChunkSweep(
            Layout layout,
            long minAtimeSeconds,
            long startSeconds,
            boolean dryRun,
            GarbageProgress progress) {
        this.layout = layout;
        this.minAtimeSeconds = minAtimeSeconds;
        this.startSeconds = startSeconds;
        this.dryRun = dryRun;
        this.progress = progress;
    }

    void run() {
        for (int i = 0; i < Layout.CHUNK_DIRECTORIES; i++) {
            sweep(layout.chunks().resolve(Layout.chunkDirectoryName(i)));
            progress.swept(i + 1, Layout.CHUNK_DIRECTORIES);
        }
    }

    private void sweep(Path directory) {
        try (DirectoryStream<Path> entries = Files.newDirectoryStream(directory)) {
            for (Path entry : entries) {
                String name = entry.getFileName().toString();
                if (CHUNK.matcher(name).matches()) {
                    decide(entry, false);
                } else if (BAD.matcher(name).matches()) {
                    decide(entry, true);
                } else if (MARKER.matcher(name).matches()) {
                    remove(entry);
                }
            }
        } catch (NoSuchFileException e) {
            progress.warning("chunk directory " + directory + " is missing");
        } catch (DirectoryIteratorException e) {
            throw StoreFiles.failed("list", directory, e.getCause());
        } catch (IOException e) {
            throw StoreFiles.failed("list", directory, e);
        }
    }

    private void decide(Path path, boolean bad) {
        Stat stat;
        try {
            stat = RawFiles.lstat(StoreFiles.raw(path));
        } catch (OsError e) {
            if (e.errno() == OsError.ENOENT) {
                return;
            }
            throw e;
        }
        if (stat.type() != 0100000) {
            return;
        }
        if (stat.atimeSeconds() < minAtimeSeconds) {
            remove(path);
            removedBytes += stat.sizeBytes();
            if (bad) {
                removedBad++;
            } else {
                removedChunks++;
            }
        } else if (stat.atimeSeconds() < startSeconds) {
            pendingBytes += stat.sizeBytes();
            if (bad) {
                stillBad++;
            } else {
                pendingChunks++;
            }
        } else if (bad) {
            stillBad++;
        } else {
            diskBytes += stat.sizeBytes();
            diskChunks++;
        }
    }

    private void remove(Path path) {
        if (dryRun) {
            return;
        }
        try {
            Files.deleteIfExists(path);
        } catch (IOException e) {
            throw StoreFiles.failed("remove", path, e);
        }
    }

    GarbageReport report(int indexFiles, long indexDataBytes, long missingChunks) {
        return new GarbageReport(
                indexFiles,
                indexDataBytes,
                diskChunks,
                diskBytes,
                pendingChunks,
                pendingBytes,
                removedChunks,
                removedBytes,
                removedBad,
                stillBad,
                missingChunks);
    }
}
