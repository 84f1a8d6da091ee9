package dev.holdfast.mount;

import dev.holdfast.format.pxar.Body;
import dev.holdfast.format.pxar.Entry;
import dev.holdfast.snapshot.ArchiveReader;
import dev.holdfast.snapshot.ChunkedSource;
import dev.holdfast.snapshot.GoodbyeCache;
import dev.holdfast.snapshot.LinkCounts;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executor;
import java.util.concurrent.FutureTask;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;

/**
 * An archive of an open snapshot. Knows how many names its files have, once somebody wants to know:
 * that takes a scan of the metadata, which begins in the background when the archive is entered.
 */
final class OpenArchive {
    /** What a directory that is looked at costs, up to two of 65,000 entries. */
    static final long TABLE_BYTES = 3 << 20;

    /**
     * Unified archives above this size are not scanned: their metadata lies between the contents,
     * so that a scan would fetch the whole archive for the sake of an {@code ls -l}.
     */
    private static final long MAX_SCANNED_UNIFIED_BYTES = 1L << 30;

    /**
     * The link count of a file in an archive that was not scanned. It must not be 1, for then
     * {@code rsync -H}, {@code tar} and {@code cp -a} would not compare inode numbers, and would
     * tear names of one file apart.
     */
    private static final int UNKNOWN_LINKS = 2;

    private final ArchiveReader reader;
    private final ChunkedSource content;
    private final FutureTask<Optional<LinkCounts>> links;
    private final AtomicBoolean begun = new AtomicBoolean();

    /**
     * @param links counts the links, or finds that they cannot be counted
     */
    OpenArchive(
            ArchiveReader reader, ChunkedSource content, FutureTask<Optional<LinkCounts>> links) {
        this.reader = reader;
        this.content = content;
        this.links = links;
    }

    /** Opens a tree of a held snapshot. */
    static OpenArchive open(OpenSnapshot snapshot, SnapshotFile tree) {
        GoodbyeCache tables = new GoodbyeCache(TABLE_BYTES);
        ArchiveReader reader;
        ChunkedSource content;
        if (tree instanceof SnapshotFile.SplitTree split) {
            content = snapshot.stream(split.payload());
            reader =
                    ArchiveReader.split(
                            new NamedChunks(snapshot.stream(split.metadata())),
                            new NamedChunks(content),
                            tables);
        } else if (tree instanceof SnapshotFile.UnifiedTree unified) {
            content = snapshot.stream(unified.archive());
            reader = ArchiveReader.unified(new NamedChunks(content), tables);
        } else {
            throw new IllegalArgumentException("no tree: " + tree);
        }
        return new OpenArchive(
                reader, content, new FutureTask<>(() -> scan(snapshot, reader, content)));
    }

    private static Optional<LinkCounts> scan(
            OpenSnapshot snapshot, ArchiveReader reader, ChunkedSource content) {
        boolean scannable = reader.isSplit() || content.size() <= MAX_SCANNED_UNIFIED_BYTES;
        if (!scannable || !snapshot.hold()) {
            return Optional.empty();
        }
        try (snapshot) {
            return Optional.of(LinkCounts.of(reader));
        }
    }

    ArchiveReader reader() {
        return reader;
    }

    /** The stream that holds the contents of files. */
    ChunkedSource content() {
        return content;
    }

    /** How many chunks hold the content of a file. */
    int chunkCount(Body.Regular file) {
        if (file.sizeBytes() == 0) {
            return 0;
        }
        long last = file.contentOffset() + file.sizeBytes() - 1;
        return content.index().chunkAt(last) - content.index().chunkAt(file.contentOffset()) + 1;
    }

    /** Begins to count links, unless that has begun. */
    void countLinks(Executor executor) {
        if (!begun.compareAndSet(false, true)) {
            return;
        }
        try {
            executor.execute(links);
        } catch (RejectedExecutionException e) {
            // Enough is being counted; who needs to know will count.
        }
    }

    /**
     * How many names a file has.
     *
     * @param onFailure hears why they could not be counted; the answer is {@link #UNKNOWN_LINKS}
     *     then, as an archive with damaged metadata still has files that can be read
     */
    int links(Entry file, Consumer<RuntimeException> onFailure) {
        links.run(); // does nothing if it is running or done
        try {
            return links.get().map(counts -> counts.linksTo(file)).orElse(UNKNOWN_LINKS);
        } catch (ExecutionException e) {
            if (e.getCause() instanceof RuntimeException failure) {
                onFailure.accept(failure);
            }
            return UNKNOWN_LINKS;
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return UNKNOWN_LINKS;
        }
    }
}
